//! Describes tables, and caches their keys and indexes.

use std::sync::Arc;

use aws_sdk_dynamodb::operation::describe_table::DescribeTableInput;
use aws_sdk_dynamodb::operation::describe_time_to_live::DescribeTimeToLiveInput;
use aws_sdk_dynamodb::types::{TableDescription, TimeToLiveStatus};

use super::core::Core;
use super::handle::Table;
use super::schema::{Index, KeySchema, no_such_index};
use super::state::{TableState, TtlState};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::upstream::{Effect, Failure};

impl Core {
    /// The table of a name; the empty name means the default one.
    ///
    /// Whether a table that is not configured exists, only DynamoDB knows, so it is asked.
    pub(crate) async fn existing_table(&self, name: &str, deadline: Deadline) -> Result<Arc<Table>, Error> {
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
    pub(crate) async fn key_schema(&self, table: &Table, deadline: Deadline) -> Result<KeySchema, Error> {
        if table.schema().key.get().is_none() {
            match self.describe(table, deadline).await {
                Ok(_) | Err(Error::BackendAccessDenied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(table.schema().key.get().cloned().unwrap_or_else(|| table.configured_schema()))
    }

    /// A secondary index of a table. If it is not known, it may be new, so the table is described again.
    ///
    /// # Errors
    /// A violation if the table has no such index. [`Error::BackendAccessDenied`] without access to DescribeTable: then the
    /// driver does not know whether the index holds the expiry time.
    pub(crate) async fn index(&self, table: &Table, name: &str, deadline: Deadline) -> Result<Arc<Index>, Error> {
        if let Some(index) = table.schema().indexes.get(name) {
            return Ok(index);
        }
        self.describe(table, deadline).await?;
        table.schema().indexes.get(name).ok_or_else(|| no_such_index(name).into())
    }

    pub(crate) async fn describe(&self, table: &Table, deadline: Deadline) -> Result<TableState, Error> {
        let known = table.schema();
        let description = self.repeat((table, Effect::Invisible), deadline, || self.describe_table(table)).await?;
        let ttl = self.ttl_state(table, deadline).await.unwrap_or(TtlState::Unknown);
        let state = TableState::new(table.spec(), self.catalog.is_default(table), &description, ttl);
        table.store_schema(&known, &description, &state);
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
