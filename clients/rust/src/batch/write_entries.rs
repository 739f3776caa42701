use std::collections::HashMap;
use std::future::IntoFuture;
use std::pin::Pin;

use tonic::{Request, Status};
use uuid::Uuid;

use super::BatchOperation;
use super::outcome::BatchOutcome;
use super::write::{self, BatchWrites, batch_write};
use crate::call::{OnTable, Write};
use crate::entry::{entry, time, unreadable};
use crate::method::{BATCH_WRITE, Method};
use crate::{Call, Client, Entry, Error, Version, pb};

/// The operations of a batch, of any number, and the table of those.
#[derive(Debug, Clone)]
pub struct BatchWrite {
    pub(crate) table: String,
    pub(crate) operations: Vec<BatchOperation>,
}

impl OnTable for BatchWrite {
    fn table(&mut self) -> &mut String {
        &mut self.table
    }
}

impl Write for BatchWrite {}

batch_write!(BatchWrite, Entry);

impl BatchWrites for BatchWrite {
    type Operation = pb::BatchWriteOperation;
    type Request = pb::BatchWriteRequest;
    type Result = pb::BatchWriteResult;
    type Current = Entry;

    const METHOD: Method = BATCH_WRITE;

    fn len(&self) -> usize {
        self.operations.len()
    }

    /// The last operation on a key wins however many requests the batch takes, so the others are not even sent.
    fn to_send(&self) -> Vec<(usize, pb::BatchWriteOperation)> {
        let operations = || self.operations.iter().enumerate();
        let last: HashMap<&str, usize> =
            operations().map(|(position, operation)| (operation.key(), position)).collect();
        operations()
            .filter(|(position, operation)| last.get(operation.key()) == Some(position))
            .map(|(position, operation)| (position, operation.clone().into()))
            .collect()
    }

    fn is_once_only(operation: &pb::BatchWriteOperation) -> bool {
        use pb::batch_write_operation::Kind;
        matches!(&operation.kind, Some(Kind::Delete(delete)) if delete.expected.is_some())
    }

    fn message(&self, operations: Vec<pb::BatchWriteOperation>, id: Uuid) -> pb::BatchWriteRequest {
        pb::BatchWriteRequest {
            table: self.table.clone(),
            operations,
            request_id: id.to_string(),
            return_consumed_capacity: false,
        }
    }

    fn send(
        client: &Client,
        request: Request<pb::BatchWriteRequest>,
    ) -> impl Future<Output = Result<Vec<pb::BatchWriteResult>, Status>> + Send {
        let mut stub = client.stub();
        async move { Ok(stub.batch_write(request).await?.into_inner().results) }
    }

    fn outcome(operation: &pb::BatchWriteOperation, result: pb::BatchWriteResult) -> Result<BatchOutcome, Status> {
        use pb::batch_write_operation::Kind;
        use pb::batch_write_result::Outcome;
        Ok(match (result.outcome(), &operation.kind) {
            (Outcome::Applied, Some(Kind::Set(_))) => BatchOutcome::Written {
                version: result.version.map(Version::from).ok_or_else(|| unreadable("no version"))?,
                expire_time: time(result.expire_time)?,
            },
            (Outcome::Applied, _) => BatchOutcome::Deleted { existed: result.existed },
            (Outcome::ConditionFailed, _) => BatchOutcome::ConditionFailed {
                current: entry(result.current)?,
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
