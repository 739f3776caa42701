use aws_sdk_dynamodb::types::{TimeToLiveSpecification, TimeToLiveStatus};
use futures_util::FutureExt;

use super::super::aws_error::Failure;
use super::super::error::{Error, Upstream};
use super::super::{Deadline, Driver, Inner};
use super::{Table, TtlState};

impl Driver {
    /// Lets DynamoDB delete expired items of a table by itself, by the attribute that plays the part `ttl`.
    ///
    /// # Contract
    /// Returns at once; DynamoDB may take an hour. A table that has TTL stays as it is, even if it has it on another
    /// attribute; the answer says on which.
    ///
    /// # Errors
    /// [`Error::TableNotFound`]; [`Error::TableNotActive`] also while TTL is being disabled, or was changed so lately that
    /// DynamoDB does not take another change yet.
    pub async fn enable_ttl(&self, table: &str, deadline: Deadline) -> Result<TtlState, Error> {
        let inner = &*self.0;
        inner.enable_ttl(&*inner.table(table)?, deadline).await
    }
}

impl Inner {
    pub(super) async fn enable_ttl(&self, table: &Table, deadline: Deadline) -> Result<TtlState, Error> {
        let state = self.ttl_state(table, deadline).await?;
        match state {
            TtlState::Enabled(_) | TtlState::Enabling(_) => return Ok(state),
            TtlState::Disabling(_) => {
                return Err(Error::TableNotActive(table.name().to_owned(), Upstream::default()));
            }
            TtlState::Disabled | TtlState::Unknown => {}
        }
        let changed = self.change(table, deadline, || self.update_ttl(table)).await;
        // Told by the state and not by the words of a refusal: somebody else may have enabled it just now, or an attempt
        // of ours whose answer was lost.
        let state = self.ttl_state(table, deadline).await;
        match (changed, state) {
            (Ok(()) | Err(_), Ok(state @ (TtlState::Enabled(_) | TtlState::Enabling(_)))) => Ok(state),
            (Ok(()), Ok(_) | Err(_)) => Ok(TtlState::Enabling(table.spec.attributes.ttl.clone())),
            // There is nothing wrong with the request, so it came at a wrong time.
            (Err(Error::Internal(upstream)), Ok(_)) => Err(Error::TableNotActive(table.name().to_owned(), upstream)),
            (Err(error), Ok(_) | Err(_)) => Err(error),
        }
    }

    pub(super) async fn ttl_state(&self, table: &Table, deadline: Deadline) -> Result<TtlState, Error> {
        self.retry(table, deadline, || self.describe_ttl(table)).await
    }

    async fn describe_ttl(&self, table: &Table) -> Result<TtlState, Failure> {
        let answer = self.client.describe_time_to_live().table_name(table.physical_name()).send().boxed().await?;
        let Some(ttl) = answer.time_to_live_description else { return Ok(TtlState::Unknown) };
        Ok(match (ttl.time_to_live_status, ttl.attribute_name) {
            (Some(TimeToLiveStatus::Enabled), Some(name)) => TtlState::Enabled(name),
            (Some(TimeToLiveStatus::Enabling), Some(name)) => TtlState::Enabling(name),
            (Some(TimeToLiveStatus::Disabling), Some(name)) => TtlState::Disabling(name),
            (Some(TimeToLiveStatus::Disabled), _) => TtlState::Disabled,
            _ => TtlState::Unknown,
        })
    }

    async fn update_ttl(&self, table: &Table) -> Result<(), Failure> {
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(&table.spec.attributes.ttl);
        self.client
            .update_time_to_live()
            .table_name(table.physical_name())
            .time_to_live_specification(ttl.build().map_err(Failure::unbuildable)?)
            .send()
            .boxed()
            .await?;
        Ok(())
    }
}
