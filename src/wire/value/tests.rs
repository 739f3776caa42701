use aws_sdk_dynamodb::primitives::Blob;
use bytes::Bytes;
use proptest::collection::{btree_set, hash_map, vec};
use proptest::prelude::*;
use prost::Message;

use super::*;

fn value(kind: Kind) -> pb::Value {
    pb::Value { kind: Some(kind) }
}

fn text(text: &str) -> pb::Value {
    value(Kind::S(text.to_owned()))
}

fn map_of(fields: impl IntoIterator<Item = (&'static str, pb::Value)>) -> pb::Value {
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    value(Kind::M(pb::AttributeMap { fields }))
}

fn list_of(values: impl IntoIterator<Item = pb::Value>) -> pb::Value {
    value(Kind::L(pb::AttributeList { values: values.into_iter().collect() }))
}

/// A text at this level of an attribute.
fn on_level(level: usize, wrap: fn(pb::Value) -> pb::Value) -> pb::Value {
    (1..level).fold(text("deep"), |inner, _| wrap(inner))
}

fn in_map(inner: pb::Value) -> pb::Value {
    map_of([("m", inner)])
}

fn in_list(inner: pb::Value) -> pb::Value {
    list_of([inner])
}

fn refused(value: pb::Value) -> (String, Invalid) {
    let Violation { field, invalid } = attribute(value, "v").unwrap_err();
    (field, invalid)
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof!["-?[0-9]{1,38}", "-?[0-9]{1,20}\\.[0-9]{1,18}", "-?[1-9]\\.[0-9]{1,30}E[+-]?1?[01][0-9]"]
}

fn scalar() -> impl Strategy<Value = AttributeValue> {
    let bytes = || vec(any::<u8>(), 0..8);
    let numbers = || btree_set(any::<i64>(), 1..4).prop_map(|set| set.iter().map(ToString::to_string).collect());
    prop_oneof![
        any::<String>().prop_map(AttributeValue::S),
        number().prop_map(AttributeValue::N),
        bytes().prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        btree_set(any::<String>(), 1..4).prop_map(|set| AttributeValue::Ss(set.into_iter().collect())),
        numbers().prop_map(AttributeValue::Ns),
        btree_set(bytes(), 1..4).prop_map(|set| AttributeValue::Bs(set.into_iter().map(Blob::new).collect())),
    ]
}

pub(in crate::wire) fn any_value() -> impl Strategy<Value = AttributeValue> {
    scalar().prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(AttributeValue::L),
            hash_map("\\PC{1,6}", inner, 0..5).prop_map(AttributeValue::M),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_survives_the_wire(value in any_value()) {
        let bytes = pb::Value::from(value.clone()).encode_to_vec();
        let decoded = pb::Value::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(attribute(decoded, "v").unwrap(), value);
    }
}

#[test]
fn values_nest_32_levels_deep() {
    for wrap in [in_map, in_list] {
        let deepest = attribute(on_level(32, wrap), "v").unwrap();
        assert_eq!(pb::Value::from(deepest), on_level(32, wrap));
        let (field, invalid) = refused(on_level(33, wrap));
        assert!(field.len() > 32 && invalid.limit == Some("32 levels".to_owned()), "{field}: {invalid}");
    }
}

/// The decoder follows messages 100 deep. A map takes three of them on each level: itself, the entry, the value.
#[test]
fn the_deepest_request_that_dynamodb_takes_is_decoded() {
    use pb::transact_write_operation::Kind as Operation;
    let decodes = |kind| {
        let operation = pb::TransactWriteOperation { kind: Some(kind), ..Default::default() };
        let request = pb::TransactWriteRequest { operations: vec![operation], ..Default::default() };
        pb::TransactWriteRequest::decode(request.encode_to_vec().as_slice()).is_ok_and(|decoded| decoded == request)
    };
    let put = |value| {
        let item = [("attribute".to_owned(), value)].into();
        Operation::PutItem(pb::TransactPutItem { item, ..Default::default() })
    };
    let update = |value| {
        let kind = Some(pb::update_action::Kind::Set(value));
        let actions = vec![pb::UpdateAction { path: "attribute".to_owned(), kind }];
        let update = Some(pb::transact_update_item::Update::Actions(pb::UpdateActions { actions }));
        Operation::UpdateItem(pb::TransactUpdateItem { update, ..Default::default() })
    };
    let set = value(Kind::Ss(pb::StringSet { values: vec!["deep".to_owned()] }));
    let deepest = || (1..32).fold(set.clone(), |inner, _| in_map(inner));
    assert!(decodes(put(deepest())) && decodes(update(deepest())));
    // Just above the limit an item is still decoded and refused with its path. Further up the codec refuses the
    // message.
    assert!(decodes(put(on_level(33, in_map))) && !decodes(put(on_level(34, in_map))));
}

#[test]
fn an_empty_map_and_list_are_values() {
    for empty in [map_of([]), list_of([]), text(""), value(Kind::B(Bytes::new()))] {
        assert_eq!(pb::Value::from(attribute(empty.clone(), "v").unwrap()), empty);
    }
}

#[test]
fn a_problem_is_located() {
    let bad_number = value(Kind::N("one".to_owned()));
    let lines = map_of([("lines", list_of([text("fine"), bad_number.clone()]))]);
    let item = [("address".to_owned(), lines)].into();
    let field = attributes(item, "item").unwrap_err().field;
    assert_eq!(field, r#"item["address"].m["lines"].l[1].n"#);

    let numbers = list(pb::AttributeList { values: vec![text("fine"), bad_number] }, "append");
    assert_eq!(numbers.unwrap_err().field, "append.values[1].n");
}

#[test]
fn what_dynamodb_would_refuse_is_refused() {
    let numbers = |values: &[&str]| {
        value(Kind::Ns(pb::NumberSet { values: values.iter().map(|&number| number.to_owned()).collect() }))
    };
    let texts = |values: &[&str]| {
        value(Kind::Ss(pb::StringSet { values: values.iter().map(|&text| text.to_owned()).collect() }))
    };
    let bytes = |values: &[&'static [u8]]| {
        value(Kind::Bs(pb::BinarySet { values: values.iter().map(|&bytes| Bytes::from_static(bytes)).collect() }))
    };
    let cases = [
        (pb::Value { kind: None }, "v"),
        (value(Kind::Null(false)), "v.null"),
        (value(Kind::N(String::new())), "v.n"),
        (texts(&[]), "v.ss"),
        (numbers(&[]), "v.ns"),
        (bytes(&[]), "v.bs"),
        (texts(&["a", "b", "a"]), "v.ss.values[2]"),
        (numbers(&["1", "10E-1"]), "v.ns.values[1]"),
        (numbers(&["1", "x"]), "v.ns.values[1]"),
        (bytes(&[b"a", b"a"]), "v.bs.values[1]"),
        (map_of([("", text("nameless"))]), "v.m"),
        (list_of([pb::Value { kind: None }]), "v.l[0]"),
    ];
    for (value, field) in cases {
        assert_eq!(refused(value).0, field);
    }
}

#[test]
fn names_keep_to_64_kb() {
    let named = |bytes| attributes([("n".repeat(bytes), text(""))].into(), "item");
    assert!(named(65_535).is_ok());
    assert!(named(65_536).is_err_and(|violation| violation.invalid.limit.is_some()));
}

#[test]
fn a_key_needs_its_partition() {
    let key = |partition, sort| item_key(Some(pb::ItemKey { partition, sort }), "key");
    assert!(key(Some(text("a")), None).unwrap().sort().is_none());
    assert!(key(Some(text("a")), Some(text("b"))).unwrap().sort().is_some());
    assert_eq!(item_key(None, "key").unwrap_err().field, "key");
    assert_eq!(key(None, None).unwrap_err().field, "key.partition");
    assert_eq!(key(Some(text("")), None).unwrap_err().field, "key.partition");
    assert_eq!(key(Some(text("a")), Some(value(Kind::Bool(true)))).unwrap_err().field, "key.sort");
    assert_eq!(key(Some(text("a")), Some(pb::Value { kind: None })).unwrap_err().field, "key.sort");
}
