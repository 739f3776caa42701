use crate::driver::store::Item;
use crate::driver::upstream::Failure;

/// The outcome of a write.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It happened.
    Applied {
        /// The item that DynamoDB returned.
        returned: Option<Item>,
        /// The failure of the last ambiguous attempt before this one.
        doubt: Option<Failure>,
    },
    /// It happened in an earlier attempt or call. This is the stored item.
    Found(Item),
    /// The condition did not hold on this item, and no earlier attempt happened.
    Refused(Option<Item>),
}
