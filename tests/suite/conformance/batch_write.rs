use std::time::Duration;

use dynakv_client::{BatchOperation, BatchOutcome, Code, Expected, Found, pb};
use tonic::Status;
use tonic_types::StatusExt;

use super::on_every_backend;
use crate::support::{World, binary, number, string};

on_every_backend!(
    sets_and_deletes_are_carried_out,
    each_set_has_its_own_ttl,
    the_last_on_a_key_wins,
    conditions_are_judged_one_by_one,
    a_batch_refused_for_one_operation_changes_nothing,
    capacity_is_told_when_asked,
);

async fn sets_and_deletes_are_carried_out(world: World) {
    world.client.set("old", "v").await.unwrap();
    let operations: [BatchOperation; 4] = [
        BatchOperation::set("a", "one").into(),
        BatchOperation::delete("old").into(),
        BatchOperation::delete("never").into(),
        BatchOperation::set("empty", "").into(),
    ];
    let outcomes = world.client.batch_write(operations).await.unwrap();
    assert!(outcomes.iter().all(BatchOutcome::is_applied), "{outcomes:?}");
    assert!(matches!(outcomes[1], BatchOutcome::Deleted { existed: None }));

    let BatchOutcome::Written { version, expire_time: None } = &outcomes[0] else { panic!("{:?}", outcomes[0]) };
    let entry = world.client.get("a").await.unwrap().unwrap();
    assert_eq!((entry.text(), entry.version.as_ref()), (Some("one"), Some(version)));
    assert_eq!(world.client.exists(["old", "never", "empty"]).await.unwrap(), [false, false, true]);
}

async fn each_set_has_its_own_ttl(world: World) {
    let fields = [("val", binary(b"old")), ("ttl", number(9_999_999_999i64)), ("extra", string("foreign"))];
    world.put("kept", fields.clone()).await;
    world.put("replaced", fields).await;
    let operations = [
        BatchOperation::set("brief", "v").ttl(Duration::from_millis(1500)),
        BatchOperation::set("long", "v").ttl(Duration::from_mins(1)),
        BatchOperation::set("kept", "new").keep_ttl(),
        BatchOperation::set("replaced", "new"),
    ];
    let outcomes = world.client.batch_write(operations).await.unwrap();
    let expires = |outcome: &BatchOutcome| match outcome {
        BatchOutcome::Written { expire_time, .. } => *expire_time,
        other => panic!("{other:?}"),
    };
    let entry = world.client.get("brief").await.unwrap().unwrap();
    assert_eq!((expires(&outcomes[0]), expires(&outcomes[3])), (entry.expire_time, None));
    assert_eq!(
        expires(&outcomes[1]).unwrap().duration_since(entry.expire_time.unwrap()).unwrap(),
        Duration::from_millis(58_500)
    );
    let kept = world.item("kept").await.unwrap();
    assert_eq!((&kept["val"], &kept["ttl"]), (&binary(b"new"), &number(9_999_999_999i64)));
    assert_eq!(kept["extra"], string("foreign"));
    assert_eq!(world.item("replaced").await.unwrap().len(), 3, "key, value and version");

    world.clock.advance(Duration::from_millis(1500));
    assert_eq!(world.client.exists(["brief", "long"]).await.unwrap(), [false, true]);
}

async fn the_last_on_a_key_wins(world: World) {
    let operations: [BatchOperation; 6] = [
        BatchOperation::set("a", "first").into(),
        BatchOperation::set("b", "only").into(),
        BatchOperation::delete("a").into(),
        BatchOperation::set("c", "first").expected(Expected::Present).into(),
        BatchOperation::set("a", "last").into(),
        BatchOperation::delete("c").report_existed().into(),
    ];
    let stub = pb::BatchWriteRequest {
        operations: operations.iter().map(|operation| message(operation.clone())).collect(),
        ..Default::default()
    };
    let results = world.client.stub().batch_write(stub).await.unwrap().into_inner().results;
    let outcomes: Vec<_> = results.iter().map(|result| result.outcome().as_str_name()).collect();
    let (applied, superseded) = ("OUTCOME_APPLIED", "OUTCOME_SUPERSEDED");
    assert_eq!(outcomes, [superseded, applied, superseded, superseded, applied, applied]);
    assert_eq!(results[5].existed, Some(false));
    assert_eq!(world.client.get("a").await.unwrap().unwrap().text(), Some("last"));

    // The client reports the same.
    let outcomes = world.client.batch_write(operations).await.unwrap();
    let is_superseded = |outcome: &BatchOutcome| matches!(outcome, BatchOutcome::Superseded);
    assert_eq!(outcomes.iter().map(is_superseded).collect::<Vec<_>>(), [true, false, true, true, false, false]);
}

