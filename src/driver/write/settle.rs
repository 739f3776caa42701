use crate::driver::store::Item;
use crate::driver::upstream::Failure;

/// What became of a write.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It happened.
    Applied {
        /// The item that DynamoDB answered with.
        returned: Option<Item>,
        /// The last failure of an earlier attempt that may have happened too.
        doubt: Option<Failure>,
    },
    /// It happened, in an earlier attempt or call: this is the item as it is stored.
    Found(Item),
    /// The condition did not hold on this item, and no earlier attempt happened.
    Refused(Option<Item>),
}
