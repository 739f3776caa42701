use super::outcome::{BatchOutcome, BatchWritten};
use super::write::{Calls, PlainWrites, last_of_each};
use crate::driver::entry::{Deletion, KeyValues, PlainSet, Swap};
use crate::driver::error::Error;
use crate::driver::upstream::Capacity;
use crate::driver::write::{Action, WritePlan};
use crate::model::{CompareAndDelete, CompareAndSet, Entry, Key, Set, SetExpiry};

/// One operation of a batch.
#[derive(Debug, Clone)]
pub enum BatchOperation {
    /// Write an entry.
    Set(Set),
    /// Write an entry if it is as expected.
    CompareAndSet(CompareAndSet),
    /// Delete an entry.
    Delete(Key),
    /// Delete an entry and report whether it existed.
    DeleteReportingExistence(Key),
    /// Delete an entry if it is as expected.
    CompareAndDelete {
        /// The key and the expected state.
        delete: CompareAndDelete,
        /// Whether the outcome reports that the entry existed.
        reports_existence: bool,
    },
}

impl KeyValues {
    /// Carries out many independent sets and deletes.
    ///
    /// # Contract
    /// Of several operations on one key only the last one is carried out. Each operation has an outcome.
    ///
    /// # Cost
    /// One write each. Plain operations share calls to DynamoDB. An operation is sent alone if it has a condition, keeps a TTL
    /// or reports existence. The capacity that is reported is that of the shared calls.
    ///
    /// # Errors
    /// [`Error::Invalid`], before anything is sent. Any other failure is an outcome.
    pub async fn batch_write(
        &self,
        operations: Vec<BatchOperation>,
        wants_capacity: bool,
    ) -> Result<BatchWritten, Error> {
        for (position, operation) in operations.iter().enumerate() {
            self.check_operation(position, operation)?;
        }
        let part_of_batch = self.retrying_until_deadline();
        let count = operations.len();
        let calls = part_of_batch.calls(operations, wants_capacity);
        Ok(calls.run(count, self.scope.core.batch_concurrency).await)
    }

    fn check_operation(&self, position: usize, operation: &BatchOperation) -> Result<(), Error> {
        let (key, value, expiry) = match operation {
            BatchOperation::Set(set) => (&set.key, &set.value, set.expiry),
            BatchOperation::CompareAndSet(set) => (&set.key, &set.value, set.expiry),
            BatchOperation::Delete(_)
            | BatchOperation::DeleteReportingExistence(_)
            | BatchOperation::CompareAndDelete { .. } => return Ok(()),
        };
        let checked = self.scope.layout.check_size(key, value, expiry);
        Ok(checked.map_err(|violation| violation.within(format!("operations[{position}].set")))?)
    }

    /// The calls for the last operation on each key.
    fn calls(&self, operations: Vec<BatchOperation>, wants_capacity: bool) -> Calls<'_, Entry> {
        let is_last = last_of_each(operations.iter().map(BatchOperation::key));
        let mut calls = Calls::new(wants_capacity);
        let mut plain = PlainWrites::new(&self.scope);
        for ((position, operation), is_last) in operations.into_iter().enumerate().zip(is_last) {
            if !is_last {
                continue;
            }
            let bytes = operation.bytes();
            match operation {
                BatchOperation::Set(set) if set.expiry != SetExpiry::Keep && !set.return_previous => {
                    let PlainSet { plan, written } = self.plain_set(&set);
                    plain.add(position, (plan, bytes), BatchOutcome::Written(written));
                }
                BatchOperation::Delete(key) => {
                    let delete = WritePlan::entry(key, Action::Delete, None, None);
                    plain.add(position, (delete, bytes), BatchOutcome::Deleted(None));
                }
                alone => calls.add_alone(position, self.alone(alone)),
            }
        }
        calls.add_plain(plain);
        calls
    }

    /// Carries out an operation that has to be sent alone.
    async fn alone(&self, operation: BatchOperation) -> Result<(BatchOutcome, Capacity), Error> {
        let outcome = match operation {
            BatchOperation::Set(set) => BatchOutcome::Written(self.set(&set).await?.0),
            BatchOperation::CompareAndSet(set) => match self.compare_and_set(&set).await? {
                Swap::Swapped(written) => BatchOutcome::Written(written),
                Swap::NotSwapped(current) => BatchOutcome::ConditionFailed { current, is_omitted: false },
            },
            BatchOperation::Delete(key) => {
                self.delete(&key).await?;
                BatchOutcome::Deleted(None)
            }
            BatchOperation::DeleteReportingExistence(key) => BatchOutcome::Deleted(Some(self.delete(&key).await?)),
            BatchOperation::CompareAndDelete { delete, reports_existence } => {
                match self.compare_and_delete(&delete).await? {
                    Deletion::Deleted => BatchOutcome::Deleted(reports_existence.then_some(true)),
                    Deletion::NotDeleted(current) => BatchOutcome::ConditionFailed { current, is_omitted: false },
                }
            }
        };
        Ok((outcome, Capacity::default()))
    }
}

impl BatchOperation {
    /// The approximate size in a chunk; at least what DynamoDB counts.
    fn bytes(&self) -> usize {
        const OVERHEAD: usize = 256;
        let value = match self {
            Self::Set(set) => set.value.len(),
            Self::CompareAndSet(set) => set.value.len(),
            Self::Delete(_) | Self::DeleteReportingExistence(_) | Self::CompareAndDelete { .. } => 0,
        };
        self.key().as_str().len() + value + OVERHEAD
    }

    fn key(&self) -> &Key {
        match self {
            Self::Set(set) => &set.key,
            Self::CompareAndSet(set) => &set.key,
            Self::Delete(key) | Self::DeleteReportingExistence(key) => key,
            Self::CompareAndDelete { delete, .. } => &delete.key,
        }
    }
}
