use super::{Attributes, CallerExpression, ItemKey, ItemUpdate, RequestId, Ttl};

/// Write an item in place of what was there.
#[derive(Clone)]
pub struct PutItem {
    /// All attributes but the version, the primary key among them.
    pub item: Attributes,
    /// Its TTL, if any.
    pub ttl: Option<Ttl>,
    /// What must be true of the item that is there.
    pub condition: Option<CallerExpression>,
}

/// Change an item, or create it.
#[derive(Clone)]
pub struct UpdateItem {
    /// Which one.
    pub key: ItemKey,
    /// The changes.
    pub update: ItemUpdate,
    /// What must be true of the item that is there.
    pub condition: Option<CallerExpression>,
}

/// Delete an item.
#[derive(Clone)]
pub struct DeleteItem {
    /// Which one.
    pub key: ItemKey,
    /// What must be true of the item that is there.
    pub condition: Option<CallerExpression>,
}

/// One of these writes by itself, not as a part of a transaction.
#[derive(Clone)]
pub struct ItemCall<C, R> {
    /// The write.
    pub command: C,
    /// What to answer with if it happens.
    pub return_values: R,
    /// Whether to answer with the item as it is if the condition does not hold.
    pub return_current: bool,
    /// Whether to count what it costs.
    pub wants_capacity: bool,
    /// Which logical write this is.
    pub request_id: RequestId,
}

/// What a put or a delete answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnOld {
    /// Nothing.
    Nothing,
    /// All attributes as they were before.
    AllOld,
}

/// What an update answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnValues {
    /// Nothing.
    Nothing,
    /// All attributes as they were before.
    AllOld,
    /// The changed attributes as they were before.
    UpdatedOld,
    /// All attributes as they are now.
    AllNew,
    /// The changed attributes as they are now.
    UpdatedNew,
}
