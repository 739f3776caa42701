use std::time::SystemTime;

use crate::{Item, Version, pb};

/// What became of a write of an item that may have a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemOutcome<T> {
    /// It happened.
    Applied(T),
    /// The condition did not hold; nothing changed.
    ConditionFailed {
        /// With `return_current`: the item as it is, if there is one.
        current: Option<Item>,
    },
}

impl<T> ItemOutcome<T> {
    /// Whether it happened.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Applied(_))
    }

    /// What it did, if it happened.
    pub fn applied(self) -> Option<T> {
        match self {
            Self::Applied(done) => Some(done),
            Self::ConditionFailed { .. } => None,
        }
    }
}

/// What a put or an update wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenItem {
    /// The version of the item as written.
    pub version: Version,
    /// When the item expires, if the call gave a TTL.
    pub expire_time: Option<SystemTime>,
    /// What the call asked for by `return_old` or `return_values`, if there is something to show.
    pub attributes: Option<Item>,
    /// The write happened, but the attributes that were asked for are lost.
    pub attributes_lost: bool,
}

/// What a delete found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeletedItem {
    /// Whether there was such an item. It is gone in either case. Says nothing with `omit_existed`.
    pub existed: bool,
    /// With `return_old`: the item that was deleted, if there was one.
    pub attributes: Option<Item>,
}

/// What an update answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReturnValues {
    /// Nothing.
    #[default]
    None,
    /// All attributes as they were before.
    AllOld,
    /// The changed attributes as they were before.
    UpdatedOld,
    /// All attributes as they are now.
    AllNew,
    /// The changed attributes as they are now, the version among them.
    UpdatedNew,
}

impl From<ReturnValues> for pb::ReturnValues {
    fn from(values: ReturnValues) -> Self {
        match values {
            ReturnValues::None => Self::None,
            ReturnValues::AllOld => Self::AllOld,
            ReturnValues::UpdatedOld => Self::UpdatedOld,
            ReturnValues::AllNew => Self::AllNew,
            ReturnValues::UpdatedNew => Self::UpdatedNew,
        }
    }
}
