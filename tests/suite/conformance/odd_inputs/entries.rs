//! Entries in a table with an index whose key is their value.

use dynakv_client::{BatchOperation, BatchOutcome, Expected};
use tonic_types::StatusExt;

use super::*;

on_every_backend!(a_value_that_fits_no_index_fails_alone);

async fn a_value_that_fits_no_index_fails_alone(world: World) {
    world
        .create(TABLE, |table| {
            keyed(table, ("pk", ScalarAttributeType::S), None)
                .attribute_definitions(attribute("val", ScalarAttributeType::B))
                .global_secondary_indexes(global("by_value", "val", None))
        })
        .await;
    let assert_refused = |status: &Status| {
        let details = status.get_error_details();
        let field = details.bad_request().map(|bad| bad.field_violations[0].field.clone());
        let reason = &details.error_info().unwrap().reason;
        assert_eq!((reason.as_str(), field.as_deref()), ("INVALID_FIELD", Some("value")), "{status:?}");
    };
    let client = &world.client;
    let set = client.set("empty", "").table(TABLE).await.unwrap_err();
    assert_refused(set.failure().unwrap().status());
    let swap = client.compare_and_set("empty", "", Expected::Absent).table(TABLE).await.unwrap_err();
    assert_refused(swap.failure().unwrap().status());

    client.set("there", "value").table(TABLE).await.unwrap();
    let set = client.set("there", "").keep_ttl().table(TABLE).await.unwrap_err();
    assert_refused(set.failure().unwrap().status());
    // The counter is a number, and the index one of bytes.
    let count = client.increment("count").table(TABLE).await.unwrap_err();
    assert_eq!(count.reason(), Some(&dynakv_client::Reason::UpdateNotApplicable));

    let operations = ["a", "", "b"].map(|value| BatchOperation::set(format!("key-{value}"), value));
    let outcomes = client.batch_write(operations).table(TABLE).await.unwrap();
    assert!(outcomes[0].is_applied() && outcomes[2].is_applied(), "{outcomes:?}");
    let BatchOutcome::Failed(error) = &outcomes[1] else { panic!("{outcomes:?}") };
    assert_refused(error.status());
    for (key, is_there) in [("key-a", true), ("key-", false), ("key-b", true)] {
        assert_eq!(world.item_of(TABLE, item([("pk", string(key))])).await.is_some(), is_there, "{key}");
    }
}
