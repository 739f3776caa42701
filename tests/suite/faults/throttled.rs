use std::time::Duration;

use dynakv_client::{Code, Reason};
use serde_json::json;
use tonic_types::StatusExt;

use crate::support::World;
use crate::support::faults::{Fault, What, When};

const HOT_KEY: &str = "TableWriteKeyRangeThroughputExceeded";

#[tokio::test]
async fn the_reason_of_a_throttle_reaches_the_caller() {
    let world = World::embedded_in_memory().await;
    for code in ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"] {
        let what = What::Throttle { code, reasons: &[HOT_KEY, "IndexWriteMaxOnDemandThroughputExceeded"] };
        world.faults.inject(Fault::new("PutItem", When::Before, what).times(usize::MAX));
        let error = world.client.set("key", "value").await.unwrap_err();
        assert_eq!((error.code(), error.reason()), (Some(Code::ResourceExhausted), Some(&Reason::Throttled)));
        let details = error.failure().unwrap().status().get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!((info.metadata["outcome"].as_str(), info.metadata["aws_code"].as_str()), ("NOT_APPLIED", code));
        assert_eq!(info.metadata["throttle_reason"], HOT_KEY);
        assert_eq!(details.quota_failure().unwrap().violations.len(), 2);
        assert_eq!(details.quota_failure().unwrap().violations[0].subject, HOT_KEY);
        assert!(details.retry_info().unwrap().retry_delay.unwrap() > Duration::ZERO);
        world.faults.clear();
    }
    assert_eq!(world.item("key").await, None);
}

#[tokio::test]
async fn throttles_are_waited_out_with_growing_pauses() {
    let world = World::with_full_pauses().await;
    let what = What::Throttle { code: "ThrottlingException", reasons: &[] };
    world.faults.inject(Fault::new("PutItem", When::Before, what).times(7));
    world.client.set("key", "value").await.unwrap();
    let pauses: Vec<u128> = world.sleep.slept().iter().map(Duration::as_millis).collect();
    assert_eq!(pauses, [25, 50, 100, 200, 400, 800, 1000]);
}

/// DynamoDB may leave parts of a batch unprocessed; Exists requests them again.
#[tokio::test]
async fn exists_asks_again_for_what_was_left_out() {
    let world = World::embedded_in_memory().await;
    for index in (0..100).step_by(3) {
        world.client.set(format!("key-{index}"), "").await.unwrap();
    }
    let table = world.table.clone();
    world.faults.rule("BatchGetItem", 5, move |mut call, upstream| {
        let table = table.clone();
        async move {
            // All but the first ten keys of each call stay unprocessed.
            let mut request = call.json();
            let keys = request["RequestItems"][&table]["Keys"].as_array_mut().unwrap();
            let left = keys.split_off(10.min(keys.len()));
            let mut unprocessed = request["RequestItems"][&table].clone();
            unprocessed["Keys"] = json!(left);
            call.set_json(&request);
            World::amend(upstream.call(call).await, |answer| {
                answer["UnprocessedKeys"] = json!({ &table: unprocessed });
            })
            .await
        }
    });
    let keys: Vec<String> = (0..100).map(|index| format!("key-{index}")).collect();
    let exists = world.client.exists(keys).await.unwrap();
    assert_eq!(exists, (0..100).map(|index| index % 3 == 0).collect::<Vec<_>>());
    assert_eq!(world.faults.calls("BatchGetItem"), 6);
}

#[tokio::test]
async fn exists_never_calls_missing_what_was_not_read() {
    let world = World::with_full_pauses().await;
    world.client.set("key", "").await.unwrap();
    world.faults.rule("BatchGetItem", usize::MAX, |call, upstream| async move {
        let request = call.json();
        World::amend(upstream.call(call).await, |answer| {
            answer["UnprocessedKeys"] = request["RequestItems"].clone();
            answer["Responses"] = json!({});
        })
        .await
    });
    let error = world.client.exists(["key", "other"]).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::Throttled));
}
