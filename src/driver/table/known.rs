//! What is known of a table from DescribeTable, and the call that asks for it.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::TableDescription;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::schema::{Indexes, KeySchema};
use super::state::TableState;
use crate::driver::error::Error;
use crate::model::Millis;

/// How long a denied DescribeTable is not sent again. A new permission takes effect within this time.
const DENIED_FOR: Duration = Duration::from_mins(1);

/// How long a description says which indexes a table does not have. A new index is found within this time.
const INDEXES_FOR: Duration = Duration::from_secs(10);

/// What is known of a table.
///
/// The key of a table never changes, but another table may be created under its name. Then a new `KnownSchema` replaces this
/// one, so that a late answer about the old table does not describe the new one.
#[derive(Debug, Default)]
pub(crate) struct KnownSchema {
    pub(crate) key: OnceLock<KeySchema>,
    pub(crate) indexes: Indexes,
    arn: OnceLock<String>,
    answers: Mutex<Answers>,
}

/// The recent answers to DescribeTable, and the call in flight.
#[derive(Debug, Default)]
struct Answers {
    described: Option<Millis>,
    denied: Option<(Millis, Error)>,
    in_flight: Option<WeakShared<Description>>,
}

/// A DescribeTable for all callers that need it. Whoever waits for it drives it; if nobody does any more, it is cancelled.
pub(super) type SharedDescription = Shared<Description>;

type Description = BoxFuture<'static, Result<(), Error>>;

impl KnownSchema {
    /// The ARN that DynamoDB reported.
    pub(super) fn arn(&self) -> Option<&str> {
        self.arn.get().map(String::as_str)
    }

    /// Whether a recent description lists all indexes.
    pub(super) fn knows_all_indexes(&self, now: Millis) -> bool {
        self.answers().described.is_some_and(|at| is_recent(at, INDEXES_FOR, now))
    }

    /// The error of a DescribeTable that was denied recently.
    pub(super) fn denial(&self, now: Millis) -> Option<Error> {
        let answers = self.answers();
        let (_, error) = answers.denied.as_ref().filter(|(at, _)| is_recent(*at, DENIED_FOR, now))?;
        Some(error.clone())
    }

    pub(super) fn store_denial(&self, error: &Error, now: Millis) {
        self.answers().denied = Some((now, error.clone()));
    }

    /// Stores a description. Returns false if it is of another table, with another key.
    pub(super) fn store(&self, key: &KeySchema, description: &TableDescription, now: Millis) -> bool {
        if self.key.get_or_init(|| key.clone()) != key {
            return false;
        }
        if let Some(arn) = description.table_arn() {
            self.arn.get_or_init(|| arn.to_owned());
        }
        self.indexes.replace(description);
        let mut answers = self.answers();
        (answers.described, answers.denied) = (Some(now), None);
        true
    }

    /// The call in flight, or a new one; and whether it is new.
    pub(super) fn join(&self, describe: impl FnOnce() -> Description) -> (SharedDescription, bool) {
        let mut answers = self.answers();
        let in_flight = answers.in_flight.as_ref().and_then(WeakShared::upgrade);
        if let Some(call) = in_flight.filter(|call| call.peek().is_none()) {
            return (call, false);
        }
        let call = describe().shared();
        answers.in_flight = call.downgrade();
        (call, true)
    }

    /// The value is consistent between any two statements, so a poisoned lock does not matter.
    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether less than `span` has passed since `at`. The clock may be set back once, at the start of the process.
fn is_recent(at: Millis, span: Duration, now: Millis) -> bool {
    u128::try_from(now.saturating_sub(at)).is_ok_and(|age| age < span.as_millis())
}

/// The key in a description; `None` if the table is being deleted, or if DynamoDB left it out.
pub(super) fn described_key(state: &TableState) -> Option<KeySchema> {
    state.key_schema().filter(|_| !state.is_deleting())
}
