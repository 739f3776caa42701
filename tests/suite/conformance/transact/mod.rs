//! Transactions over gRPC, as sent by any client.

use std::time::Duration;

use dynakv_client::pb;
use dynakv_client::pb::transact_get_operation::Target;
use dynakv_client::pb::transact_get_result::Result as Read;
use dynakv_client::pb::transact_write_operation::Kind;
use dynakv_client::pb::transact_write_response::Outcome;
use dynakv_client::pb::transact_write_result::Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

mod items;

use super::on_every_backend;
use crate::support::{World, number, string};

on_every_backend!(
    all_operations_happen,
    none_happens_if_one_condition_fails,
    every_expectation_is_kept,
    what_has_expired_is_absent,
    a_snapshot_shows_what_is_there,
    a_repeat_commits_once,
    bad_input_names_the_operation,
);

type Answer = Result<pb::TransactWriteResponse, Status>;

async fn write(world: &World, operations: Vec<pb::TransactWriteOperation>) -> Answer {
    write_as(world, operations, "").await
}

async fn write_as(world: &World, operations: Vec<pb::TransactWriteOperation>, id: &str) -> Answer {
    let request = pb::TransactWriteRequest { operations, request_id: id.to_owned(), ..Default::default() };
    world.client.stub().transact_write(request).await.map(tonic::Response::into_inner)
}

async fn read(world: &World, targets: impl IntoIterator<Item = (&str, Target)>) -> Vec<Read> {
    let operation =
        |(table, target): (&str, Target)| pb::TransactGetOperation { table: table.to_owned(), target: Some(target) };
    let operations = targets.into_iter().map(operation).collect();
    let request = pb::TransactGetRequest { operations, ..Default::default() };
    let response = world.client.stub().transact_get(request).await.unwrap().into_inner();
    response.results.into_iter().map(|result| result.result.unwrap()).collect()
}

fn operation(kind: Kind) -> pb::TransactWriteOperation {
    pb::TransactWriteOperation { kind: Some(kind), return_current: true, ..Default::default() }
}

fn set(key: &str, value: &str) -> pb::TransactSet {
    pb::TransactSet { key: key.into(), value: value.to_owned().into(), ..Default::default() }
}

fn set_if(key: &str, value: &str, expected: dynakv_client::Expected) -> pb::TransactWriteOperation {
    operation(Kind::Set(pb::TransactSet { expected: Some(expected.into()), ..set(key, value) }))
}

fn put(key: &str, value: &str) -> pb::TransactWriteOperation {
    operation(Kind::Set(set(key, value)))
}

fn delete(key: &str) -> pb::TransactWriteOperation {
    operation(Kind::Delete(pb::TransactDelete { key: key.into(), ..Default::default() }))
}

fn reasons(response: &pb::TransactWriteResponse) -> Vec<Reason> {
    response.results.iter().map(pb::TransactWriteResult::reason).collect()
}

async fn text(world: &World, key: &str) -> Option<String> {
    world.client.get(key).consistent().await.unwrap().map(|entry| entry.text().unwrap().to_owned())
}

async fn all_operations_happen(world: World) {
    world.client.set("old", "value").await.unwrap();
    let mortal = pb::TransactSet { ttl: Some(prost_types::Duration { seconds: 60, nanos: 0 }), ..set("mortal", "m") };
    let in_other = pb::TransactWriteOperation { table: "other".into(), ..put("key", "elsewhere") };
    let operations = vec![put("new", "n"), operation(Kind::Set(mortal)), delete("old"), in_other];
    let response = write(&world, operations).await.unwrap();
    assert_eq!(response.outcome(), Outcome::Committed);

    let entry = world.client.get("new").await.unwrap().unwrap();
    assert_eq!((entry.text(), entry.version.as_ref().unwrap().as_str()), (Some("n"), response.results[0].version()));
    let expire_time = world.client.get("mortal").await.unwrap().unwrap().expire_time;
    assert!(expire_time.is_some() && response.results[1].expire_time.is_some());
    assert_eq!(response.results[2].version, None, "a delete has no version");
    assert_eq!(text(&world, "old").await, None);
    assert_eq!(world.client.get("key").table("other").await.unwrap().unwrap().text(), Some("elsewhere"));
}

async fn none_happens_if_one_condition_fails(world: World) {
    world.client.set("taken", "mine").await.unwrap();
    let operations = vec![put("a", "1"), set_if("taken", "yours", dynakv_client::Expected::Absent), delete("b")];
    let response = write(&world, operations).await.unwrap();
    assert_eq!(response.outcome(), Outcome::Cancelled);
    assert_eq!(reasons(&response), [Reason::None, Reason::ConditionFailed, Reason::None]);
    let current = response.results[1].current.as_ref().unwrap();
    assert_eq!(current.value.as_deref(), Some(&b"mine"[..]));
    assert_eq!(text(&world, "a").await, None);

    let quiet = pb::TransactWriteOperation {
        return_current: false,
        ..set_if("taken", "yours", dynakv_client::Expected::Absent)
    };
    assert_eq!(write(&world, vec![quiet]).await.unwrap().results[0].current, None);
}

