use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;

use super::coalesce::Coalescing;
use super::error::Error;
use super::runtime::Runtime;
use super::table::{Backend, Catalog, Core, Table};
use super::upstream::{Connection, Dispatcher};
use crate::model::TableSpec;

/// The deadline of a call without one.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// With 32 calls in flight, a batch of 10,000 keys takes little longer than a few sequential calls.
pub const DEFAULT_BATCH_CONCURRENCY: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// The driver. Cheap to clone; all clones share their tables and connections.
#[derive(Debug, Clone)]
pub struct Driver {
    pub(crate) core: Arc<Core>,
}

/// Settings of a driver.
#[derive(Debug, Clone)]
pub struct Options {
    /// Time, randomness and sleep.
    pub runtime: Runtime,
    /// The maximum of calls to DynamoDB that one batch has in flight.
    pub batch_concurrency: NonZeroUsize,
    /// Where the tables are stored. It decides which tables a request may name.
    pub backend: Backend,
    /// Which calls are coalesced.
    pub coalescing: Coalescing,
}

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
    /// It sends through a [`Connection`], or through a client of the AWS SDK alone.
    #[must_use]
    pub fn new(connection: impl Into<Connection>, tables: Vec<TableSpec>, options: impl Into<Options>) -> Self {
        let Options { runtime, batch_concurrency, backend, coalescing } = options.into();
        let core = Core {
            dispatcher: Dispatcher::new(connection.into(), runtime),
            catalog: Catalog::new(tables, backend),
            backend,
            batch_concurrency: batch_concurrency.get(),
            coalescing,
        };
        Self { core: Arc::new(core) }
    }

    /// The AWS SDK client that the driver uses, for anything that the driver does not offer.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.core.dispatcher.client()
    }

    /// The configured tables, the default one first.
    pub fn tables(&self) -> impl Iterator<Item = &TableSpec> {
        self.core.catalog.configured().map(Table::spec)
    }

    /// Where the tables are stored.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.core.backend
    }

    /// A configured table; the empty name means the default one.
    ///
    /// # Errors
    /// [`Error::TableNotConfigured`].
    pub fn table(&self, name: &str) -> Result<TableSpec, Error> {
        self.core.table(name).map(|table| table.spec().clone())
    }
}
