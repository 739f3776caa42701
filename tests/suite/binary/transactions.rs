//! Transactions that are repeated after the server has ended: it has kept no token, only the items.

use std::time::Duration;

use dynakv_client::{Client, Expected, Snapshot, Transact, TransactOperation, TransactRead, Transaction, pb};
use tempfile::TempDir;
use uuid::Uuid;

use super::Serve;

/// The answer may have been lost with the server. Whoever asks again is told that it is done.
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
    let snapshot = client.transact_get([TransactRead::item(key("hits"))]).await.unwrap();
    let [Snapshot::Item(item)] = &snapshot[..] else { panic!("{snapshot:?}") };
    assert_eq!(item.fields["count"].kind, Some(pb::value::Kind::N("1".to_owned())));
}

fn s(text: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) }
}

fn key(key: &str) -> pb::ItemKey {
    pb::ItemKey { partition: Some(s(key)), sort: None }
}

fn count_up() -> TransactOperation {
    let kind = Some(pb::update_action::Kind::Add("1".to_owned()));
    let actions = vec![pb::UpdateAction { path: "count".to_owned(), kind }];
    Transact::new(pb::TransactUpdateItem {
        key: Some(key("hits")),
        update: Some(pb::transact_update_item::Update::Actions(pb::UpdateActions { actions })),
        ..Default::default()
    })
    .into()
}

fn put_order() -> TransactOperation {
    Transact::new(pb::TransactPutItem {
        item: [("pk".to_owned(), s("order-7")), ("state".to_owned(), s("placed"))].into(),
        condition: "attribute_not_exists(pk)".to_owned(),
        ..Default::default()
    })
    .into()
}
