//! What is refused, at which path and by which limit, and what requests cost.

use std::collections::HashMap;

use prost::Message;

use super::super::{Refusal, Scan, compiled};
use crate::pb;
use crate::wire::status::{Access, MAX_MESSAGE_BYTES};

const SET: &str = "KeyValueService/Set";
const TRANSACT_WRITE: &str = "KeyValueService/TransactWrite";
pub(super) const PUT_ITEM: &str = "ItemService/PutItem";
const UPDATE_ITEM: &str = "ItemService/UpdateItem";

/// Scans a whole request and returns its cost.
pub(super) fn scan(method: &str, bytes: &[u8]) -> Result<usize, Refusal> {
    let schema = compiled().unwrap();
    let method = schema.method(&format!("/dynakv.v1.{method}")).unwrap();
    let mut scan = Scan::new(schema, method, bytes.len())?;
    scan.push(bytes)?;
    let cost = scan.cost();
    scan.finish()?;
    Ok(cost)
}

/// The path and the limit of a refused field.
fn invalid(method: &str, bytes: &[u8]) -> (String, String) {
    match scan(method, bytes).unwrap_err() {
        Refusal::Invalid(violation) => (violation.field, violation.invalid.limit.unwrap()),
        other => panic!("{other:?}"),
    }
}

/// The path and the problem of a field that cannot be decoded.
fn malformed(method: &str, bytes: &[u8]) -> (String, String) {
    match scan(method, bytes).unwrap_err() {
        Refusal::Malformed { field, problem } => (field, problem),
        other => panic!("{other:?}"),
    }
}

fn is(field: &str, text: &str) -> (String, String) {
    (field.to_owned(), text.to_owned())
}

fn value(kind: pb::value::Kind) -> pb::Value {
    pb::Value { kind: Some(kind) }
}

/// A value with this many levels: lists within a map.
pub(super) fn nested(levels: usize) -> pb::Value {
    use pb::value::Kind;
    let mut inner = value(Kind::S("deep".to_owned()));
    for _ in 2..levels {
        inner = value(Kind::L(pb::AttributeList { values: vec![value(Kind::Null(true)), inner] }));
    }
    value(Kind::M(pb::AttributeMap { fields: HashMap::from([("a \"name\"".to_owned(), inner)]) }))
}

pub(super) fn put(item: pb::Value) -> pb::PutItemRequest {
    pb::PutItemRequest { item: HashMap::from([("address".to_owned(), item)]), ..Default::default() }
}

#[test]
fn the_tables_fit_the_descriptors() {
    let schema = compiled().unwrap();
    assert_eq!(schema.methods().count(), super::super::limits::METHODS.len());
    let access = |method: &str| schema.method(method).unwrap().access;
    assert_eq!(access("/dynakv.v1.KeyValueService/Get"), Access::Read);
    assert_eq!(access("/dynakv.v1.KeyValueService/Set"), Access::Write);
    assert_eq!(access("/dynakv.v1.ItemService/Scan"), Access::Read);
    assert_eq!(access("/dynakv.v1.TableService/DeleteTable"), Access::Write);
    assert!(schema.method("/dynakv.v1.KeyValueService/Nothing").is_none());
    for (path, method) in schema.methods() {
        assert!((64 * 1024..=MAX_MESSAGE_BYTES).contains(&method.max_bytes), "{path}");
    }
}

