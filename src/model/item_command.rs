use super::{Attributes, CallerExpression, ItemKey, ItemUpdate, RequestId, Ttl};

/// Writes an item, replacing the old one.
#[derive(Clone)]
pub struct PutItem {
    /// All attributes, primary key included, but without the version.
    pub item: Attributes,
    /// Its TTL, if any.
    pub ttl: Option<Ttl>,
    /// The condition on the current item.
    pub condition: Option<CallerExpression>,
}

/// Changes an item, or creates it.
#[derive(Clone)]
pub struct UpdateItem {
    /// The primary key.
    pub key: ItemKey,
    /// The changes.
    pub update: ItemUpdate,
    /// The condition on the current item.
    pub condition: Option<CallerExpression>,
}

/// Delete an item.
#[derive(Clone)]
pub struct DeleteItem {
    /// The primary key.
    pub key: ItemKey,
    /// The condition on the current item.
    pub condition: Option<CallerExpression>,
}

/// Deletes an item without a condition and returns nothing, not even whether it existed.
#[derive(Clone)]
pub struct RemoveItem {
    /// The primary key.
    pub key: ItemKey,
    /// Whether to return the consumed capacity.
    pub wants_capacity: bool,
    /// Identifies the logical write across its attempts.
    pub request_id: RequestId,
}

/// A single write, outside of a transaction.
#[derive(Clone)]
pub struct ItemCall<C, R> {
    /// The write.
    pub command: C,
    /// What to return on success.
    pub return_values: R,
    /// Whether to return the current item if the condition fails.
    pub return_current: bool,
    /// Whether to return the consumed capacity.
    pub wants_capacity: bool,
    /// Identifies the logical write across its attempts.
    pub request_id: RequestId,
}

/// What a put or a delete returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnOld {
    /// Nothing.
    Nothing,
    /// All attributes before the write.
    AllOld,
}

/// What an update returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnValues {
    /// Nothing.
    Nothing,
    /// All attributes before the write.
    AllOld,
    /// The changed attributes before the write.
    UpdatedOld,
    /// All attributes after the write.
    AllNew,
    /// The changed attributes after the write.
    UpdatedNew,
}
