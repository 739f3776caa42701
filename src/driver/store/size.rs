//! The size of an item as DynamoDB counts it. Source: "DynamoDB item sizes and formats" in the Amazon DynamoDB Developer Guide.

use aws_sdk_dynamodb::types::AttributeValue;

use super::answer::{AnswerItem, AnswerValue};
use super::item::Item;

/// The size of the attributes with their names.
pub(crate) fn item_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    /// Overhead of a list or map, and of each member.
    const CONTAINER: usize = 3;
    const MEMBER: usize = 1;
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number_bytes(number),
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::Ss(set) => set.iter().map(String::len).sum(),
        AttributeValue::Ns(set) => set.iter().map(|number| number_bytes(number)).sum(),
        AttributeValue::Bs(set) => set.iter().map(|blob| blob.as_ref().len()).sum(),
        AttributeValue::L(list) => CONTAINER + list.iter().map(|value| MEMBER + value_bytes(value)).sum::<usize>(),
        AttributeValue::M(map) => CONTAINER + map.len() * MEMBER + item_bytes(map),
        // BOOL and NULL.
        _ => 1,
    }
}

/// One byte, and one for every two digits.
fn number_bytes(number: &str) -> usize {
    1 + number.bytes().filter(u8::is_ascii_digit).count().div_ceil(2)
}

/// The approximate size of the attributes in a response, where numbers are text and each value has some framing.
pub(crate) fn response_bytes(item: &AnswerItem<'_>) -> usize {
    const FRAME: usize = 8;
    item.attributes().iter().map(|(name, value)| FRAME + name.len() + value_to_send(value)).sum()
}

fn value_to_send(value: &AnswerValue<'_>) -> usize {
    const FRAME: usize = 4;
    let inside = match value {
        AnswerValue::S(text) | AnswerValue::N(text) => text.len(),
        AnswerValue::B(bytes) => bytes.len(),
        AnswerValue::Ss(set) | AnswerValue::Ns(set) => set.iter().map(|text| FRAME + text.len()).sum(),
        AnswerValue::Bs(set) => set.iter().map(|bytes| FRAME + bytes.len()).sum(),
        AnswerValue::L(values) => values.iter().map(|value| FRAME + value_to_send(value)).sum(),
        AnswerValue::M(fields) => response_bytes(fields),
        AnswerValue::Bool(_) | AnswerValue::Null(_) | AnswerValue::Unknown(_) => 0,
    };
    FRAME + inside
}