/// As the client would send it.
fn message(operation: BatchOperation) -> pb::BatchWriteOperation {
    operation.into()
}

async fn conditions_are_judged_one_by_one(world: World) {
    for key in ["present", "version", "value", "stale", "gone", "deleted"] {
        world.client.set(key, "v").await.unwrap();
    }
    let version = world.version("version").await;
    let operations: [BatchOperation; 9] = [
        BatchOperation::set("absent", "new").expected(Expected::Absent).into(),
        BatchOperation::set("present", "new").expected(Expected::Present).into(),
        BatchOperation::set("version", "new").expected(Expected::Version(version)).into(),
        BatchOperation::set("value", "new").expected(Expected::value("other")).return_current().into(),
        BatchOperation::set("stale", "new").expected(Expected::version("1")).into(),
        BatchOperation::delete("gone").report_existed().into(),
        BatchOperation::delete("never").report_existed().into(),
        BatchOperation::delete("deleted").expected(Expected::value("v")).report_existed().into(),
        BatchOperation::delete("nothing").expected(Expected::Present).return_current().into(),
    ];
    let outcomes = world.client.batch_write(operations).await.unwrap();
    assert_eq!(
        outcomes.iter().map(BatchOutcome::is_applied).collect::<Vec<_>>(),
        [true, true, true, false, false, true, true, true, false]
    );
    let current = |outcome: &BatchOutcome| match outcome {
        BatchOutcome::ConditionFailed { current, current_omitted: false } => current.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(current(&outcomes[3]), world.client.get("value").await.unwrap());
    assert_eq!((current(&outcomes[4]), current(&outcomes[8])), (None, None));
    assert!(matches!(outcomes[5], BatchOutcome::Deleted { existed: Some(true) }));
    assert!(matches!(outcomes[6], BatchOutcome::Deleted { existed: Some(false) }));
    assert!(matches!(outcomes[7], BatchOutcome::Deleted { existed: Some(true) }));
    let texts = world.client.batch_get(["absent", "present", "version", "value", "stale"]).await.unwrap();
    let is_new = |found: &Found| matches!(found, Found::Entry(e) if e.text() == Some("new"));
    assert_eq!(texts.iter().map(is_new).collect::<Vec<_>>(), [true, true, true, false, false]);
}

fn field_of(status: &Status) -> String {
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().metadata["outcome"], "NOT_APPLIED", "{status:?}");
    details.bad_request().unwrap().field_violations[0].field.clone()
}

async fn a_batch_refused_for_one_operation_changes_nothing(world: World) {
    use pb::batch_write_operation::Kind;
    let fine = || message(BatchOperation::set("fine", "v").into());
    let set = |set: pb::BatchSet| pb::BatchWriteOperation { kind: Some(Kind::Set(set)) };
    let no_ttl = pb::batch_set::Expiry::Ttl(prost_types::Duration { seconds: 0, nanos: 0 });
    let absent = pb::Expected { kind: Some(pb::expected::Kind::Absent(pb::expected::Absent {})) };
    let cases = [
        (set(pb::BatchSet::default()), "operations[3].set.key"),
        (set(pb::BatchSet { key: "k".into(), expiry: Some(no_ttl), ..Default::default() }), "operations[3].set.ttl"),
        (
            set(pb::BatchSet { key: "k".into(), value: vec![0; 409_600].into(), ..Default::default() }),
            "operations[3].set.value",
        ),
        (
            set(pb::BatchSet { key: "k".into(), expected: Some(pb::Expected { kind: None }), ..Default::default() }),
            "operations[3].set.expected",
        ),
        (
            message(BatchOperation::set("k", "v").expected(Expected::version("x")).into()),
            "operations[3].set.expected.version",
        ),
        (message(BatchOperation::delete("").into()), "operations[3].delete.key"),
        (
            pb::BatchWriteOperation {
                kind: Some(Kind::Delete(pb::BatchDelete {
                    key: "k".into(),
                    expected: Some(absent),
                    ..Default::default()
                })),
            },
            "operations[3].delete.expected.absent",
        ),
        (pb::BatchWriteOperation { kind: None }, "operations[3].kind"),
    ];
    for (bad, field) in cases {
        let operations = vec![fine(), fine(), fine(), bad, fine()];
        let request = pb::BatchWriteRequest { operations, ..Default::default() };
        let status = world.client.stub().batch_write(request).await.unwrap_err();
        assert_eq!((status.code(), field_of(&status)), (Code::InvalidArgument, field.to_owned()));
    }
    for count in [0, 10_001] {
        let request = pb::BatchWriteRequest { operations: vec![fine(); count], ..Default::default() };
        let status = world.client.stub().batch_write(request).await.unwrap_err();
        assert_eq!((status.code(), field_of(&status)), (Code::InvalidArgument, "operations".to_owned()));
    }
    let request = pb::BatchWriteRequest { operations: vec![fine()], request_id: "7".into(), ..Default::default() };
    assert_eq!(field_of(&world.client.stub().batch_write(request).await.unwrap_err()), "request_id");
    assert_eq!((world.item("fine").await, world.faults.calls(crate::support::faults::ANY)), (None, 0));
}

