//! Describes tables, and caches their keys and indexes.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::operation::describe_table::DescribeTableInput;
use aws_sdk_dynamodb::operation::describe_time_to_live::DescribeTimeToLiveInput;
use aws_sdk_dynamodb::types::{TableDescription, TimeToLiveStatus};
use futures_util::FutureExt;
use tokio::time::timeout_at;

use super::core::Core;
use super::handle::Table;
use super::schema::{Index, KeySchema, no_such_index};
use super::state::{TableState, TtlState};
use crate::driver::deadline::Deadline;
use crate::driver::error::{Error, Upstream};
use crate::driver::upstream::{Effect, Failure};

/// The time of a DescribeTable that several callers share. It is independent of their deadlines: each waits for its own.
const SHARED_TIME: Duration = Duration::from_secs(30);

impl Core {
    /// The table of a name; the empty name means the default one.
    ///
    /// Whether a table that is not configured exists, only DynamoDB knows, so it is asked.
    pub(crate) async fn existing_table(self: &Arc<Self>, name: &str, deadline: Deadline) -> Result<Arc<Table>, Error> {
        let table = self.table(name)?;
        if !name.is_empty() && !self.catalog.has_configured(name) {
            self.key_schema(&table, deadline).await.map_err(|error| match error {
                Error::TableNotFound(name, _) => Error::TableNotConfigured { name, field: "table".to_owned() },
                other => other,
            })?;
        }
        Ok(table)
    }

    /// The primary key of a table as DynamoDB describes it. Without access to DescribeTable, the key that the configuration
    /// implies.
    pub(crate) async fn key_schema(
        self: &Arc<Self>,
        table: &Arc<Table>,
        deadline: Deadline,
    ) -> Result<KeySchema, Error> {
        if table.schema().key.get().is_none() {
            match self.learn(table, deadline).await {
                Ok(()) | Err(Error::BackendAccessDenied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(table.key_schema())
    }

    /// A secondary index of a table. If it is not known, it may be new, so the table is described again, unless it was a short
    /// time ago.
    ///
    /// # Errors
    /// A violation if the table has no such index. [`Error::BackendAccessDenied`] without access to DescribeTable: then the
    /// driver does not know whether the index holds the expiry time.
    pub(crate) async fn index(
        self: &Arc<Self>,
        table: &Arc<Table>,
        name: &str,
        deadline: Deadline,
    ) -> Result<Arc<Index>, Error> {
        let known = table.schema();
        if let Some(index) = known.indexes.get(name) {
            return Ok(index);
        }
        if !known.knows_all_indexes(self.now()) {
            self.learn(table, deadline).await?;
        }
        table.schema().indexes.get(name).ok_or_else(|| no_such_index(name).into())
    }

    /// Learns the key and the indexes of a table. Callers that need them at the same time share one call, and a denied call is
    /// not sent again for a while.
    async fn learn(self: &Arc<Self>, table: &Arc<Table>, deadline: Deadline) -> Result<(), Error> {
        let mut has_failed = false;
        while !deadline.has_passed() {
            let known = table.schema();
            if let Some(denied) = known.denial(self.now()) {
                return Err(denied);
            }
            let (call, is_new) = known.join(|| {
                let (core, table) = (Arc::clone(self), Arc::clone(table));
                async move { core.describe_without_ttl(&table, Deadline::after(SHARED_TIME)).await.map(drop) }.boxed()
            });
            match timeout_at(deadline.instant(), call).await {
                Err(_) => break,
                Ok(Ok(())) => return Ok(()),
                // The time of the call is over, but not that of this caller.
                Ok(Err(Error::DeadlineExceeded { .. })) => {}
                // The attempts of this call began before this caller came. It is entitled to a call with all attempts.
                Ok(Err(Error::Throttled(_) | Error::BackendUnavailable(_))) if !is_new && !has_failed => {
                    has_failed = true;
                }
                Ok(Err(Error::TableNotFound(_, upstream))) => {
                    return Err(Error::TableNotFound(table.name().to_owned(), upstream));
                }
                Ok(Err(error)) => return Err(error),
            }
        }
        Err(Error::DeadlineExceeded { may_have_happened: false, upstream: Upstream::default() })
    }

    /// Describes a table with the state of its TTL.
    pub(crate) async fn describe(&self, table: &Table, deadline: Deadline) -> Result<TableState, Error> {
        let ttl = async { Ok(self.ttl_state(table, deadline).await.unwrap_or(TtlState::Unknown)) };
        let (state, ttl) = futures_util::try_join!(self.describe_without_ttl(table, deadline), ttl)?;
        Ok(TableState { ttl, ..state })
    }

    /// Describes a table. The state of its TTL takes another call, and permission: here it is unknown.
    pub(crate) async fn describe_without_ttl(&self, table: &Table, deadline: Deadline) -> Result<TableState, Error> {
        let known = table.schema();
        let description = self.repeat((table, Effect::Invisible), deadline, || self.describe_table(table)).await;
        let description = description.inspect_err(|error| {
            if matches!(error, Error::BackendAccessDenied(_)) {
                known.store_denial(error, self.now());
            }
        })?;
        let state = TableState::new(table.spec(), self.catalog.is_default(table), &description, TtlState::Unknown);
        table.store_schema(&known, (&description, &state), self.now());
        Ok(state)
    }

    pub(crate) async fn ttl_state(&self, table: &Table, deadline: Deadline) -> Result<TtlState, Error> {
        self.repeat((table, Effect::Invisible), deadline, || self.describe_ttl(table)).await
    }

    async fn describe_table(&self, table: &Table) -> Result<TableDescription, Failure> {
        let request = DescribeTableInput::builder().table_name(table.physical_name());
        self.dispatcher.send(request).await?.table.ok_or_else(Failure::unreadable)
    }

    async fn describe_ttl(&self, table: &Table) -> Result<TtlState, Failure> {
        let request = DescribeTimeToLiveInput::builder().table_name(table.physical_name());
        let answer = self.dispatcher.send(request).await?;
        let Some(ttl) = answer.time_to_live_description else { return Ok(TtlState::Unknown) };
        Ok(match (ttl.time_to_live_status, ttl.attribute_name) {
            (Some(TimeToLiveStatus::Enabled), Some(name)) => TtlState::Enabled(name),
            (Some(TimeToLiveStatus::Enabling), Some(name)) => TtlState::Enabling(name),
            (Some(TimeToLiveStatus::Disabling), Some(name)) => TtlState::Disabling(name),
            (Some(TimeToLiveStatus::Disabled), _) => TtlState::Disabled,
            _ => TtlState::Unknown,
        })
    }
}
