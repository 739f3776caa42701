//! Values of all ten types, lossless both ways.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynakv_client::pb;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tonic::Code;

use super::super::on_every_backend;
use super::{assert_invalid, canonical, get, key_of, put, put_of, refusal, set, unversioned, update, update_of};
use crate::support::{Item, World, binary, number, string};

on_every_backend!(
    random_items_come_back_as_they_went,
    thirty_two_levels_and_no_more,
    what_is_empty_stays_so_where_it_may,
    numbers_keep_every_digit,
    an_item_may_be_as_large_as_dynamodb_has_it,
);

async fn stored_and_read(world: &World, key: &str, fields: Vec<(&str, AttributeValue)>) -> (Item, Item) {
    put(world, put_of(key, fields)).await.unwrap();
    let request = pb::GetItemRequest { key: key_of(key), consistent_read: true, ..Default::default() };
    (world.item(key).await.unwrap(), get(world, request).await.unwrap().unwrap())
}

/// Numbers of up to 38 digits, with a point and an exponent at times.
fn numbers() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[1-9][0-9]{0,37}",
        "-?0\\.[0-9]{0,20}[1-9]",
        "-?[1-9]\\.[0-9]{0,36}[1-9]E-?[1-9][0-9]?",
        Just("0".to_owned())
    ]
}

fn distinct_numbers() -> impl Strategy<Value = Vec<String>> {
    btree_set(-99_999i64..99_999, 1..5).prop_map(|members| members.iter().map(ToString::to_string).collect())
}

fn blobs() -> impl Strategy<Value = Blob> {
    vec(any::<u8>(), 0..40).prop_map(Blob::new)
}

fn any_value() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        ".{0,20}".prop_map(AttributeValue::S),
        numbers().prop_map(AttributeValue::N),
        blobs().prop_map(AttributeValue::B),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        btree_set(".{1,8}", 1..5).prop_map(|members| AttributeValue::Ss(members.into_iter().collect())),
        distinct_numbers().prop_map(AttributeValue::Ns),
        btree_set(vec(any::<u8>(), 1..9), 1..5)
            .prop_map(|members| AttributeValue::Bs(members.into_iter().map(Blob::new).collect())),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(AttributeValue::L),
            btree_map(".{1,12}", inner, 0..5).prop_map(|fields| AttributeValue::M(fields.into_iter().collect())),
        ]
    })
}

async fn random_items_come_back_as_they_went(world: World) {
    let mut runner = TestRunner::deterministic();
    let items = vec(("[a-zé.#: ]{1,12}", any_value()), 1..8);
    for index in 0..60 {
        let fields = items.new_tree(&mut runner).unwrap().current();
        let key = format!("item-{index}");
        let expected: Item = fields.iter().cloned().chain([("pk".to_owned(), string(&key))]).collect();
        let request = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let (stored, read) = stored_and_read(&world, &key, request).await;
        assert_eq!(canonical(unversioned(stored)), canonical(expected.clone()), "stored");
        assert_eq!(canonical(unversioned(read)), canonical(expected), "read");
    }
}

/// Nested maps and lists with a number in the innermost one, which is on one level more.
fn nested(containers: usize) -> AttributeValue {
    (0..containers).fold(number(1), |inner, level| match level % 2 {
        0 => AttributeValue::L(vec![inner]),
        _ => AttributeValue::M(super::item([("m", inner)])),
    })
}