#[test]
fn a_repeated_field_has_as_many_elements_as_the_service_takes() {
    let keys = |count: usize| pb::ExistsRequest { keys: vec!["k".to_owned(); count], ..Default::default() };
    assert!(scan("KeyValueService/Exists", &keys(100).encode_to_vec()).is_ok());
    let refused = invalid("KeyValueService/Exists", &keys(101).encode_to_vec());
    assert_eq!(refused, is("keys", "1..100 keys"));

    let empty = |count: usize| [0x12, 0].repeat(count);
    for (method, max, limit) in [
        ("KeyValueService/BatchGet", 10_000, "1..10000 keys"),
        ("KeyValueService/BatchWrite", 10_000, "1..10000 operations"),
        ("ItemService/BatchGetItems", 10_000, "1..10000 operations"),
        ("ItemService/BatchWriteItems", 10_000, "1..10000 operations"),
        ("KeyValueService/TransactGet", 100, "1..100 operations"),
        (TRANSACT_WRITE, 100, "1..100 operations"),
    ] {
        assert!(scan(method, &empty(max)).is_ok());
        let field = if limit.ends_with("keys") { "keys" } else { "operations" };
        assert_eq!(invalid(method, &empty(max + 1)), is(field, limit));
    }

    let actions = vec![pb::UpdateAction::default(); 301];
    let update = pb::update_item_request::Update::Actions(pb::UpdateActions { actions });
    let request = pb::UpdateItemRequest { update: Some(update), ..Default::default() };
    assert_eq!(invalid(UPDATE_ITEM, &request.encode_to_vec()), is("actions.actions", "1..300 actions"));
}

