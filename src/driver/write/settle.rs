use crate::driver::store::Item;

/// The outcome of a write.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It happened. This is the item that DynamoDB returned; for a delete, only if it had not expired.
    Applied(Option<Item>),
    /// It happened in an earlier attempt or call. This is the stored item.
    Found(Item),
    /// The condition did not hold on this item, and no earlier attempt happened.
    Refused(Option<Item>),
}
