use prost::Message;

use crate::driver::{AnswerItem, ItemForm};
use crate::pb;
use crate::wire::encoded_item::EncodedItem;

/// Reads any bytes as an answer of each action of DynamoDB that calls are made of. Items that are encoded as they are read have to
/// be those that are read as maps.
pub fn lean_answers(input: &[u8]) {
    crate::driver::lean_answers(input, check);
}

pub(super) fn check(item: AnswerItem<'_>) {
    let EncodedItem(message) = EncodedItem::of(item.clone(), 0);
    assert!(pb::AttributeMap::decode(message) == Ok(item.into_owned().into()), "an item has another message");
}
