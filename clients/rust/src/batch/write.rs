use std::collections::HashMap;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use prost::Message as _;
use tonic::Status;
use uuid::Uuid;

use super::{BatchOperation, common_failure, part};
use crate::call::{OnTable, Write};
use crate::entry::{entry, time, unreadable};
use crate::error::Failure;
use crate::method::{BATCH_WRITE, Idempotency, Method};
use crate::{Call, Entry, Error, Version, pb};

/// What became of one operation of a [`batch_write`](crate::Client::batch_write).
#[derive(Debug, Clone)]
pub enum BatchOutcome {
    /// The entry is written.
    Written {
        /// Its version as written.
        version: Version,
        /// When it expires, if the operation gave a TTL.
        expire_time: Option<SystemTime>,
    },
    /// The entry is deleted.
    Deleted {
        /// With `report_existed`: whether there was one.
        existed: Option<bool>,
    },
    /// The entry was not as expected and is unchanged.
    ConditionFailed {
        /// With `return_current`: the entry as it is, if there is one.
        current: Option<Entry>,
        /// `current` was asked for and left out, because the response would have become too large.
        current_omitted: bool,
    },
    /// A later operation of the batch names the same key; this one was not carried out.
    Superseded,
    /// It certainly did not happen.
    Failed(Arc<Failure>),
    /// It may or may not have happened.
    OutcomeUnknown(Arc<Failure>),
}

impl BatchOutcome {
    /// Whether the operation was carried out.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Written { .. } | Self::Deleted { .. })
    }

    /// Why it was not, or may not have been.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.shared_failure().map(Arc::as_ref)
    }

    fn shared_failure(&self) -> Option<&Arc<Failure>> {
        match self {
            Self::Failed(failure) | Self::OutcomeUnknown(failure) => Some(failure),
            Self::Written { .. } | Self::Deleted { .. } | Self::ConditionFailed { .. } | Self::Superseded => None,
        }
    }

    /// The same, if an earlier attempt may have written.
    fn in_doubt(self) -> Self {
        match self {
            Self::Failed(failure) => Self::OutcomeUnknown(failure),
            known => known,
        }
    }

    fn of_failure(failure: Failure) -> Self {
        if failure.changed_nothing() {
            Self::Failed(Arc::new(failure))
        } else {
            Self::OutcomeUnknown(Arc::new(failure))
        }
    }
}

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

impl Call<BatchWrite> {
    async fn run(self) -> Result<Vec<BatchOutcome>, Error> {
        let request_id = self.id();
        let operations = &self.request.operations;
        // The last operation on a key wins however many requests the batch takes, so the others are not even sent.
        let last: HashMap<&str, usize> =
            operations.iter().enumerate().map(|(position, operation)| (operation.key(), position)).collect();
        let sent: Vec<(usize, pb::BatchWriteOperation)> = operations
            .iter()
            .enumerate()
            .filter(|(position, operation)| last.get(operation.key()) == Some(position))
            .map(|(position, operation)| (position, operation.clone().into()))
            .collect();
        let beside = self.message(Vec::new(), request_id).encoded_len();
        let mut outcomes = vec![BatchOutcome::Superseded; operations.len()];
        for (number, range) in
            part::split(sent.iter().map(|(_, operation)| operation.encoded_len()), beside).into_iter().enumerate()
        {
            let part = sent.get(range).unwrap_or_default();
            let of_part = self.send_part(part, part_id(request_id, number)).await;
            for (&(position, _), outcome) in part.iter().zip(of_part) {
                outcomes.get_mut(position).into_iter().for_each(|slot| *slot = outcome.clone());
            }
        }
        as_one(outcomes, request_id)
    }

    /// The outcomes of a part, one for each of its operations.
    async fn send_part(&self, part: &[(usize, pb::BatchWriteOperation)], id: Uuid) -> Vec<BatchOutcome> {
        let method = self.method(part);
        let in_doubt = AtomicBool::new(false);
        let attempt = |left| {
            let in_doubt = &in_doubt;
            async move {
                let answer = self.attempt(part, id, left).await;
                let may_have_written = |status: &Status| !Failure::from(status.clone()).changed_nothing();
                in_doubt.fetch_or(answer.as_ref().err().is_some_and(may_have_written), Ordering::Relaxed);
                answer
            }
        };
        let answer = self.client.sender().send(method, self.time_allowed(), attempt).await;
        let outcome = match answer {
            // What failed in this attempt may have been written by an earlier one, whose answer was lost.
            Ok(outcomes) if in_doubt.load(Ordering::Relaxed) => {
                return outcomes.into_iter().map(BatchOutcome::in_doubt).collect();
            }
            Ok(outcomes) => return outcomes,
            Err(given_up) if given_up.changed_nothing => BatchOutcome::Failed(Arc::new(given_up.failure)),
            Err(given_up) => BatchOutcome::OutcomeUnknown(Arc::new(given_up.failure)),
        };
        vec![outcome; part.len()]
    }

