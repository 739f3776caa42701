use std::sync::Arc;

use super::core::Core;
use super::handle::Table;
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::store::Layout;
use crate::driver::upstream::{Attempts, Dispatcher, Effect, Failure, ThrottleRetries};
use crate::model::Millis;

/// The table and the deadline of one call.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) core: Arc<Core>,
    pub(crate) table: Arc<Table>,
    /// The table's layout, with the partition key that DynamoDB reports.
    pub(crate) layout: Layout,
    pub(crate) deadline: Deadline,
    pub(crate) throttle_retries: ThrottleRetries,
}

impl Scope {
    pub(crate) fn new(core: Arc<Core>, table: Arc<Table>, deadline: Deadline) -> Self {
        let layout = table.layout().clone();
        Self { core, table, layout, deadline, throttle_retries: ThrottleRetries::Limited }
    }

    pub(crate) fn dispatcher(&self) -> &Dispatcher {
        &self.core.dispatcher
    }

    pub(crate) fn now(&self) -> Millis {
        self.core.now()
    }

    pub(crate) fn attempts(&self) -> Attempts {
        Attempts::new(self.deadline, self.throttle_retries)
    }

    /// Sends a call that may be sent any number of times.
    pub(crate) async fn repeat<T, F>(&self, send: impl Fn() -> F + Send) -> Result<T, Error>
    where
        T: Send,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.core.repeat((&self.table, Effect::Invisible), self.deadline, send).await
    }
}
