use std::future::IntoFuture;
use std::pin::Pin;

use tonic::{Request, Status};
use uuid::Uuid;

use super::BatchItemOperation;
use super::outcome::BatchOutcome;
use super::write::{self, BatchWrites, batch_write};
use crate::call::Write;
use crate::entry::{time, unreadable};
use crate::method::{BATCH_WRITE_ITEMS, Method};
use crate::{Call, Client, Error, Item, Version, pb, value};

pub(crate) fn request(
    operations: impl IntoIterator<Item = impl Into<BatchItemOperation>>,
    table: &str,
) -> pb::BatchWriteItemsRequest {
    let mut operations: Vec<_> = operations.into_iter().map(|operation| operation.into().0).collect();
    for operation in operations.iter_mut().filter(|operation| operation.table.is_empty()) {
        table.clone_into(&mut operation.table);
    }
    pb::BatchWriteItemsRequest { operations, request_id: String::new(), return_consumed_capacity: false }
}

impl Write for pb::BatchWriteItemsRequest {}

batch_write!(pb::BatchWriteItemsRequest, Item);

impl BatchWrites for pb::BatchWriteItemsRequest {
    type Operation = pb::BatchWriteItemsOperation;
    type Request = Self;
    type Result = pb::BatchWriteItemsResult;
    type Current = Item;

    const METHOD: Method = BATCH_WRITE_ITEMS;

    fn len(&self) -> usize {
        self.operations.len()
    }

    /// All of them: which attributes of an item are its key, only the server knows.
    fn to_send(&self) -> Vec<(usize, pb::BatchWriteItemsOperation)> {
        self.operations.iter().cloned().enumerate().collect()
    }

    fn is_once_only(operation: &pb::BatchWriteItemsOperation) -> bool {
        use pb::batch_write_items_operation::Kind;
        let finds = |delete: &pb::BatchDeleteItem| delete.report_existed || !delete.condition.is_empty();
        matches!(&operation.kind, Some(Kind::DeleteItem(delete)) if finds(delete))
    }

    fn message(&self, operations: Vec<pb::BatchWriteItemsOperation>, id: Uuid) -> Self {
        Self { operations, request_id: id.to_string(), return_consumed_capacity: false }
    }

    fn send(
        client: &Client,
        request: Request<Self>,
    ) -> impl Future<Output = Result<Vec<pb::BatchWriteItemsResult>, Status>> + Send {
        let mut stub = client.item_stub();
        async move { Ok(stub.batch_write_items(request).await?.into_inner().results) }
    }

    fn outcome(
        operation: &pb::BatchWriteItemsOperation,
        result: pb::BatchWriteItemsResult,
    ) -> Result<BatchOutcome<Item>, Status> {
        use pb::batch_write_items_operation::Kind;
        use pb::batch_write_items_result::Outcome;
        Ok(match (result.outcome(), &operation.kind) {
            (Outcome::Applied, Some(Kind::PutItem(_))) => BatchOutcome::Written {
                version: result.version.map(Version::from).ok_or_else(|| unreadable("no version"))?,
                expire_time: time(result.expire_time)?,
            },
            (Outcome::Applied, _) => BatchOutcome::Deleted { existed: result.existed },
            (Outcome::ConditionFailed, _) => BatchOutcome::ConditionFailed {
                current: result.current.map(value::item).transpose()?,
                current_omitted: result.current_omitted,
            },
            (Outcome::Superseded, _) => BatchOutcome::Superseded,
            (Outcome::Failed, _) => {
                BatchOutcome::of_failure(result.failed.ok_or_else(|| unreadable("no status of what failed"))?.into())
            }
            (Outcome::Unspecified, _) => return Err(unreadable("no known outcome")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(operation: impl Into<BatchItemOperation>) -> pb::BatchWriteItemsOperation {
        request([operation], "default").operations.remove(0)
    }

    #[test]
    fn an_operation_without_a_table_has_that_of_the_client() {
        let put = || BatchItemOperation::put_item([("pk", "a")]);
        assert_eq!((sent(put()).table, sent(put().table("orders")).table), ("default".into(), "orders".into()));
    }

    #[test]
    fn a_delete_that_finds_something_is_sent_once() {
        let delete = || BatchItemOperation::delete_item("a");
        let put = BatchItemOperation::put_item([("pk", "a")]).condition("attribute_not_exists(pk)");
        let once_only = |operation| pb::BatchWriteItemsRequest::is_once_only(&operation);
        assert!(!once_only(sent(delete())) && !once_only(sent(put)));
        assert!(once_only(sent(delete().report_existed())));
        assert!(once_only(sent(delete().condition("attribute_exists(pk)"))));
    }
}
