//! Errors with texts from DynamoDB, or from whatever answers in its place.

use dynakv_client::pb;
use prost::Message;
use serde_json::json;

use super::wire::call;
use crate::support::World;
use crate::support::faults::{ANY, respond};

/// Answers the next calls with this error and message.
fn refuse(world: &World, status: u16, code: &str, message: &str) {
    let answer = json!({ "__type": code, "message": message }).to_string();
    let id = "R".repeat(5000);
    world.faults.rule(ANY, usize::MAX, move |_, _| {
        let mut answer = respond(status, answer.clone());
        answer.headers_mut().insert("x-amzn-requestid", id.parse().unwrap());
        async { Ok(answer) }
    });
}

#[tokio::test]
async fn the_words_of_dynamodb_are_passed_on_in_part() {
    let world = World::embedded_in_memory().await;
    let words = format!("Invalid ConditionExpression: Syntax error; token: \"{}\"", "€".repeat(100_000));
    refuse(&world, 400, "com.amazon.coral.validate#ValidationException", &words);
    let key = Some(pb::ItemKey {
        partition: Some(pb::Value { kind: Some(pb::value::Kind::S("key".to_owned())) }),
        sort: None,
    });
    let request = pb::DeleteItemRequest { key, condition: "a = b".to_owned(), ..Default::default() };
    let refused = call(&world.channel, "dynakv.v1.ItemService/DeleteItem", &request.encode_to_vec(), &[]).await;
    let info = refused.refusal("the condition");
    assert_eq!(info.reason, "INVALID_EXPRESSION");
    assert_eq!(info.metadata["outcome"], "NOT_APPLIED");
    assert!((100..=128).contains(&info.metadata["aws_request_id"].len()));
}

#[tokio::test]
async fn names_of_errors_may_be_of_any_length() {
    let world = World::embedded_in_memory().await;
    refuse(&world, 400, &"E".repeat(50_000), &"m".repeat(50_000));
    let get = pb::GetRequest { key: "key".to_owned(), ..Default::default() }.encode_to_vec();
    let failed = call(&world.channel, "dynakv.v1.KeyValueService/Get", &get, &[]).await;
    let info = failed.refusal("a read");
    assert_eq!((info.reason.as_str(), info.metadata.get("outcome")), ("INTERNAL_ERROR", None));
    assert!(info.metadata["aws_code"].starts_with('E'));

    let set = pb::SetRequest { key: "key".to_owned(), ..Default::default() }.encode_to_vec();
    let failed = call(&world.channel, "dynakv.v1.KeyValueService/Set", &set, &[]).await;
    assert_eq!(failed.refusal("a write").metadata["outcome"], "NOT_APPLIED");
}
