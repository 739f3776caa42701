//! The domain types: keys, TTLs, versions, tables, and the commands of callers.
//!
//! Constructors check the limits, so a value of these types is always valid. This module knows no tonic, no protobuf
//! and no AWS client. The exception is the SDK's `AttributeValue`, which serves as our attribute value.

mod command;
mod entry;
mod excerpt;
mod expression;
mod item;
mod item_command;
mod key;
mod number;
mod page;
mod path;
mod path_tree;
mod pattern;
mod request_id;
mod secret;
mod table;
mod time;
mod transact;
mod update;
mod version;

use std::fmt;

pub use command::{CompareAndDelete, CompareAndSet, Expected, Increment, Set, SetExpiry};
pub use entry::{Entry, Value};
pub(crate) use excerpt::{excerpt, excerpt_by};
pub use expression::{CallerExpression, CallerUpdate, Placeholders, Projection};
pub(crate) use expression::{Clause, Definitions, MAX_PLACEHOLDER_BYTES, Projected};
#[cfg(test)]
pub(crate) use expression::{OUR_CONDITION_BYTES, OUR_CONDITION_OPERATORS};
pub use item::{Attributes, ItemKey};
pub(crate) use item::{MAX_NESTING, check_attribute_name, type_name};
pub use item_command::{DeleteItem, ItemCall, PutItem, RemoveItem, ReturnOld, ReturnValues, UpdateItem};
pub use key::Key;
pub(crate) use number::{Number, without_padding};
pub use page::{PageSize, Segments};
pub use path::{Path, Step};
pub use pattern::{Glob, KeyPattern};
pub use request_id::RequestId;
pub use secret::Secret;
pub use table::{
    AttributeNames, IndexDraft, IndexKind, IndexProjection, KeyAttribute, ScalarType, TableDraft, TableSpec, Throughput,
};
pub(crate) use table::{IndexDefinition, MAX_KEY_NAME_BYTES, TableDefinition, check_name};
pub use time::{ExpireTime, Millis, Ttl};
pub use transact::{TransactKind, TransactOperation, Transaction};
pub(crate) use update::MAX_ACTIONS;
pub use update::{Addend, Change, ItemUpdate, MemberSet, UpdateAction, UpdateActions};
pub use version::Version;

/// Why a value is invalid. The caller of the constructor knows the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Invalid {
    /// What is wrong, to be read after the field's name.
    pub problem: String,
    /// The limit that was exceeded, with its unit.
    pub limit: Option<String>,
}

impl Invalid {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), limit: None }
    }

    pub(crate) fn limit(problem: impl Into<String>, limit: impl Into<String>) -> Self {
        Self { problem: problem.into(), limit: Some(limit.into()) }
    }
}

/// An invalid field of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {invalid}")]
pub struct Violation {
    /// The path of the field, such as `keys[3]`.
    pub field: String,
    /// What is wrong with it.
    #[source]
    pub invalid: Invalid,
}

/// Maximum length of a path. Paths are built level by level, so a long one would be copied often.
const MAX_FIELD_BYTES: usize = 1024;

impl Violation {
    /// Prefixes the path with the enclosing field.
    #[must_use]
    pub fn within(self, outer: impl fmt::Display) -> Self {
        self.inside(format_args!("{outer}."))
    }

    /// Like [`within`](Self::within), but joins without a dot.
    pub(crate) fn inside(self, outer: impl fmt::Display) -> Self {
        let field = format!("{outer}{}", self.field);
        Self { field: excerpt(&field, MAX_FIELD_BYTES).into_owned(), ..self }
    }
}
