use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::{Bytes, Number};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum State {
    New,
    Paid(u64),
    Sent { to: String, weight: f32 },
    Both(i8, String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Order {
    pk: String,
    small: i8,
    large: i128,
    largest: u64,
    price: Number,
    ratio: f64,
    signature: Bytes,
    #[serde(with = "set")]
    tags: BTreeSet<String>,
    #[serde(with = "set")]
    numbers: Vec<i64>,
    #[serde(with = "set")]
    blobs: HashSet<Bytes>,
    lines: Vec<(String, u32)>,
    states: Vec<State>,
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<i32>,
    extra: BTreeMap<String, Value>,
    unit: (),
    letter: char,
}

fn order() -> Order {
    let number = "12345678901234567890.123456789012345678";
    Order {
        pk: "order-7".to_owned(),
        small: -8,
        large: -99_999_999_999_999_999_999_999_999_999_999_999_999,
        largest: u64::MAX,
        price: number.parse().unwrap(),
        ratio: 0.1,
        signature: Bytes::from_static(&[0, 255]),
        tags: ["a".to_owned(), "b".to_owned()].into(),
        numbers: vec![3],
        blobs: [Bytes::from_static(b"x")].into(),
        lines: vec![("apple".to_owned(), 2)],
        states: vec![
            State::New,
            State::Paid(5),
            State::Sent { to: "me".to_owned(), weight: 0.1 },
            State::Both(1, "x".to_owned()),
        ],
        note: None,
        gone: None,
        extra: [("any".to_owned(), Value::Ns([number.parse().unwrap()].into()))].into(),
        unit: (),
        letter: 'é',
    }
}

#[test]
fn a_struct_makes_the_round_trip() {
    let item = to_item(&order()).unwrap();
    assert_eq!(item["price"], Value::N("12345678901234567890.123456789012345678".parse().unwrap()));
    assert_eq!(item["tags"], Value::Ss(["a".to_owned(), "b".to_owned()].into()));
    assert_eq!(item["signature"], Value::B(Bytes::from_static(&[0, 255])));
    assert_eq!(item["states"].clone(), to_value(&order().states).unwrap());
    assert!(!item.contains_key("gone"));
    assert_eq!(from_item::<Order>(item).unwrap(), order());
}

#[test]
fn attributes_that_the_type_does_not_know_are_ignored() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Known {
        n: u8,
    }
    let item = Item::from([("n".to_owned(), "1E+2".parse::<Number>().unwrap().into()), ("ver".to_owned(), 7.into())]);
    assert_eq!(from_item::<Known>(item).unwrap(), Known { n: 100 });
}

#[test]
fn what_dynamodb_has_no_word_for_is_refused() {
    #[derive(Serialize)]
    struct Sets<T: Serialize>(#[serde(with = "set")] Vec<T>);
    assert_eq!(to_value(&f64::NAN), Err(ConvertError::NotFinite));
    assert_eq!(to_value(&BTreeMap::from([(1, 2)])), Err(ConvertError::KeyNotText));
    assert_eq!(to_value(&Sets::<String>(Vec::new())), Err(ConvertError::EmptySet));
    assert_eq!(to_value(&Sets(vec![Value::from(1), Value::from("a")])), Err(ConvertError::MixedSet));
    assert_eq!(to_value(&Sets(vec![true])), Err(ConvertError::MixedSet));
    assert_eq!(to_item("text"), Err(ConvertError::NotAnItem));
}

#[test]
fn a_value_of_another_type_is_refused() {
    for (value, part) in [
        (Value::from("text"), "string"),
        (Value::from("1.5".parse::<Number>().unwrap()), "floating point"),
        (Value::from(300), "300"),
        (Value::Null, "unit"),
    ] {
        let error = from_value::<u8>(value).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    let number = || "-?[0-9]{1,38}(\\.[0-9]{1,3})?".prop_map(|text| text.parse::<Number>().unwrap());
    let leaf = prop_oneof![
        ".{0,3}".prop_map(Value::S),
        number().prop_map(Value::N),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::from),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        prop::collection::btree_set(".{0,3}", 1..3).prop_map(Value::Ss),
        prop::collection::btree_set(number(), 1..3).prop_map(Value::Ns),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::L),
            prop::collection::btree_map(".{0,3}", inner, 0..3).prop_map(Value::M),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_is_made_of_itself(value in values()) {
        prop_assert_eq!(to_value(&value).unwrap(), value.clone());
        prop_assert_eq!(from_value::<Value>(value.clone()).unwrap(), value);
    }
}
