//! Parts that the benchmarks measure by themselves. Behind the feature `bench-internals`, which promises nothing.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::expression::{Condition, render_condition, render_item_update};
use super::store::{Layout, NewValue, Nonce, Role};
use crate::model::{AttributeNames, CallerExpression, Entry, ExpireTime, ItemUpdate, Millis, Set, Version};

/// The names of a table's attributes, at work.
#[derive(Debug)]
pub struct Parts(Layout);

impl Parts {
    /// Of a table with these names.
    #[must_use]
    pub fn new(names: AttributeNames) -> Self {
        Self(Layout::new(names))
    }

    /// The item of a Set.
    #[must_use]
    pub fn item(&self, set: &Set, expire: Option<ExpireTime>) -> HashMap<String, AttributeValue> {
        self.0.item(&set.key, &NewValue::Bytes(set.value.clone()), expire, Nonce::NONE)
    }

    /// The entry in an item, if it is one.
    #[must_use]
    pub fn entry(&self, item: HashMap<String, AttributeValue>, now: Millis) -> Option<Entry> {
        self.0.is_alive(&item, now).then(|| self.0.entry(item).ok()).flatten()
    }

    /// The condition of a CompareAndSet by version: how many bytes it has.
    #[must_use]
    pub fn version_condition(&self, version: &Version, now: Millis) -> usize {
        let version = AttributeValue::N(version.as_str().to_owned());
        let condition = Condition::exists().and(Condition::Equals(Role::Version, version));
        render_condition(&self.0, Some(&condition), now).condition.map_or(0, |condition| condition.len())
    }

    /// An update of an item under a caller's condition: how many bytes both have.
    #[must_use]
    pub fn update(&self, update: &ItemUpdate, condition: CallerExpression, now: Millis) -> usize {
        let condition = Condition::Alive.and(Condition::Caller(condition));
        let rendered = render_item_update(&self.0, Some(&condition), (update, Nonce::NONE), now);
        rendered.map_or(0, |rendered| [rendered.condition, rendered.update].iter().flatten().map(String::len).sum())
    }
}
