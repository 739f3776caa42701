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

impl Returned {
    pub(super) fn all(attributes: Option<Item>) -> Self {
        attributes.filter(|attributes| !attributes.is_empty()).map_or(Self::Nothing, Self::Attributes)
    }
}
