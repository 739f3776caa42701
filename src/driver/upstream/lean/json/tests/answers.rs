//! What the SDK reads from an answer is read from it here.

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
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::config;
use super::sdk::{Sdk, SdkAction};
use super::shapes::{self, Json};
use super::{super::Action, recorded};

fn reads_as_the_sdk<A: SdkAction>(recorded: &str, random: &BoxedStrategy<Json>) {
    let sdk = Sdk::new();
    let theirs = sdk.reads::<A>(recorded.as_bytes()).unwrap();
    assert_ne!(Some(&theirs), A::read(b"{}").ok().as_ref(), "the recorded answer says something");
    assert_eq!(A::read(recorded.as_bytes()), Ok(theirs));
    let mut runner = TestRunner::new(config(150));
    let result = runner.run(random, |answer| {
        let body = answer.to_string();
        prop_assert_eq!(A::read(body.as_bytes()).ok(), sdk.reads::<A>(body.as_bytes()), "{}", body);
        Ok(())
    });
    result.unwrap();
}

macro_rules! reads_as_the_sdk {
    ($($test:ident: $action:ty = $recorded:ident, $random:ident;)*) => {$(
        #[test]
        fn $test() {
            reads_as_the_sdk::<$action>(recorded::$recorded, &shapes::$random());
        }
    )*};
}

reads_as_the_sdk! {
    batch_get_item: BatchGetItemInputBuilder = BATCH_GET_ITEM, batch_get_item;
    batch_write_item: BatchWriteItemInputBuilder = BATCH_WRITE_ITEM, batch_write_item;
    delete_item: DeleteItemInputBuilder = WRITE_ITEM, write_item;
    get_item: GetItemInputBuilder = GET_ITEM, get_item;
    put_item: PutItemInputBuilder = WRITE_ITEM, write_item;
    query: QueryInputBuilder = PAGE, page;
    scan: ScanInputBuilder = PAGE, page;
    transact_get_items: TransactGetItemsInputBuilder = TRANSACT_GET_ITEMS, transact_get_items;
    transact_write_items: TransactWriteItemsInputBuilder = TRANSACT_WRITE_ITEMS, transact_write_items;
    update_item: UpdateItemInputBuilder = WRITE_ITEM, write_item;
}

/// Odd answers of GetItem that both read, and read the same.
#[test]
fn what_both_read() {
    let sdk = Sdk::new();
    for body in [
        "{}",
        " {\r\n\t} ",
        r#"{"Item":null}"#,
        r#"{"Item":{}}"#,
        r#"{"Item":{"":{"S":""}}}"#,
        r#"{ "Item" : { "a" : { "S" : "b" } , "c" : { "L" : [ ] } } }"#,
        r#"{"\u0049tem":{"\u0061":{"\u0053":"\u0062\/\ud83d\ude00"}}}"#,
        r#"{"Item":{"a":{"S":"1"}},"Item":{"b":{"N":"2"}}}"#,
        r#"{"Item":{"a":{"S":"1"}},"Item":null}"#,
        r#"{"Item":{"a":{"S":"1"},"a":{"S":"2"}}}"#,
        r#"{"Item":{"a":{"NULL":false,"S":null,"New":null,"__type":{"x":[1]}}}}"#,
        r#"{"Item":{"a":{"N":"no number"}}}"#,
        r#"{"ConsumedCapacity":{"CapacityUnits":"Infinity","ReadCapacityUnits":"-Infinity","WriteCapacityUnits":-0}}"#,
        r#"{"ConsumedCapacity":{"CapacityUnits":18446744073709551616,"ReadCapacityUnits":0.1e-7,"Table":null}}"#,
        r#"{"Other":1e999,"More":[{"a":[]},"\u0001"]}"#,
    ] {
        let theirs = sdk.reads::<GetItemInputBuilder>(body.as_bytes());
        assert!(theirs.is_some(), "{body}");
        assert_eq!(GetItemInputBuilder::read(body.as_bytes()).ok(), theirs, "{body}");
    }
}

