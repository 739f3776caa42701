use aws_sdk_dynamodb::types::AttributeValue;

use crate::driver::store::{Nonce, Role};
use crate::model::ItemUpdate;

/// The changes of an UpdateItem. All of them also write the version.
#[derive(Debug)]
pub(crate) enum Change {
    /// Parts of an entry.
    Entry(Update),
    /// A counter: the stored value must be a whole number.
    Counter(Update),
    /// A caller's update, and the version that it writes.
    Item(ItemUpdate, Nonce),
}

/// Changes of an entry's attributes.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) set: Vec<(Role, Operand)>,
    pub(crate) remove: Vec<Role>,
}

/// The new value of an attribute.
#[derive(Debug)]
pub(crate) enum Operand {
    Value(AttributeValue),
    /// The stored number plus this one.
    Plus(AttributeValue),
}

impl Update {
    /// Sets the version and these attributes.
    pub(crate) fn set(nonce: Nonce, attributes: impl IntoIterator<Item = (Role, Operand)>) -> Self {
        let version = (Role::Version, Operand::Value(nonce.to_attribute()));
        Self { set: attributes.into_iter().chain([version]).collect(), remove: Vec::new() }
    }

    pub(crate) fn remove(self, roles: impl IntoIterator<Item = Role>) -> Self {
        Self { remove: roles.into_iter().collect(), ..self }
    }
}
