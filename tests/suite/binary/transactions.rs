//! Transactions that are repeated after a restart of the server, which keeps no tokens, only the items.

use std::time::Duration;

use dynakv_client::{Client, Expected, Snapshot, TransactOperation, TransactRead, Transaction, Update, attr};
use tempfile::TempDir;
use uuid::Uuid;

use super::Serve;

/// The response may have been lost with the server. A retry reports success.
#[tokio::test]
async fn a_repeat_after_a_restart_commits_once() {
    let folder = TempDir::new().unwrap();
    let kinds: [fn() -> TransactOperation; 4] = [
        || TransactOperation::set("session", "value").ttl(Duration::from_hours(1)).into(),
        || TransactOperation::set("lock", "me").expected(Expected::Absent).into(),
        count_up,
        put_order,
    ];
    let ids = kinds.map(|_| Uuid::new_v4());
    let write = async |client: &Client, id: Uuid, operation: TransactOperation| {
        let operations = [operation, TransactOperation::delete("cart").into()];
        let transaction = client.transact_write(operations).request_id(id).await.unwrap();
        let Transaction::Committed(committed) = transaction else { panic!("{transaction:?}") };
        committed[0].version.clone().unwrap()
    };

    let server = Serve::in_folder(folder.path()).start().await;
    let client = server.client().await;
    let mut versions = Vec::new();
    for (id, operation) in ids.iter().zip(kinds) {
        versions.push(write(&client, *id, operation()).await);
    }
    server.kill().await;

    let server = Serve::in_folder(folder.path()).start().await;
    let client = server.client().await;
    for ((id, operation), version) in ids.iter().zip(kinds).zip(versions) {
        assert_eq!(write(&client, *id, operation()).await, version);
    }
    let snapshot = client.transact_get([TransactRead::item("hits")]).await.unwrap();
    let [Snapshot::Item(item)] = &snapshot[..] else { panic!("{snapshot:?}") };
    assert_eq!(item["count"], 1.into());
}

fn count_up() -> TransactOperation {
    TransactOperation::update_item("hits", Update::new().add("count", 1)).into()
}

fn put_order() -> TransactOperation {
    let order = [("pk", "order-7"), ("state", "placed")];
    TransactOperation::put_item(order).condition(attr("pk").not_exists()).into()
}
