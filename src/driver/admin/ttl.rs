use aws_sdk_dynamodb::operation::update_time_to_live::UpdateTimeToLiveInput;
use aws_sdk_dynamodb::types::TimeToLiveSpecification;

use crate::driver::deadline::Deadline;
use crate::driver::error::{Error, Upstream};
use crate::driver::handle::Driver;
use crate::driver::table::{Core, Table, TtlState};
use crate::driver::upstream::{Effect, Failure};

impl Driver {
    /// Enables DynamoDB's own deletion of expired items, by the attribute with the role `ttl`.
    ///
    /// # Contract
    /// Returns at once; DynamoDB may take an hour. If TTL is enabled already, nothing changes, even if it is on another
    /// attribute. The returned state names the attribute.
    ///
    /// # Errors
    /// [`Error::TableNotFound`]; [`Error::TableNotActive`] also while TTL is being disabled, or if it was changed too recently
    /// for DynamoDB to accept another change.
    pub async fn enable_ttl(&self, table: &str, deadline: Deadline) -> Result<TtlState, Error> {
        let core = &*self.core;
        core.enable_ttl(&*core.table(table)?, deadline).await
    }
}

impl Core {
    pub(crate) async fn enable_ttl(&self, table: &Table, deadline: Deadline) -> Result<TtlState, Error> {
        let state = self.ttl_state(table, deadline).await?;
        match state {
            TtlState::Enabled(_) | TtlState::Enabling(_) => return Ok(state),
            TtlState::Disabling(_) => {
                return Err(Error::TableNotActive(table.name().to_owned(), Upstream::default()));
            }
            TtlState::Disabled | TtlState::Unknown => {}
        }
        let changed = self.repeat((table, Effect::Change), deadline, || self.update_ttl(table)).await;
        // The state decides, not the message of a refusal: another caller may have enabled TTL just now, or an attempt of ours
        // whose answer was lost.
        let state = self.ttl_state(table, deadline).await;
        match (changed, state) {
            (Ok(()) | Err(_), Ok(state @ (TtlState::Enabled(_) | TtlState::Enabling(_)))) => Ok(state),
            (Ok(()), Ok(_) | Err(_)) => Ok(TtlState::Enabling(table.spec().attributes.ttl.clone())),
            // The request is valid, so DynamoDB refused it because of its timing.
            (Err(Error::Internal(upstream)), Ok(_)) => Err(Error::TableNotActive(table.name().to_owned(), upstream)),
            (Err(error), Ok(_) | Err(_)) => Err(error),
        }
    }

    async fn update_ttl(&self, table: &Table) -> Result<(), Failure> {
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(&table.spec().attributes.ttl);
        let request = UpdateTimeToLiveInput::builder()
            .table_name(table.physical_name())
            .time_to_live_specification(ttl.build().map_err(Failure::unbuildable)?);
        self.dispatcher.send(request).await.map(drop)
    }
}
