use crate::driver::store::Item;

/// The outcome of a write of an item. `T` describes a write that happened.
#[derive(Debug, Clone)]
pub enum ItemOutcome<T> {
    /// It happened.
    Applied(T, Returned),
    /// The condition did not hold. This is the current item, if the caller asked for it.
    ConditionFailed(Option<Item>),
}

/// The attributes that a write returns.
#[derive(Debug, Clone)]
pub enum Returned {
    /// The caller did not ask, or there are none.
    Nothing,
    /// These.
    Attributes(Item),
    /// The answer with the attributes was lost.
    Lost,
}

/// What a write of an item answers with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemAnswers {
    /// Whether it returns the item that it replaces or deletes.
    pub(crate) shows_old: bool,
    /// Whether it returns the current item if the condition fails.
    pub(crate) return_current: bool,
    pub(crate) wants_capacity: bool,
}

impl Returned {
    pub(super) fn all(attributes: Option<Item>) -> Self {
        attributes.filter(|attributes| !attributes.is_empty()).map_or(Self::Nothing, Self::Attributes)
    }
}