async fn thirty_two_levels_and_no_more(world: World) {
    let expected = super::item([("pk", string("deep")), ("document", nested(31))]);
    let (stored, read) = stored_and_read(&world, "deep", vec![("document", nested(31))]).await;
    assert_eq!(unversioned(stored), expected);
    assert_eq!(unversioned(read), expected);

    let written = update(&world, update_of("updated", [("document", set(nested(31)))])).await;
    assert_eq!(written.unwrap().outcome(), pb::ItemOutcome::Applied);
    assert_eq!(world.item("updated").await.unwrap()["document"], nested(31));

    // Nested maps use protobuf's recursion limit up the fastest.
    let maps = |levels| (0..levels).fold(number(1), |inner, _| AttributeValue::M(super::item([("m", inner)])));
    let return_values = pb::ReturnValues::AllNew.into();
    let request = pb::UpdateItemRequest { return_values, ..update_of("maps", [("document", set(maps(31)))]) };
    let answer = update(&world, request).await.unwrap().attributes.map(super::item_of).unwrap();
    assert_eq!(answer["document"], maps(31));

    let (code, reason, _) = refusal(put(&world, put_of("refused", [("document", nested(32))])).await);
    assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
    let (code, reason, _) = refusal(update(&world, update_of("refused", [("document", set(nested(32)))])).await);
    assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
    // At this depth the message is not even decoded.
    for too_deep in [maps(33), nested(60), maps(200)] {
        let (code, reason, _) = refusal(put(&world, put_of("refused", [("document", too_deep.clone())])).await);
        assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
        let (code, reason, _) = refusal(update(&world, update_of("refused", [("document", set(too_deep))])).await);
        assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
    }
    assert_eq!(world.item("refused").await, None);
}

async fn what_is_empty_stays_so_where_it_may(world: World) {
    let fields = vec![
        ("s", string("")),
        ("b", binary(b"")),
        ("m", AttributeValue::M(Item::new())),
        ("l", AttributeValue::L(vec![string(""), binary(b"")])),
    ];
    let (stored, read) = stored_and_read(&world, "empty", fields.clone()).await;
    let expected: Item = super::item(fields.into_iter().chain([("pk", string("empty"))]));
    assert_eq!((unversioned(stored), unversioned(read)), (expected.clone(), expected));

    let empty_sets = [AttributeValue::Ss(Vec::new()), AttributeValue::Ns(Vec::new()), AttributeValue::Bs(Vec::new())];
    for (set, kind) in empty_sets.into_iter().zip(["ss", "ns", "bs"]) {
        let refused = put(&world, put_of("refused", [("set", set)])).await;
        assert_invalid(refused, "INVALID_FIELD", &format!(r#"item["set"].{kind}"#));
    }
    assert_invalid(put(&world, put_of("", [])).await, "INVALID_FIELD", r#"item["pk"]"#);
    let mut request = put_of("refused", []);
    request.item.insert("none".to_owned(), pb::Value { kind: None });
    assert_invalid(put(&world, request).await, "INVALID_FIELD", r#"item["none"]"#);
}

async fn numbers_keep_every_digit(world: World) {
    let digits = "1234567890".repeat(4);
    let (most, too_many) = (&digits[..38], &digits[..39]);
    let kept = [most, &format!("-{most}"), &format!("0.{most}"), "9.99E+125", "-9.99E125", "1E-130", "0", "-0.5"];
    let named: Vec<String> = (0..kept.len()).map(|index| format!("n{index}")).collect();
    let fields = named.iter().zip(kept).map(|(name, text)| (name.as_str(), number(text))).collect();
    let (stored, read) = stored_and_read(&world, "numbers", fields).await;
    let expected = canonical(named.iter().cloned().zip(kept.map(number)).collect());
    for found in [stored, read] {
        let mut found = canonical(unversioned(found));
        found.remove("pk");
        assert_eq!(found, expected);
    }
    for refused in [too_many, "1E126", "1E-131", "", "one", "0x1", "NaN", "1,5", "--1"] {
        let refused = put(&world, put_of("refused", [("n", number(refused))])).await;
        assert_invalid(refused, "INVALID_FIELD", r#"item["n"].n"#);
    }
}

/// 409,600 bytes with all names, the version among them.
async fn an_item_may_be_as_large_as_dynamodb_has_it(world: World) {
    let beside = "pk".len() + "large".len() + "value".len() + "dkv_ver".len() + 11;
    let largest = 409_600 - beside;
    let request = |bytes: usize| put_of("large", [("value", string(&"x".repeat(bytes)))]);
    assert_eq!(put(&world, request(largest)).await.unwrap().outcome(), pb::ItemOutcome::Applied);
    assert_invalid(put(&world, request(largest + 1)).await, "INVALID_FIELD", "item");

    // DynamoDB checks the result of an update.
    let grown = update(&world, update_of("large", [("more", set(string("and more than fits in")))])).await;
    let (code, reason, _) = refusal(grown);
    assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "ITEM_TOO_LARGE"));
    assert_eq!(world.item("large").await.unwrap()["value"].as_s().unwrap().len(), largest);
}