async fn capacity_is_told_when_asked(world: World) {
    let operations = vec![message(BatchOperation::set("a", "v").into()), message(BatchOperation::delete("b").into())];
    let ask = async |asked| {
        let request = pb::BatchWriteRequest {
            operations: operations.clone(),
            return_consumed_capacity: asked,
            ..Default::default()
        };
        world.client.stub().batch_write(request).await.unwrap().into_inner().consumed_capacity
    };
    assert_eq!(ask(false).await, None);
    let units = ask(true).await.unwrap().capacity_units;
    // A unit for each write; DynamoDB Local counts one more.
    assert!((2.0..=3.0).contains(&units), "{units}");
}

/// On one backend only: this tests the message, and the message is large.
#[tokio::test]
async fn current_entries_that_fit_no_message_are_left_out() {
    let world = World::embedded_in_memory().await;
    let keys: Vec<String> = (0..48).map(|index| index.to_string()).collect();
    let sets = |keys: &[String]| keys.iter().map(|key| BatchOperation::set(key, vec![7; 400_000])).collect::<Vec<_>>();
    world.client.batch_write(sets(&keys[..24])).await.unwrap();
    world.client.batch_write(sets(&keys[24..])).await.unwrap();

    let swaps = keys.iter().map(|key| BatchOperation::set(key, "").expected(Expected::Absent).return_current());
    let outcomes = world.client.batch_write(swaps).await.unwrap();
    let (mut shown, mut omitted) = (0, 0);
    for outcome in outcomes {
        match outcome {
            BatchOutcome::ConditionFailed { current: Some(entry), current_omitted: false } => {
                assert_eq!(entry.value.unwrap().len(), 400_000);
                shown += 1;
            }
            BatchOutcome::ConditionFailed { current: None, current_omitted: true } => omitted += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((shown, omitted), (41, 7), "16 MiB hold 41 of them");
}

/// More than one request can hold: the client splits it, and the last write of a key still wins. On one backend only: the
/// requests to it are like any others.
#[tokio::test]
async fn a_batch_of_more_than_ten_thousand() {
    let world = World::embedded_in_memory().await;
    let key = |index: usize| format!("key-{index}");
    let operations = (0..10_030).map(|index| {
        if index % 3 == 0 {
            BatchOperation::from(BatchOperation::delete(key(index)))
        } else {
            BatchOperation::set(key(index), index.to_string()).into()
        }
    });
    let again = (0..20).map(|index| BatchOperation::set(key(index), "again").into());
    let call = world.client.batch_write(operations.chain(again)).timeout(Duration::from_mins(1));
    let outcomes = call.await.unwrap();
    for (position, outcome) in outcomes.iter().enumerate() {
        let is_superseded = matches!(outcome, BatchOutcome::Superseded);
        assert_eq!((is_superseded, outcome.is_applied()), (position < 20, position >= 20), "{position}: {outcome:?}");
    }
    assert_eq!((outcomes.len(), world.faults.calls("BatchWriteItem")), (10_050, 402));
    let sample: Vec<usize> = (0..10_030).step_by(11).collect();
    let found = world.client.batch_get(sample.iter().map(|index| key(*index))).await.unwrap();
    for (index, found) in sample.into_iter().zip(found) {
        let expected = match index {
            0..20 => Some("again".to_owned()),
            _ => (index % 3 != 0).then(|| index.to_string()),
        };
        let is = match found {
            Found::Entry(entry) => entry.text().map(str::to_owned),
            Found::Missing => None,
            Found::Failed(failure) => panic!("{failure}"),
        };
        assert_eq!(is, expected, "{index}");
    }
}