#[test]
fn not_a_number() {
    let answer = GetItemInputBuilder::read(br#"{"ConsumedCapacity":{"CapacityUnits":"NaN"}}"#).unwrap();
    assert!(answer.consumed_capacity.unwrap().capacity_units.unwrap().is_nan());
}

#[test]
fn what_both_refuse() {
    let sdk = Sdk::new();
    for body in [
        " ",
        "null",
        "[]",
        "1",
        r#"{"Item":[]}"#,
        r#"{"Item":"a"}"#,
        r#"{"Item":{"a":null}}"#,
        r#"{"Item":{"a":"b"}}"#,
        r#"{"Item":{"a":[]}}"#,
        r#"{"Item":{"a":{}}}"#,
        r#"{"Item":{"a":{"S":null}}}"#,
        r#"{"Item":{"a":{"S":1}}}"#,
        r#"{"Item":{"a":{"N":1}}}"#,
        r#"{"Item":{"a":{"S":"1","S":"1"}}}"#,
        r#"{"Item":{"a":{"S":"1","N":"1"}}}"#,
        r#"{"Item":{"a":{"S":"1","New":"1"}}}"#,
        r#"{"Item":{"a":{"SS":["1",null]}}}"#,
        r#"{"Item":{"a":{"L":[null]}}}"#,
        r#"{"Item":{"a":{"M":{"b":null}}}}"#,
        r#"{"Item":{"a":{"BOOL":"true"}}}"#,
        r#"{"Item":{"a":{"B":"AA"}}}"#,
        r#"{"Item":{"a":{"B":"AA="}}}"#,
        r#"{"Item":{"a":{"B":"AB=="}}}"#,
        r#"{"Item":{"a":{"B":"A-_="}}}"#,
        r#"{"Item":{"a":{"B":"AA==\n"}}}"#,
        r#"{"Item":{"a":{"B":"\/w=="}}}"#,
        r#"{"Item":{"a":{"S":"\ud83d"}}}"#,
        r#"{"Item":{"a":{"S":"\udc00"}}}"#,
        r#"{"Item":{"a":{"S":"\x"}}}"#,
        "{\"Item\":{\"a\":{\"S\":\"\n\"}}}",
        r#"{"ConsumedCapacity":{"CapacityUnits":"1"}}"#,
        r#"{"ConsumedCapacity":{"CapacityUnits":1e999}}"#,
        r#"{"ConsumedCapacity":{"CapacityUnits":true}}"#,
        r#"{"ConsumedCapacity":[]}"#,
        "{}{}",
        "{} x",
        "{},",
        r#"{"Item":{},}"#,
        r#"{"Item":{}"#,
        r#"{"Item"}"#,
        r"{Item:{}}",
        "\u{feff}{}",
    ] {
        assert_eq!(sdk.reads::<GetItemInputBuilder>(body.as_bytes()), None, "{body}");
        assert!(GetItemInputBuilder::read(body.as_bytes()).is_err(), "{body}");
    }
}

/// The list of the module: what the SDK reads and this does not.
#[test]
fn what_only_the_sdk_reads() {
    let sdk = Sdk::new();
    for body in [
        "",
        r#"{"Item":{"a":{"New":1}}}"#,
        r#"{"Count":01}"#,
        r#"{"Count":1.0}"#,
        r#"{"Count":-0}"#,
        r#"{"ConsumedCapacity":{"CapacityUnits":1.}}"#,
        r#"{"ConsumedCapacity":{"CapacityUnits":-.5}}"#,
        r#"{"ConsumedCapacity":{"CapacityUnits":"inf"}}"#,
        r#"{"Other":"\u12x"}"#,
        r#"{"Items":[{"a":{"\ud83d":null,"S":"b"}}]}"#,
    ] {
        let body = body.as_bytes();
        let ours = GetItemInputBuilder::read(body).is_ok() && QueryInputBuilder::read(body).is_ok();
        let theirs = sdk.reads::<GetItemInputBuilder>(body).is_some() && sdk.reads::<QueryInputBuilder>(body).is_some();
        assert_eq!((ours, theirs), (false, true), "{}", String::from_utf8_lossy(body));
    }
}

/// In maps of the same array, room is made in advance. It must not be more than there is reason for.
#[test]
fn a_large_item_does_not_enlarge_those_behind_it() {
    let large: Vec<_> = (0..400).map(|n| format!(r#""a{n}":{{"NULL":true}}"#)).collect();
    let body = format!(r#"{{"Items":[{{{}}},{{"a":{{"NULL":true}}}},{{"a":{{"NULL":true}}}},{{}}]}}"#, large.join(","));
    let items = QueryInputBuilder::read(body.as_bytes()).unwrap().items.unwrap();
    let capacities: Vec<_> = items.iter().map(std::collections::HashMap::capacity).collect();
    assert!(capacities[1] < 30 && capacities[2] < 8 && capacities[3] == 0, "{capacities:?}");
}

#[test]
fn ten_megabytes() {
    let sdk = Sdk::new();
    let item = format!(r#"{{"k":{{"S":"{}"}},"v":{{"B":"{}"}}}}"#, "é\\n".repeat(1000), "AAEC".repeat(5000));
    let items = vec![item; 480].join(",");
    let body = format!(r#"{{"Items":[{items}],"Count":480}}"#);
    assert!(body.len() > 10_000_000);
    let answer = QueryInputBuilder::read(body.as_bytes()).unwrap();
    let value = &answer.items()[479]["v"];
    assert!(matches!(value, AttributeValue::B(bytes) if bytes.as_ref() == [0, 1, 2].repeat(5000)));
    assert_eq!(Some(answer), sdk.reads::<QueryInputBuilder>(body.as_bytes()));
}
