//! Items with all their attributes, in tables whatever their keys are.

mod delete;
mod get;
mod plan;
mod put;
mod send;
mod update;

use std::sync::Arc;

pub use get::GetItem;
pub(super) use plan::{Content, ItemPlan, ItemPlanner};

use super::error::Error;
use super::layout::{Item, Layout};
use super::payload::Payload;
use super::schema::KeySchema;
use super::table::Table;
use super::{Deadline, Driver, Inner};
use crate::model::{Millis, RequestId};

/// One call on an item: which table it is about and when it has to end.
#[derive(Debug, Clone)]
pub struct Items {
    driver: Arc<Inner>,
    table: Arc<Table>,
    schema: KeySchema,
    /// The table's layout, with the key attribute that the table really has.
    layout: Layout,
    deadline: Deadline,
}

/// What became of a write of an item; of type `T` what is known of one that happened.
#[derive(Debug, Clone)]
pub enum ItemOutcome<T> {
    /// It happened.
    Applied(T, Returned),
    /// The condition did not hold; if the caller asked, the item as it is.
    ConditionFailed(Option<Item>),
}

/// The attributes with which a write answers.
#[derive(Debug, Clone)]
pub enum Returned {
    /// The caller did not ask, or there are none.
    Nothing,
    /// These.
    Attributes(Item),
    /// The answer that held them was lost.
    Lost,
}

impl Returned {
    fn all(attributes: Option<Item>) -> Self {
        attributes.filter(|attributes| !attributes.is_empty()).map_or(Self::Nothing, Self::Attributes)
    }
}

impl Driver {
    /// Calls on the items of a table; the empty name means the default one.
    ///
    /// # Errors
    /// [`Error::TableNotConfigured`]; those of a read, if the table's keys are not known yet.
    pub async fn items(&self, table: &str, deadline: Deadline) -> Result<Items, Error> {
        let table = self.existing_table(table, deadline).await?;
        let schema = self.key_schema(&table, deadline).await?;
        let layout = table.layout().keyed_by(&schema.partition.0);
        Ok(Items { driver: Arc::clone(&self.0), table, schema, layout, deadline })
    }
}

impl Items {
    fn now(&self) -> Millis {
        self.driver.runtime.clock.now()
    }

    /// Plans a write that is the same as all others of this request with this payload.
    fn planner(&self, request_id: RequestId, add_payload: impl FnOnce(&mut Payload)) -> ItemPlanner {
        let mut payload = Payload::new(request_id);
        // No transaction begins like this.
        payload.start("Item", &[]);
        payload.table(&self.table);
        add_payload(&mut payload);
        let id = payload.into_request_id();
        ItemPlanner { table: Arc::clone(&self.table), schema: self.schema.clone(), id, now: self.now() }
    }
}
