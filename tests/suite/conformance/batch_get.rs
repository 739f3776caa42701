use std::time::Duration;

use dynakv_client::{BatchOperation, Code, Found, pb};
use tonic_types::StatusExt;

use super::on_every_backend;
use crate::support::{World, binary, number};

on_every_backend!(
    each_position_has_its_answer,
    what_has_expired_is_missing,
    ten_thousand_keys,
    large_entries_come_in_messages_of_a_mebibyte,
    bad_keys_are_refused,
    capacity_is_told_when_asked,
);

/// The value found, or `None` for a key that is missing.
fn text(found: &Found) -> Option<String> {
    match found {
        Found::Entry(entry) => Some(entry.text().unwrap().to_owned()),
        Found::Missing => None,
        Found::Failed(failure) => panic!("{failure}"),
    }
}

async fn each_position_has_its_answer(world: World) {
    for key in ["a", "c", "é"] {
        world.client.set(key, format!("value of {key}")).await.unwrap();
    }
    world.client.set("a", "another").table("other").await.unwrap();

    let keys = ["c", "b", "a", "é", "c", "b", "a"];
    let found = world.client.batch_get(keys).consistent().await.unwrap();
    let texts: Vec<_> = found.iter().map(text).collect();
    let of = |key: &str| Some(format!("value of {key}"));
    assert_eq!(texts, [of("c"), None, of("a"), of("é"), of("c"), None, of("a")]);
    for (key, found) in keys.iter().zip(&found) {
        if let Found::Entry(entry) = found {
            assert_eq!(entry, &world.client.get(*key).await.unwrap().unwrap(), "as Get has it");
        }
    }

    let found = world.client.batch_get(["a", "c"]).table("other").await.unwrap();
    assert_eq!(found.iter().map(text).collect::<Vec<_>>(), [Some("another".to_owned()), None]);

    world.faults.reset_counts();
    world.client.batch_get(vec!["a"; 250]).await.unwrap();
    assert_eq!(world.faults.calls("BatchGetItem"), 1, "a duplicate is read once");
}

async fn what_has_expired_is_missing(world: World) {
    world.client.set("brief", "v").ttl(Duration::from_millis(1500)).await.unwrap();
    world.client.set("long", "v").ttl(Duration::from_mins(1)).await.unwrap();
    let expired = world.seconds() - 1;
    world.put("foreign", [("val", binary(b"v")), ("ttl", number(expired))]).await;

    let existing = async || {
        let found = world.client.batch_get(["brief", "long", "foreign"]).await.unwrap();
        found.iter().map(|found| text(found).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(existing().await, [true, true, false]);
    world.clock.advance(Duration::from_millis(1499));
    assert_eq!(existing().await, [true, true, false]);
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(existing().await, [false, true, false]);
}

async fn ten_thousand_keys(world: World) {
    let key = |index: usize| format!("key-{index}");
    let sets = (0..10_000).step_by(20).map(|index| BatchOperation::set(key(index), index.to_string()));
    world.client.batch_write(sets).timeout(Duration::from_mins(1)).await.unwrap();
    world.faults.reset_counts();

    let found = world.client.batch_get((0..10_000).map(key)).timeout(Duration::from_mins(1)).await.unwrap();
    for (index, found) in found.iter().enumerate() {
        assert_eq!(text(found), (index % 20 == 0).then(|| index.to_string()), "{index}");
    }
    assert_eq!((found.len(), world.faults.calls("BatchGetItem")), (10_000, 100));
}

async fn large_entries_come_in_messages_of_a_mebibyte(world: World) {
    let keys: Vec<String> = (0..12).map(|index| index.to_string()).collect();
    let sets = keys.iter().map(|key| BatchOperation::set(key, vec![0; 300_000]));
    world.client.batch_write(sets).await.unwrap();

    let request = pb::BatchGetRequest { keys, ..Default::default() };
    let mut messages = world.client.stub().batch_get(request).await.unwrap().into_inner();
    let mut indexes = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        assert!(prost::Message::encoded_len(&message) <= 1024 * 1024);
        indexes.extend(message.results.iter().map(|result| result.index));
    }
    indexes.sort_unstable();
    assert_eq!(indexes, (0..12).collect::<Vec<u32>>());
}

async fn bad_keys_are_refused(world: World) {
    for (keys, field, limit) in [
        (vec![], "keys", "1..10000 keys"),
        (vec!["k".to_owned(); 10_001], "keys", "1..10000 keys"),
        (vec!["k".to_owned(), String::new(), "k".to_owned()], "keys[1]", "1..2048 bytes"),
        (vec!["k".to_owned(), "k".repeat(2049)], "keys[1]", "1..2048 bytes"),
    ] {
        let request = pb::BatchGetRequest { keys, ..Default::default() };
        let status = world.client.stub().batch_get(request).await.unwrap_err();
        let details = status.get_error_details();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, field);
        assert_eq!(details.error_info().unwrap().metadata["limit"], limit);
    }
    assert_eq!(world.faults.calls("BatchGetItem"), 0);

    // The caller does not see how the client splits batches: the field has the caller's index.
    let keys = (0..10_010).map(|index| if index == 10_005 { String::new() } else { index.to_string() });
    let found = world.client.batch_get(keys).timeout(Duration::from_mins(1)).await.unwrap();
    assert!(matches!(found[9_999], Found::Missing));
    let Found::Failed(failure) = &found[10_009] else { panic!("{:?}", found[10_009]) };
    assert_eq!(failure.fields()[0].field, "keys[10005]");
}

async fn capacity_is_told_when_asked(world: World) {
    world.client.set("a", "v").await.unwrap();
    let ask = async |asked| {
        let keys = vec!["a".to_owned(), "b".to_owned()];
        let request = pb::BatchGetRequest { keys, return_consumed_capacity: asked, ..Default::default() };
        let mut messages = world.client.stub().batch_get(request).await.unwrap().into_inner();
        let mut last = None;
        while let Some(message) = messages.message().await.unwrap() {
            last = Some(message);
        }
        last.unwrap().consumed_capacity
    };
    assert_eq!(ask(false).await, None);
    let units = ask(true).await.unwrap().capacity_units;
    // Half a unit for each key; DynamoDB Local does not count the one that is missing.
    assert!((0.5..=1.0).contains(&units), "{units}");
}