    /// What holds for a single conditional delete holds for a request with one: it is sent once.
    fn method(&self, part: &[(usize, pb::BatchWriteOperation)]) -> Method {
        let operation = |position: usize| self.request.operations.get(position);
        let once_only = |&(position, _): &(usize, _)| operation(position).is_some_and(BatchOperation::is_once_only);
        if part.iter().any(once_only) {
            Method { idempotency: Idempotency::Unknown, ..BATCH_WRITE }
        } else {
            BATCH_WRITE
        }
    }

    async fn attempt(
        &self,
        part: &[(usize, pb::BatchWriteOperation)],
        id: Uuid,
        left: Duration,
    ) -> Result<Vec<BatchOutcome>, Status> {
        let operations = part.iter().map(|(_, operation)| operation.clone()).collect();
        let request = self.wrap(self.message(operations, id), left);
        let position = |index: usize| part.get(index).map(|&(position, _)| position);
        let sent = self.client.stub().batch_write(request).await;
        let response = sent.map_err(|status| part::in_callers_words(status, position))?.into_inner();
        if response.results.len() != part.len() {
            return Err(unreadable("another number of results than the call has operations"));
        }
        let kinds = part.iter().map(|(_, operation)| operation);
        kinds.zip(response.results).map(|(operation, result)| outcome(operation, result)).collect()
    }

    fn message(&self, operations: Vec<pb::BatchWriteOperation>, id: Uuid) -> pb::BatchWriteRequest {
        pb::BatchWriteRequest {
            table: self.request.table.clone(),
            operations,
            request_id: id.to_string(),
            return_consumed_capacity: false,
        }
    }
}

impl IntoFuture for Call<BatchWrite> {
    /// For each operation, in their order, what became of it. The failure, if all of them failed with the same code.
    type Output = Result<Vec<BatchOutcome>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// The same for every attempt at the same batch. The first part has the id of the whole.
fn part_id(request_id: Uuid, number: usize) -> Uuid {
    if number == 0 { request_id } else { Uuid::new_v5(&request_id, number.to_string().as_bytes()) }
}

fn as_one(outcomes: Vec<BatchOutcome>, request_id: Uuid) -> Result<Vec<BatchOutcome>, Error> {
    let carried_out: Vec<&BatchOutcome> =
        outcomes.iter().filter(|outcome| !matches!(outcome, BatchOutcome::Superseded)).collect();
    let failure = common_failure(&carried_out, |outcome| outcome.shared_failure()).and_then(|first| first.failure());
    let Some(failure) = failure else { return Ok(outcomes) };
    let source = Box::new(failure.clone());
    let is_known = carried_out.iter().all(|outcome| matches!(outcome, BatchOutcome::Failed(_)));
    Err(if is_known { Error::Failed(source) } else { Error::OutcomeUnknown { request_id, source } })
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
        (Outcome::ConditionFailed, _) => {
            BatchOutcome::ConditionFailed { current: entry(result.current)?, current_omitted: result.current_omitted }
        }
        (Outcome::Superseded, _) => BatchOutcome::Superseded,
        (Outcome::Failed, _) => {
            BatchOutcome::of_failure(result.failed.ok_or_else(|| unreadable("no status of what failed"))?.into())
        }
        (Outcome::Unspecified, _) => return Err(unreadable("no known outcome")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_an_id_of_its_own_and_always_the_same() {
        let id = Uuid::from_u128(7);
        assert_eq!(part_id(id, 0), id);
        assert_eq!(part_id(id, 1), part_id(id, 1));
        assert_ne!(part_id(id, 1), part_id(id, 2));
        assert_ne!(part_id(id, 1), part_id(Uuid::from_u128(8), 1));
    }
}
