//! Values inside of values. DynamoDB allows 32 levels ("Quotas in Amazon DynamoDB", Amazon DynamoDB Developer Guide).

use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use super::super::Action;
use super::sdk::Sdk;

fn lists(levels: usize) -> String {
    format!("{}{}", r#"{"L":["#.repeat(levels), "]}".repeat(levels))
}

fn maps(levels: usize) -> String {
    format!(r#"{}{{"S":""}}{}"#, r#"{"M":{"a":"#.repeat(levels), "}}".repeat(levels))
}

#[test]
fn as_deep_as_dynamodb_allows_and_as_the_sdk_reads() {
    let sdk = Sdk::new();
    for levels in [1, 32, 60] {
        for value in [lists(levels), maps(levels)] {
            let body = format!(r#"{{"Item":{{"a":{value}}}}}"#);
            let answer = GetItemInputBuilder::read(body.as_bytes()).unwrap();
            assert_eq!(Some(&answer), sdk.reads::<GetItemInputBuilder>(body.as_bytes()).as_ref());

            let mut request = Vec::new();
            PutItemInputBuilder::default().set_item(answer.item.clone()).write(&mut request);
            assert_eq!(GetItemInputBuilder::read(&request).unwrap().item, answer.item);
        }
    }
}

/// The deepest place for an item.
#[test]
fn in_an_unprocessed_write() {
    for value in [lists(32), maps(32)] {
        let body = format!(r#"{{"UnprocessedItems":{{"t":[{{"PutRequest":{{"Item":{{"a":{value}}}}}}}]}}}}"#);
        let answer = BatchWriteItemInputBuilder::read(body.as_bytes()).unwrap();
        let put = answer.unprocessed_items.unwrap()["t"][0].put_request.clone().unwrap();
        assert!(matches!(put.item["a"], AttributeValue::L(_) | AttributeValue::M(_)));
    }
}

#[test]
fn too_deep_is_refused_and_takes_no_stack() {
    for levels in [70, 100_000] {
        for value in [lists(levels), maps(levels)] {
            let body = format!(r#"{{"Item":{{"a":{value}}}}}"#);
            assert!(GetItemInputBuilder::read(body.as_bytes()).is_err());
        }
    }
}

#[test]
fn what_is_skipped_takes_no_stack() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    for body in [format!(r#"{{"Other":{deep}}}"#), format!(r#"{{"Item":{{"a":{{"__type":{deep},"S":""}}}}}}"#)] {
        assert!(GetItemInputBuilder::read(body.as_bytes()).is_ok());
    }
}
