use std::sync::Arc;

use super::catalog::{Backend, Catalog};
use super::handle::Table;
use crate::driver::coalesce::Coalescing;
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::upstream::{Attempts, Dispatcher, Effect, Failure, Patience};
use crate::model::Millis;

/// What all calls of a driver share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) dispatcher: Dispatcher,
    pub(crate) catalog: Catalog,
    pub(crate) backend: Backend,
    /// The maximum of calls to DynamoDB that one batch has in flight.
    pub(crate) batch_concurrency: usize,
    pub(crate) coalescing: Coalescing,
}

impl Core {
    /// The table of this name; the empty name means the default one.
    pub(crate) fn table(&self, name: &str) -> Result<Arc<Table>, Error> {
        self.catalog.get(name)
    }

    pub(crate) fn now(&self) -> Millis {
        self.dispatcher.now()
    }

    /// Sends a call without conditions about a table.
    pub(crate) async fn repeat<T, F>(
        &self,
        (table, effect): (&Table, Effect),
        deadline: Deadline,
        send: impl Fn() -> F + Send,
    ) -> Result<T, Error>
    where
        T: Send,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.dispatcher
            .repeat(Attempts::new(deadline, Patience::Limited), (effect, None), send, |failure| table.end(failure))
            .await
    }
}
