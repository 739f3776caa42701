//! The DynamoDB driver: plans calls, renders expressions, applies the expiry rule, retries.
//!
//! One file per kind of work: `read`, `set`, `delete`, `expire`, `increment`, `item`, `table`, and `page` for Query, Scan and
//! ListKeys. They share `attempt` (how a write is sent, and what becomes of it when an answer is lost), `condition`,
//! `caller`, `actions`, `layout`, `schema`, `expiry`, `purge` and `retry`.
//!
//! The driver is usable as a library: [`Driver::client`] is the AWS SDK client underneath, for whatever DynamoDB offers
//! beyond it.

mod actions;
mod attempt;
mod aws_error;
mod batch_get;
mod batch_write;
#[cfg(feature = "bench-internals")]
pub mod benchmarks;
mod caller;
mod capacity;
mod coalesce;
mod condition;
mod delete;
mod digest;
mod error;
mod expire;
mod expiry;
mod increment;
mod item;
mod layout;
mod nonce;
mod number;
mod page;
mod payload;
mod prepare;
mod prepare_item;
mod projection;
mod purge;
mod read;
mod retry;
mod runtime;
mod schema;
mod set;
mod size;
mod table;
mod tables;
mod transact;
mod transact_get;
mod transact_id;
mod transact_write;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;

pub use batch_get::{Answer, BatchGet, Found};
pub use batch_write::{BatchOperation, BatchOutcome, BatchWritten};
pub use capacity::Capacity;
pub use coalesce::Coalescing;
pub use delete::Deletion;
pub(crate) use digest::Digest;
pub use error::{Error, Upstream};
pub use expire::{Expiry, Persistence};
pub use increment::Count;
pub use item::{GetItem, ItemOutcome, Items, Returned};
pub use layout::Item;
pub use page::{Cursor, ListKeys, Order, Page, PageRequest, Position, Query, Scan, Selection};
pub use read::{Consistency, Remaining};
pub use retry::Deadline;
pub use runtime::{Clock, Load, Random, Runtime, SystemClock, SystemRandom, TokioLoad, Workers};
pub use set::{Previous, Swap, Written};
pub use table::{IndexState, ListedTable, TableList, TableState, TtlState};
pub use tables::Backend;
pub use transact_get::{Snapshot, Target, TransactRead};
pub use transact_write::{CancelReason, Cancelled, Current, TransactOutcome};

use crate::model::{Key, Millis, RequestId, TableSpec};
use aws_error::Failure;
use nonce::Nonce;
use retry::{Attempts, Budget, Pacing};
use table::Table;
use tables::Tables;

/// How long a call may take whose caller set no deadline.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The driver. Cheap to clone; all clones share their tables and connections.
#[derive(Debug, Clone)]
pub struct Driver(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    tables: Tables,
    backend: Backend,
    runtime: Runtime,
    budget: Budget,
    batch_concurrency: usize,
    coalescing: Coalescing,
}

/// How a driver goes about its work.
#[derive(Debug, Clone)]
pub struct Options {
    /// Time, randomness and sleep.
    pub runtime: Runtime,
    /// How many calls to DynamoDB one batch has in flight at most.
    pub batch_concurrency: NonZeroUsize,
    /// Where the tables are stored, and so which may be named.
    pub backend: Backend,
    /// Which calls share calls to DynamoDB.
    pub coalescing: Coalescing,
}

/// Enough for 10,000 keys to take little longer than a few calls one after the other.
pub const DEFAULT_BATCH_CONCURRENCY: NonZeroUsize = NonZeroUsize::new(32).unwrap();

impl From<Runtime> for Options {
    fn from(runtime: Runtime) -> Self {
        Self {
            runtime,
            batch_concurrency: DEFAULT_BATCH_CONCURRENCY,
            backend: Backend::DynamoDb,
            coalescing: Coalescing::default(),
        }
    }
}

impl Driver {
    /// A driver for these tables; the first is the default one.
    ///
    /// The client's own retries must be off: they would hide that an attempt was ambiguous. The driver retries.
    #[must_use]
    pub fn new(client: Client, tables: Vec<TableSpec>, options: impl Into<Options>) -> Self {
        let Options { runtime, batch_concurrency, backend, coalescing } = options.into();
        Self(Arc::new(Inner {
            client,
            tables: Tables::new(tables, backend),
            backend,
            runtime,
            budget: Budget::default(),
            batch_concurrency: batch_concurrency.get(),
            coalescing,
        }))
    }

    /// The AWS SDK client that the driver uses.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// The configured tables, the default one first.
    pub fn tables(&self) -> impl Iterator<Item = &TableSpec> {
        self.0.tables.configured().map(Table::spec)
    }

    /// Where the tables are stored.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.0.backend
    }

    /// A configured table; the empty name means the default one.
    ///
    /// # Errors
    /// [`Error::TableNotConfigured`].
    pub fn table(&self, name: &str) -> Result<TableSpec, Error> {
        self.0.table(name).map(|table| table.spec().clone())
    }

    /// Key-value calls on a table; the empty name means the default one.
    ///
    /// # Errors
    /// [`Error::TableNotConfigured`], [`Error::TableShape`].
    pub async fn key_values(&self, table: &str, deadline: Deadline) -> Result<KeyValues, Error> {
        let table = self.existing_table(table, deadline).await?;
        table.check_shape()?;
        Ok(KeyValues { driver: Arc::clone(&self.0), table, deadline, is_patient: false })
    }
}

impl Inner {
    fn table(&self, name: &str) -> Result<Arc<Table>, Error> {
        self.tables.get(name)
    }

    /// Makes a call that may be made any number of times, until it succeeds or nothing more is to be hoped for.
    async fn retry<T, F>(&self, table: &Table, deadline: Deadline, call: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut attempts = Attempts::new(&self.runtime, &self.budget, Pacing::new(deadline));
        loop {
            let failure = match attempts.make(call()).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if !attempts.another_after(&failure.kind).await {
                return Err(table.end(failure));
            }
        }
    }

    /// Makes a call that changes a table. It is sent again like any other, but once an answer was lost, only a success
    /// says what became of it.
    async fn change<T, F>(&self, table: &Table, deadline: Deadline, call: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut attempts = Attempts::new(&self.runtime, &self.budget, Pacing::new(deadline));
        let mut in_doubt = false;
        loop {
            let failure = match attempts.make(call()).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            in_doubt |= failure.kind.may_have_happened();
            if !attempts.another_after(&failure.kind).await {
                return Err(if in_doubt { failure.into_unknown() } else { failure.into_error(table.name()) });
            }
        }
    }
}

/// One key-value call: which table it is about and when it has to end.
#[derive(Debug, Clone)]
pub struct KeyValues {
    driver: Arc<Inner>,
    table: Arc<Table>,
    deadline: Deadline,
    /// Whether throttles are waited out until the deadline.
    is_patient: bool,
}

impl KeyValues {
    fn now(&self) -> Millis {
        self.driver.runtime.clock.now()
    }

    fn attempts(&self) -> Attempts<'_> {
        let pacing = if self.is_patient { Pacing::patient(self.deadline) } else { Pacing::new(self.deadline) };
        Attempts::new(&self.driver.runtime, &self.driver.budget, pacing)
    }

    fn nonce(&self, request_id: RequestId, key: &Key, operation: &str, payload: &[&[u8]]) -> Nonce {
        Nonce::new(request_id, self.table.physical_name(), key, operation, payload)
    }
}