async fn every_expectation_is_kept(world: World) {
    use dynakv_client::Expected;
    let version = world.client.set("key", "held").await.unwrap().version;
    let cases = [
        (Expected::Absent, false),
        (Expected::Present, true),
        (Expected::version("18"), false),
        (Expected::Version(version), true),
        (Expected::value("else"), false),
    ];
    for (expected, holds) in cases {
        let before = world.item("key").await.unwrap();
        let response = write(&world, vec![set_if("key", "held", expected.clone())]).await.unwrap();
        assert_eq!(response.outcome() == Outcome::Committed, holds, "{expected:?}");
        if holds {
            // Back to the version that the next case expects.
            world.put_item(before).await;
        }
    }
    let present = pb::TransactDelete { key: "key".into(), expected: Some(Expected::value("held").into()) };
    let response = write(&world, vec![operation(Kind::Delete(present))]).await.unwrap();
    assert_eq!(response.outcome(), Outcome::Committed);
    assert_eq!(world.item("key").await, None);
}

async fn what_has_expired_is_absent(world: World) {
    use dynakv_client::Expected;
    world.client.set("lock", "dead").ttl(Duration::from_millis(1)).await.unwrap();
    world.client.set("gone", "dead").ttl(Duration::from_millis(1)).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let present = vec![set_if("gone", "new", Expected::Present)];
    let response = write(&world, present).await.unwrap();
    assert_eq!(reasons(&response), [Reason::ConditionFailed]);
    assert_eq!(response.results[0].current, None, "what has expired is not shown");

    let response = write(&world, vec![set_if("lock", "me", Expected::Absent)]).await.unwrap();
    assert_eq!(response.outcome(), Outcome::Committed);
    assert_eq!(text(&world, "lock").await.as_deref(), Some("me"));
}

async fn a_snapshot_shows_what_is_there(world: World) {
    world.client.set("here", "value").await.unwrap();
    world.client.set("expired", "value").ttl(Duration::from_millis(1)).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    world.put("item", [("count", number(7)), ("name", string("n"))]).await;
    world.client.set("key", "other").table("other").await.unwrap();
    let key = |key: &str| Target::Key(key.to_owned());
    let item_key = |key: &str| Target::ItemKey(items::item_key(key));
    let snapshot = read(
        &world,
        [
            ("", key("here")),
            ("", key("expired")),
            ("", item_key("item")),
            ("", item_key("none")),
            ("other", key("key")),
        ],
    )
    .await;
    let [Read::Entry(here), Read::Absent(_), Read::Item(item), Read::Absent(_), Read::Entry(other)] = &snapshot[..]
    else {
        panic!("{snapshot:?}")
    };
    assert_eq!((here.key.as_str(), here.value.as_deref()), ("here", Some(&b"value"[..])));
    assert_eq!(item.fields["count"], items::n("7"));
    assert_eq!(other.value.as_deref(), Some(&b"other"[..]));
}

/// One second later the rendered request differs, so only the version identifies the repetition.
async fn a_repeat_commits_once(world: World) {
    let id = Uuid::new_v4().to_string();
    world.client.increment("count").await.unwrap();
    let operations = || {
        vec![
            set_if("lock", "me", dynakv_client::Expected::Absent),
            operation(Kind::Set(pb::TransactSet {
                ttl: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
                ..set("entry", "value")
            })),
        ]
    };
    let first = write_as(&world, operations(), &id).await.unwrap();
    assert_eq!(first.outcome(), Outcome::Committed);
    let stored = world.item("entry").await;
    world.clock.advance(Duration::from_secs(1));
    let second = write_as(&world, operations(), &id).await.unwrap();
    assert_eq!(second.outcome(), Outcome::Committed);
    assert_eq!(world.item("entry").await, stored, "written once");
    assert_eq!(second.results[0].version, first.results[0].version);

    // Half of the items have changed since; the other half still proves the commit.
    world.client.set("lock", "somebody else").await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(write_as(&world, operations(), &id).await.unwrap().outcome(), Outcome::Committed);
    assert_eq!(text(&world, "lock").await.as_deref(), Some("somebody else"));
}

async fn bad_input_names_the_operation(world: World) {
    world.client.set("untouched", "value").await.unwrap();
    let first = || put("untouched", "changed");
    let in_table = |table: &str| pb::TransactWriteOperation { table: table.into(), ..put("key", "") };
    let cases: Vec<(Vec<pb::TransactWriteOperation>, &str)> = vec![
        (vec![], "operations"),
        ((0..101).map(|index| put(&format!("key-{index}"), "")).collect(), "operations"),
        (vec![first(), put("key", ""), put("key", "")], "operations[2]"),
        (vec![first(), pb::TransactWriteOperation::default()], "operations[1].kind"),
        (vec![first(), in_table("nowhere")], "operations[1].table"),
        (vec![first(), put("", "")], "operations[1].set.key"),
        (vec![first(), delete(&"k".repeat(2049))], "operations[1].delete.key"),
        (vec![first(), put("big", &"x".repeat(409_600))], "operations[1].set.value"),
        ((0..11).map(|index| put(&format!("key-{index}"), &"x".repeat(400_000))).collect(), "operations"),
    ];
    for (operations, field) in cases {
        let status = write(&world, operations).await.unwrap_err();
        let details = status.get_error_details();
        assert_eq!(status.code(), Code::InvalidArgument, "{field}: {status:?}");
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, field, "{status:?}");
        assert_eq!(details.error_info().unwrap().metadata["outcome"], "NOT_APPLIED");
    }
    assert_eq!(text(&world, "untouched").await.as_deref(), Some("value"));
}
