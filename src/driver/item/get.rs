use futures_util::FutureExt;

use super::Items;
use crate::driver::aws_error::{Failure, Parameter};
use crate::driver::caller::CallerFields;
use crate::driver::capacity::Capacity;
use crate::driver::error::Error;
use crate::driver::layout::{Item, Role};
use crate::driver::projection::SharedProjection;
use crate::driver::read::Consistency;
use crate::model::{ItemKey, Projection};

/// Read an item.
#[derive(Debug, Clone)]
pub struct GetItem {
    /// Which one.
    pub key: ItemKey,
    /// Which parts of it; none for all.
    pub projection: Option<Projection>,
    /// Which writes are sure to be seen.
    pub consistency: Consistency,
    /// Whether to count what it costs.
    pub wants_capacity: bool,
}

impl Items {
    /// Reads one item, or parts of it.
    ///
    /// # Cost
    /// One read of the whole item.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that the table cannot have; [`Error::InvalidExpression`].
    pub async fn get(&self, get: &GetItem) -> Result<(Option<Item>, Capacity), Error> {
        let key = self.schema.attributes(&get.key).map_err(|violation| violation.within("key"))?;
        let [ttl, ttl_ms] = [Role::Ttl, Role::TtlMs].map(|role| self.layout.name(role));
        // With the key in it no item's answer is empty, however little the caller asks for.
        let needed = [self.schema.partition.0.as_str(), ttl, ttl_ms];
        let projection = SharedProjection::new(get.projection.as_ref(), needed);
        let read = || self.get_item(&key, &projection, get.consistency, get.wants_capacity);
        let answer = self.driver.retry(&self.table, self.deadline, read).await;
        let field = get.projection.is_some().then_some("projection");
        let (item, consumed) =
            answer.map_err(|error| CallerFields::new([(Parameter::Projection, field)]).blame(error))?;
        let alive = item.filter(|item| self.layout.is_alive(item, self.now()));
        Ok((alive.map(|item| projection.strip(item)), consumed))
    }

    /// Reads one item as it is stored, expired or not.
    pub(super) async fn read(&self, key: &Item, consistency: Consistency) -> Result<Option<Item>, Error> {
        let all = SharedProjection::default();
        let read = || self.get_item(key, &all, consistency, false);
        let (item, _) = self.driver.retry(&self.table, self.deadline, read).await?;
        Ok(item)
    }

    async fn get_item(
        &self,
        key: &Item,
        projection: &SharedProjection,
        consistency: Consistency,
        wants_capacity: bool,
    ) -> Result<(Option<Item>, Capacity), Failure> {
        let answer = self
            .driver
            .client
            .get_item()
            .table_name(self.table.physical_name())
            .set_key(Some(key.clone()))
            .consistent_read(consistency == Consistency::Strong)
            .set_projection_expression(projection.expression().map(str::to_owned))
            .set_expression_attribute_names(projection.expression().map(|_| projection.names().clone()))
            .set_return_consumed_capacity(Capacity::request(wants_capacity))
            .send()
            .boxed()
            .await?;
        Ok((answer.item, Capacity::of(answer.consumed_capacity.as_slice())))
    }
}