#[test]
fn a_place_is_told_as_by_the_wire_layer() {
    let names: HashMap<_, _> = (0..4097).map(|index| (format!("#{index}"), "a".to_owned())).collect();
    let check = pb::TransactCheck { names, ..Default::default() };
    let kind = pb::transact_write_operation::Kind::Check(check);
    let operation = pb::TransactWriteOperation { kind: Some(kind), ..Default::default() };
    let request = pb::TransactWriteRequest {
        operations: vec![pb::TransactWriteOperation::default(), operation],
        ..Default::default()
    };
    let refused = invalid(TRANSACT_WRITE, &request.encode_to_vec());
    assert_eq!(refused, is("operations[1].check.names", "4096 names"));

    let members = vec![String::new(); 160_001];
    let set = value(pb::value::Kind::Ss(pb::StringSet { values: members }));
    let refused = invalid(PUT_ITEM, &put(set).encode_to_vec());
    assert_eq!(refused, is(r#"item["address"].ss.values"#, "160000 members"));

    let list = pb::AttributeList { values: vec![pb::Value::default(); 409_601] };
    let refused = invalid(PUT_ITEM, &put(value(pb::value::Kind::L(list.clone()))).encode_to_vec());
    assert_eq!(refused, is(r#"item["address"].l"#, "409600 values"));
    let append = pb::UpdateAction { kind: Some(pb::update_action::Kind::Append(list)), ..Default::default() };
    let update = pb::update_item_request::Update::Actions(pb::UpdateActions { actions: vec![append] });
    let request = pb::UpdateItemRequest { update: Some(update), ..Default::default() };
    let refused = invalid(UPDATE_ITEM, &request.encode_to_vec());
    assert_eq!(refused, is("actions.actions[0].append.values", "409600 values"));
}

#[test]
fn values_nest_as_deep_as_dynamodb_has_it() {
    assert!(scan(PUT_ITEM, &put(nested(32)).encode_to_vec()).is_ok());
    let (field, limit) = invalid(PUT_ITEM, &put(nested(33)).encode_to_vec());
    assert_eq!(limit, "32 levels");
    assert!(field.starts_with(r#"item["address"].m["a \"name\""].l[1].l[1]"#), "{field}");

    let append = |levels| {
        let list = pb::AttributeList { values: vec![nested(levels)] };
        let append = pb::UpdateAction { kind: Some(pb::update_action::Kind::Append(list)), ..Default::default() };
        let update = pb::update_item_request::Update::Actions(pb::UpdateActions { actions: vec![append] });
        pb::UpdateItemRequest { update: Some(update), ..Default::default() }.encode_to_vec()
    };
    assert!(scan(UPDATE_ITEM, &append(31)).is_ok());
    let (field, limit) = invalid(UPDATE_ITEM, &append(32));
    assert_eq!(limit, "32 levels");
    assert!(field.starts_with(r#"actions.actions[0].append.values[0].m["a \"name\""].l[1]"#), "{field}");
}

#[test]
fn what_is_no_protobuf_is_malformed() {
    let text = [0x0a, 0x02, b'x'];
    for (bytes, field, problem) in [
        (&[0x12][..], "key", "buffer underflow"),
        (&[0x12, 200, b'a'], "key", "buffer underflow"),
        (&[0x12, 200], "key", "invalid varint"),
        (&[0x12, 2, b'a'], "key", "buffer underflow"),
        (&[0x02, 0], "", "invalid tag value: 0"),
        (&[0x80], "", "invalid varint"),
        (&[0xff; 3], "", "invalid varint"),
        (&[0xff; 12], "", "invalid varint"),
        (&[0xf8, 0xff, 0xff, 0xff, 0x1f, 0], "", "invalid key value: 8589934584"),
        (&[0x13], "key", "invalid wire type"),
        (&[0x10, 1], "key", "invalid wire type"),
        (&[0xa3, 6], "", "groups are no part of proto3"),
        (&[0xa6, 6], "", "invalid wire type value: 6"),
        (&[0x22, 3, 0x08, 1, 0x10], "ttl", "buffer underflow"),
        (&[0x22, 2, 0x08, 0x80, 1], "ttl", "invalid varint"),
        (&[0x22, 1, 0x08], "ttl", "buffer underflow"),
        (&[0xa5, 6, 1, 2, 3], "", "buffer underflow"),
        (&text, "table", "buffer underflow"),
    ] {
        assert_eq!(malformed(SET, bytes), is(field, problem), "{bytes:?}");
        assert!(pb::SetRequest::decode(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn unknown_fields_are_skipped() {
    let mut bytes = pb::SetRequest { key: "k".to_owned(), ..Default::default() }.encode_to_vec();
    // Numbers 100 to 103 as a varint, 64 bits, 32 bits and bytes.
    bytes.extend([0xa0, 6, 0xff, 1, 0xa9, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xb5, 6, 1, 2, 3, 4, 0xba, 6, 2, 0xff, 0xff]);
    assert!(scan(SET, &bytes).is_ok());
    assert!(pb::SetRequest::decode(bytes.as_slice()).is_ok());
}

/// A request takes at most twice its bytes: once as they arrived and once as texts. Values point into the first.
#[test]
fn a_small_request_costs_little() {
    let get = pb::GetRequest { key: "k".repeat(20), ..Default::default() }.encode_to_vec();
    assert!(scan("KeyValueService/Get", &get).unwrap() < 100);
    let set = pb::SetRequest { key: "k".repeat(20), value: vec![1; 1000].into(), ..Default::default() };
    assert!(scan(SET, &set.encode_to_vec()).unwrap() < 1200);
}

/// Fills a message with an empty field of two bytes. Every method refuses it early.
#[test]
fn an_empty_field_is_not_repeated_for_long() {
    let schema = compiled().unwrap();
    for (path, method) in schema.methods() {
        for tag in [0x0a, 0x12, 0x1a, 0x22, 0x52] {
            let mut scan = Scan::new(schema, method, method.max_bytes).unwrap();
            let piece = [tag, 0].repeat(8 * 1024);
            let pieces = (0..method.max_bytes).step_by(piece.len());
            let refused = pieces.clone().position(|_| scan.push(&piece).is_err());
            let read = refused.map_or(method.max_bytes, |pieces| (pieces + 1) * piece.len());
            assert!(read <= 336 * 1024, "{path} {tag}: {read}");
            assert!(scan.cost() < 64 * 1024 * 1024, "{path} {tag}: {}", scan.cost());
        }
    }
}

#[test]
fn a_request_is_as_large_as_its_method_takes() {
    let schema = compiled().unwrap();
    let get = schema.method("/dynakv.v1.KeyValueService/Get").unwrap();
    assert!(Scan::new(schema, get, get.max_bytes).is_ok());
    let refused = Scan::new(schema, get, get.max_bytes + 1).unwrap_err();
    assert_eq!(refused, Refusal::TooLarge { max_bytes: 65_536 });
}

#[test]
fn fields_that_hold_nothing_are_counted() {
    let again = |count: usize| [0x22, 0].repeat(count);
    assert!(scan(PUT_ITEM, &again(100_001)).is_ok());
    assert_eq!(invalid(PUT_ITEM, &again(100_002)), is("", "100000 fields"));
    let unknown = [0xa0, 6, 1].repeat(100_001);
    assert_eq!(invalid(PUT_ITEM, &unknown), is("", "100000 fields"));
}
