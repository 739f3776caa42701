use std::sync::Arc;

use super::core::Core;
use super::handle::Table;
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::store::{AnswerItem, Layout};
use crate::driver::upstream::{Attempts, Dispatcher, Effect, Failure, Paced, Patience};
use crate::model::Millis;

/// The table and the deadline of one call.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) core: Arc<Core>,
    pub(crate) table: Arc<Table>,
    /// The table's layout, with the partition key that DynamoDB reports.
    pub(crate) layout: Layout,
    pub(crate) deadline: Deadline,
    pub(crate) patience: Patience,
}

impl Scope {
    pub(crate) fn new(core: Arc<Core>, table: Arc<Table>, deadline: Deadline) -> Self {
        let layout = table.layout().clone();
        Self { core, table, layout, deadline, patience: Patience::Limited }
    }

    pub(crate) fn dispatcher(&self) -> &Dispatcher {
        &self.core.dispatcher
    }

    pub(crate) fn now(&self) -> Millis {
        self.core.now()
    }

    /// Whether an item of an answer has not expired.
    pub(crate) fn is_alive(&self, item: &AnswerItem<'_>) -> bool {
        self.layout.expire_time_in(item).is_none_or(|time| !time.has_passed(self.now()))
    }

    pub(crate) fn attempts(&self) -> Attempts {
        Attempts::new(self.deadline, self.patience)
    }

    /// Sends a read.
    pub(crate) async fn repeat<T, F>(&self, send: impl Fn() -> F + Send) -> Result<T, Error>
    where
        T: Send,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.repeat_paced(Paced::new(&self.table.queues.pacers.reads, None, 1), send).await
    }

    /// Sends a read of one key, if it is known as that of an entry. Its attempts take their slots themselves.
    pub(crate) async fn repeat_shared<T, F>(&self, key: Option<&str>, send: impl Fn() -> F + Send) -> Result<T, Error>
    where
        T: Send,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let paced = Paced::new(&self.table.queues.pacers.reads, key, 1);
        self.repeat_paced(Paced { takes_slots: true, ..paced }, send).await
    }

    async fn repeat_paced<T, F>(&self, paced: Paced<'_>, send: impl Fn() -> F + Send) -> Result<T, Error>
    where
        T: Send,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let error = |failure| self.table.end(failure);
        self.dispatcher().repeat(self.attempts(), (Effect::Invisible, Some(paced)), send, error).await
    }

    /// Writes of this many items, of which the only one has this key.
    pub(crate) fn paced_writes<'a>(&'a self, key: Option<&'a str>, items: usize) -> Paced<'a> {
        Paced::new(&self.table.queues.pacers.writes, key, items)
    }
}
