use aws_sdk_dynamodb::types::AttributeValue;

use super::answer::AnswerItem;
use super::item::Item;

/// What a caller wants an item to be: a map of its attributes, or a form of its own.
pub(crate) trait ItemForm: Send + Sized + 'static {
    /// `bytes` is [`response_bytes`](super::response_bytes) of the item.
    fn of(item: AnswerItem<'_>, bytes: usize) -> Self;

    /// A copy of an attribute, for the start key of the next call. Needed of one item at most in an answer, so it may take long.
    fn attribute(&self, name: &str) -> Option<AttributeValue>;
}

impl ItemForm for Item {
    fn of(item: AnswerItem<'_>, _bytes: usize) -> Self {
        item.into_owned()
    }

    fn attribute(&self, name: &str) -> Option<AttributeValue> {
        self.get(name).cloned()
    }
}
