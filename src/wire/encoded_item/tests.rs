use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use proptest::collection::hash_map;
use proptest::prelude::*;

use super::*;
use crate::driver::response_bytes;
use crate::model::Attributes;
use crate::wire::value::tests::any_value;

fn encoded(item: Attributes) -> EncodedItem {
    let item = AnswerItem::from(item);
    let bytes = response_bytes(&item);
    EncodedItem::of(item, bytes)
}

fn decoded(item: &EncodedItem) -> pb::AttributeMap {
    pb::AttributeMap::decode(item.0.clone()).unwrap()
}

fn item(value: AttributeValue) -> Attributes {
    HashMap::from([("a".to_owned(), value)])
}

proptest! {
    #[test]
    fn an_item_is_its_message(item in hash_map("\\PC{0,200}", any_value(), 0..6)) {
        let encoded = encoded(item.clone());
        prop_assert_eq!(decoded(&encoded), pb::AttributeMap::from(item.clone()));
        for (name, value) in &item {
            prop_assert_eq!(encoded.attribute(name), Some(value.clone()));
        }
        prop_assert_eq!(encoded.attribute("not there"), None);
    }
}

#[test]
fn what_requests_may_not_have_is_in_an_answer() {
    for value in [
        AttributeValue::Null(false),
        AttributeValue::N("no number".to_owned()),
        AttributeValue::Ss(vec![String::new(), String::new()]),
        AttributeValue::Ns(Vec::new()),
        AttributeValue::Bs(vec![Blob::new([]), Blob::new([])]),
        AttributeValue::M(HashMap::from([(String::new(), AttributeValue::S(String::new()))])),
    ] {
        let item = item(value);
        assert_eq!(decoded(&encoded(item.clone())), item.into());
    }
}

/// Around each length that takes one more byte.
#[test]
fn lengths_of_every_size() {
    for bits in [7, 14, 21] {
        for length in (1_usize << bits) - 12..(1 << bits) + 4 {
            let text = AttributeValue::S("x".repeat(length));
            let item = item(AttributeValue::L(vec![text.clone(), AttributeValue::M(item(text))]));
            assert_eq!(decoded(&encoded(item.clone())), item.into(), "{length}");
        }
    }
}

#[test]
fn of_two_attributes_with_one_name_the_last_counts() {
    let mut answer = AnswerItem::default();
    for (name, number) in [("a", "1"), ("b", "2"), ("a", "3")] {
        answer.push(name.into(), AnswerValue::N(number.into()));
    }
    let encoded = EncodedItem::of(answer.clone(), 0);
    assert_eq!(decoded(&encoded), answer.into_owned().into());
    assert_eq!(encoded.attribute("a"), Some(AttributeValue::N("3".to_owned())));
}

#[test]
fn a_message_fits_the_room_that_is_made_for_it() {
    let item = HashMap::from([("name".to_owned(), AttributeValue::B(Blob::new([7; 100])))]);
    let room = response_bytes(&item.clone().into());
    assert!(encoded(item).0.len() <= room);
}
