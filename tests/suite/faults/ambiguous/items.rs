//! Sends batches of one item through the stub.

use bytes::Bytes;
use dynakv_client::pb::batch_write_items_operation::Kind;
use dynakv_client::pb::value::Kind as ValueKind;
use dynakv_client::{Client, Error, Failure, pb};
use tonic::Status;
use uuid::Uuid;

fn text(text: &str) -> pb::Value {
    pb::Value { kind: Some(ValueKind::S(text.to_owned())) }
}

pub(super) fn put_item(key: &str, condition: &str) -> Kind {
    let ours = pb::Value { kind: Some(ValueKind::B(Bytes::from("ours"))) };
    let item = [("pk".to_owned(), text(key)), ("val".to_owned(), ours)].into();
    Kind::PutItem(pb::BatchPutItem { item, condition: condition.to_owned(), ..Default::default() })
}

pub(super) fn delete_item(key: &str, condition: &str, report_existed: bool) -> Kind {
    let key = Some(pb::ItemKey { partition: Some(text(key)), sort: None });
    let condition = condition.to_owned();
    Kind::DeleteItem(pb::BatchDeleteItem { key, report_existed, condition, ..Default::default() })
}

/// A batch of one operation.
pub(super) async fn batch_of_items(client: &Client, kind: Kind) -> Result<pb::BatchWriteItemsResult, Error> {
    let operations = vec![pb::BatchWriteItemsOperation { kind: Some(kind), ..Default::default() }];
    let request = pb::BatchWriteItemsRequest { operations, ..Default::default() };
    let response = client.item_stub().batch_write_items(request).await.map_err(error)?;
    let mut results = response.into_inner().results;
    assert_eq!(results.len(), 1, "a batch of one has one result");
    Ok(results.remove(0))
}

/// As the client has it.
fn error(status: Status) -> Error {
    let failure = Box::new(Failure::from(status));
    let is_unknown = failure.metadata("outcome") == Some("UNKNOWN");
    if is_unknown {
        Error::OutcomeUnknown { request_id: Uuid::new_v4(), source: failure }
    } else {
        Error::Failed(failure)
    }
}
