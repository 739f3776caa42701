use dynakv_client::{BatchOperation, BatchOutcome, Client, Failure, Uuid};
use serde::Serialize;

use super::record::Record;
use super::source::{Records, part};
use super::tally::{Tally as _, Writes};
use crate::cli::error::{self, Error};
use crate::cli::output::{Output, Verdict, to_stdout_line};
use crate::cli::progress::Progress;

/// Number of operations for each request: a quarter of the maximum, so that it finishes in time on a busy table.
const PART: usize = 2500;

/// An operation on an entry or an item.
pub(super) trait Operation: Clone + Send + Sync {
    /// What a failed condition shows.
    type Current: Send;

    /// What names it, besides its line, if it fails.
    fn key(&self) -> Option<impl Serialize>;

    /// Sends the operations of a part.
    fn send(
        client: &Client,
        operations: Vec<Self>,
        id: Uuid,
    ) -> impl Future<Output = Result<Vec<BatchOutcome<Self::Current>>, dynakv_client::Error>> + Send;
}

impl Operation for BatchOperation {
    type Current = dynakv_client::Entry;

    fn key(&self) -> Option<impl Serialize> {
        Some(BatchOperation::key(self))
    }

    async fn send(client: &Client, operations: Vec<Self>, id: Uuid) -> Result<Vec<BatchOutcome>, dynakv_client::Error> {
        client.batch_write(operations).request_id(id).await
    }
}

/// Writes records in parts, one after the other.
pub(super) struct Writer {
    client: Client,
    id: Uuid,
    writes: Writes,
}

impl Writer {
    pub(super) fn new(client: Client, id: Uuid) -> Self {
        Self { client, id, writes: Writes::default() }
    }

    pub(super) async fn run<R: Record, O: Operation>(
        mut self,
        records: Records<R>,
        operation: impl Fn(R) -> O,
        progress: Progress,
        output: Output,
    ) -> Result<Verdict, Error> {
        let result = self.write_all(records, operation, &progress).await;
        drop(progress);
        output.summary(&self.writes, &self.writes.sentence());
        result.map(|()| self.writes.verdict())
    }

    async fn write_all<R: Record, O: Operation>(
        &mut self,
        mut records: Records<R>,
        operation: impl Fn(R) -> O,
        progress: &Progress,
    ) -> Result<(), Error> {
        for number in 0_u64.. {
            let part = part(&mut records, PART)?;
            if part.is_empty() {
                break;
            }
            let (lines, operations): (Vec<u64>, Vec<O>) =
                part.into_iter().map(|(line, record)| (line, operation(record))).unzip();
            // With the same id, the same input gives the same parts with the same ids.
            let id = Uuid::new_v5(&self.id, number.to_string().as_bytes());
            let outcomes = O::send(&self.client, operations.clone(), id).await;
            let outcomes = outcomes.map_err(|error| Error::of_part(error, &lines).under_id(self.id))?;
            progress.advance(lines.len() as u64);
            for ((operation, line), outcome) in operations.iter().zip(lines).zip(outcomes) {
                progress.aside(|| self.count(operation, line, outcome))?;
            }
        }
        Ok(())
    }

    fn count<O: Operation>(
        &mut self,
        operation: &O,
        line: u64,
        outcome: BatchOutcome<O::Current>,
    ) -> Result<(), Error> {
        let show = |failure: &Failure| to_stdout_line(&error::OfKey::new(operation.key(), Some(line), failure.clone()));
        match outcome {
            BatchOutcome::Written { .. } => self.writes.applied += 1,
            BatchOutcome::Deleted { existed } => {
                self.writes.applied += 1;
                self.writes.missing += u64::from(existed == Some(false));
            }
            BatchOutcome::Superseded => self.writes.superseded += 1,
            // These commands set no conditions.
            BatchOutcome::ConditionFailed { .. } => self.writes.failed += 1,
            BatchOutcome::Failed(failure) => {
                self.writes.failed += 1;
                show(&failure)?;
            }
            BatchOutcome::OutcomeUnknown(failure) => {
                self.writes.unknown += 1;
                show(&failure)?;
            }
        }
        Ok(())
    }
}
