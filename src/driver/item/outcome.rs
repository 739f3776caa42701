use crate::driver::store::Item;

/// What became of a write of an item; of type `T` what is known of one that happened.
#[derive(Debug, Clone)]
pub enum ItemOutcome<T> {
    /// It happened.
    Applied(T, Returned),
    /// The condition did not hold; if the caller asked, the item as it is.
    ConditionFailed(Option<Item>),
}

/// The attributes with which a write answers.
#[derive(Debug, Clone)]
pub enum Returned {
    /// The caller did not ask, or there are none.
    Nothing,
    /// These.
    Attributes(Item),
    /// The answer that held them was lost.
    Lost,
}

impl Returned {
    pub(super) fn all(attributes: Option<Item>) -> Self {
        attributes.filter(|attributes| !attributes.is_empty()).map_or(Self::Nothing, Self::Attributes)
    }
}
