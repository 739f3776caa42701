use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemInputBuilder;
use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemInputBuilder;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanInputBuilder;
use aws_sdk_dynamodb::operation::transact_get_items::builders::TransactGetItemsInputBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::super::Action;
use super::any::Any;
use super::config;
use super::sdk::{Sdk, SdkAction};

fn body(action: &impl Action) -> String {
    let mut body = Vec::new();
    action.write(&mut body);
    String::from_utf8(body).unwrap()
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(body)))
}

fn writes_as_the_sdk<A: SdkAction + Any>() {
    let sdk = Sdk::new();
    let mut runner = TestRunner::new(config(60));
    let result = runner.run(&A::any().prop_map(A::sendable), |action| {
        let (ours, theirs) = (json(body(&action).as_bytes()), json(&sdk.writes(action)));
        prop_assert_eq!(ours, theirs);
        Ok(())
    });
    result.unwrap();
}

macro_rules! writes_as_the_sdk {
    ($($test:ident: $action:ty,)*) => {$(
        #[test]
        fn $test() {
            writes_as_the_sdk::<$action>();
        }
    )*};
}

writes_as_the_sdk! {
    batch_get_item: BatchGetItemInputBuilder,
    batch_write_item: BatchWriteItemInputBuilder,
    delete_item: DeleteItemInputBuilder,
    get_item: GetItemInputBuilder,
    put_item: PutItemInputBuilder,
    query: QueryInputBuilder,
    scan: ScanInputBuilder,
    transact_get_items: TransactGetItemsInputBuilder,
    update_item: UpdateItemInputBuilder,
}

/// Without a token the SDK makes one up.
#[test]
fn transact_write_items() {
    let sdk = Sdk::new();
    let mut runner = TestRunner::new(config(60));
    let result = runner.run(&TransactWriteItemsInputBuilder::any(), |action| {
        let has_token = action.get_client_request_token().is_some();
        let (ours, mut theirs) = (json(body(&action).as_bytes()), json(&sdk.writes(action)));
        if !has_token {
            prop_assert!(theirs.as_object_mut().unwrap().remove("ClientRequestToken").is_some());
        }
        prop_assert_eq!(ours, theirs);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn a_request_without_parameters() {
    assert_eq!(body(&GetItemInputBuilder::default()), "{}");
}

#[test]
fn fields_are_divided_by_commas() {
    let action = GetItemInputBuilder::default().consistent_read(true).key("k", AttributeValue::S("v".to_owned()));
    assert_eq!(body(&action), r#"{"Key":{"k":{"S":"v"}},"ConsistentRead":true}"#);
}

/// The SDK appends to nothing; the caller may have something in its buffer.
#[test]
fn the_request_is_appended() {
    let mut body = b"{".to_vec();
    GetItemInputBuilder::default().table_name("t").write(&mut body);
    assert_eq!(body, br#"{{"TableName":"t"}"#);
}

fn item_of(value: AttributeValue) -> String {
    body(&PutItemInputBuilder::default().item("a", value))
}

#[test]
fn characters_that_need_an_escape() {
    let text = "\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f} \"\\/\u{7f}\u{80}\u{2028}\u{10ffff}".to_owned();
    let expected = "\\u0000\\u0008\\t\\n\\u000b\\u000c\\r\\u001f \\\"\\\\/\u{7f}\u{80}\u{2028}\u{10ffff}";
    assert_eq!(item_of(AttributeValue::S(text)), format!(r#"{{"Item":{{"a":{{"S":"{expected}"}}}}}}"#));
}

/// Text is looked at in steps of 16 bytes.
#[test]
fn an_escape_at_every_position() {
    for at in 0..50 {
        let text = format!("{}\"{}", "x".repeat(at), "y".repeat(50 - at));
        let expected = format!("{}\\\"{}", "x".repeat(at), "y".repeat(50 - at));
        assert_eq!(item_of(AttributeValue::S(text)), format!(r#"{{"Item":{{"a":{{"S":"{expected}"}}}}}}"#));
    }
}

#[test]
fn binary_is_padded_base64() {
    for (bytes, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("\u{ff}~?", "w79+Pw==")] {
        let item = item_of(AttributeValue::B(Blob::new(bytes)));
        assert_eq!(item, format!(r#"{{"Item":{{"a":{{"B":"{expected}"}}}}}}"#));
    }
}

/// Only the SDK can make such a value.
#[test]
fn a_value_of_an_unknown_type_is_one_that_dynamodb_refuses() {
    let answer = Sdk::new().reads::<GetItemInputBuilder>(br#"{"Item":{"a":{"New":1}}}"#).unwrap();
    assert_eq!(item_of(answer.item.unwrap()["a"].clone()), r#"{"Item":{"a":{}}}"#);
}
