use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription,
    TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};

use super::aws_error::Failure;
use super::error::Error;
use super::layout::Layout;
use super::page::ItemSize;
use super::schema::{Indexes, KeySchema};
use super::{Deadline, Driver, Inner};
use crate::model::TableSpec;

/// A configured table.
#[derive(Debug)]
pub(super) struct Table {
    spec: TableSpec,
    layout: Layout,
    /// Its primary key, once DynamoDB has said so.
    key_schema: OnceLock<KeySchema>,
    pub(super) indexes: Indexes,
    /// How large its items are.
    pub(super) item_size: ItemSize,
}

impl Table {
    pub(super) fn new(spec: TableSpec) -> Self {
        let layout = Layout::new(spec.attributes.clone());
        Self { spec, layout, key_schema: OnceLock::new(), indexes: Indexes::default(), item_size: ItemSize::default() }
    }

    pub(super) fn spec(&self) -> &TableSpec {
        &self.spec
    }

    /// What callers call it.
    pub(super) fn name(&self) -> &str {
        &self.spec.name
    }

    pub(super) fn physical_name(&self) -> &str {
        &self.spec.physical_name
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Refuses a table that is known to have another key than one string. As long as nothing is known, DynamoDB judges.
    pub(super) fn check_shape(&self) -> Result<(), Error> {
        match self.key_schema.get() {
            Some(schema) if *schema != self.configured_schema() => Err(Error::TableShape(self.name().to_owned())),
            Some(_) | None => Ok(()),
        }
    }

    /// Its primary key, once DynamoDB has said so.
    pub(super) fn known_key(&self) -> Option<&KeySchema> {
        self.key_schema.get()
    }

    /// What key-value calls need: one string.
    pub(super) fn configured_schema(&self) -> KeySchema {
        KeySchema { partition: (self.spec.attributes.key.clone(), "S".to_owned()), sort: None }
    }
}

/// A table as DynamoDB describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// Its status, such as ACTIVE or CREATING.
    pub status: String,
    /// Whether it takes reads and writes.
    pub active: bool,
    /// The partition key: attribute and type (S, N or B).
    pub partition: (String, String),
    /// The sort key, if it has one.
    pub sort: Option<(String, String)>,
    /// What is known of its TTL.
    pub ttl: TtlState,
}

/// Whether DynamoDB deletes expired items of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TtlState {
    /// It does, by this attribute.
    Enabled(String),
    /// It does not.
    Disabled,
    /// It did not say, for example because this service may not ask.
    Unknown,
}

impl Driver {
    /// Describes a configured table; `None` if DynamoDB has no such table.
    ///
    /// # Errors
    /// Those of a read; [`Error::BackendAccessDenied`] where the role lacks `dynamodb:DescribeTable`.
    pub async fn describe(&self, table: &str, deadline: Deadline) -> Result<Option<TableState>, Error> {
        let inner = &*self.0;
        let table = inner.table(table)?;
        let description = match inner.retry(table, deadline, || inner.describe_table(table)).await {
            Ok(description) => description,
            Err(Error::TableNotFound(..)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let ttl = inner.retry(table, deadline, || inner.describe_ttl(table)).await.unwrap_or(TtlState::Unknown);
        let state = state(&description, ttl);
        table.indexes.learn(&description);
        // Set once: a table's key schema never changes.
        let _known = table.key_schema.set(KeySchema { partition: state.partition.clone(), sort: state.sort.clone() });
        Ok(Some(state))
    }

    /// Makes a configured table, with on-demand billing and TTL enabled, and waits until it is ACTIVE.
    ///
    /// # Contract
    /// A table that exists already is left as it is, and is no error.
    pub async fn create_table(&self, table: &str, deadline: Deadline) -> Result<(), Error> {
        let inner = &*self.0;
        let spec = inner.table(table)?;
        match inner.retry(spec, deadline, || inner.create(spec)).await {
            // "In use" is what DynamoDB calls a table that exists.
            Ok(()) | Err(Error::TableNotActive(..)) => {}
            Err(error) => return Err(error),
        }
        let mut state = self.describe(table, deadline).await?;
        while !state.as_ref().is_some_and(|state| state.active) {
            inner.runtime.pause(Duration::from_millis(500)).await;
            state = self.describe(table, deadline).await?;
        }
        match state.map(|state| state.ttl) {
            Some(TtlState::Enabled(_)) => Ok(()),
            _ => inner.retry(spec, deadline, || inner.enable_ttl(spec)).await,
        }
    }

    /// Asks DynamoDB for an item that hardly exists, to see whether it answers.
    ///
    /// # Contract
    /// A throttle, a missing permission or another key schema is an answer, too.
    ///
    /// # Cost
    /// Half a read unit.
    pub async fn probe(&self, deadline: Deadline) -> Result<(), Error> {
        let inner = &*self.0;
        let table = inner.table("")?;
        let key = HashMap::from([(table.spec.attributes.key.clone(), AttributeValue::S(PROBE_KEY.to_owned()))]);
        let read = || async {
            let request = inner.client.get_item().table_name(table.physical_name()).set_key(Some(key.clone()));
            Ok(request.send().await.map(drop)?)
        };
        let answer = inner.retry(table, deadline, read).await;
        if table.key_schema.get().is_none() {
            // The backend may have been out of reach when this was first asked; what comes of it now is not the point.
            let _state = self.describe("", deadline).await;
        }
        match answer {
            Ok(()) | Err(Error::Throttled(_) | Error::BackendAccessDenied(_) | Error::TableShape(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The key that a probe asks for.
const PROBE_KEY: &str = "dynakv:probe";

impl Inner {
    async fn describe_table(&self, table: &Table) -> Result<TableDescription, Failure> {
        let answer = self.client.describe_table().table_name(table.physical_name()).send().await?;
        answer.table.ok_or_else(Failure::unreadable)
    }

    async fn describe_ttl(&self, table: &Table) -> Result<TtlState, Failure> {
        let answer = self.client.describe_time_to_live().table_name(table.physical_name()).send().await?;
        let Some(ttl) = answer.time_to_live_description else { return Ok(TtlState::Unknown) };
        Ok(match (ttl.time_to_live_status, ttl.attribute_name) {
            (Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling), Some(name)) => TtlState::Enabled(name),
            _ => TtlState::Disabled,
        })
    }

    async fn create(&self, table: &Table) -> Result<(), Failure> {
        let key = &table.spec.attributes.key;
        let definition = AttributeDefinition::builder().attribute_name(key).attribute_type(ScalarAttributeType::S);
        let schema = KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash);
        self.client
            .create_table()
            .table_name(table.physical_name())
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(definition.build().map_err(Failure::unbuildable)?)
            .key_schema(schema.build().map_err(Failure::unbuildable)?)
            .send()
            .await?;
        Ok(())
    }

    async fn enable_ttl(&self, table: &Table) -> Result<(), Failure> {
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(&table.spec.attributes.ttl);
        self.client
            .update_time_to_live()
            .table_name(table.physical_name())
            .time_to_live_specification(ttl.build().map_err(Failure::unbuildable)?)
            .send()
            .await?;
        Ok(())
    }
}

fn state(table: &TableDescription, ttl: TtlState) -> TableState {
    let key = |kind: &KeyType| {
        let element = table.key_schema().iter().find(|element| element.key_type() == kind)?;
        let name = element.attribute_name().to_owned();
        let mut definitions = table.attribute_definitions().iter();
        let definition = definitions.find(|definition| definition.attribute_name() == name)?;
        Some((name, definition.attribute_type().as_str().to_owned()))
    };
    let status = table.table_status();
    TableState {
        status: status.map_or("UNKNOWN", TableStatus::as_str).to_owned(),
        // A table that is being updated still takes reads and writes.
        active: matches!(status, Some(TableStatus::Active | TableStatus::Updating)),
        partition: key(&KeyType::Hash).unwrap_or_default(),
        sort: key(&KeyType::Range),
        ttl,
    }
}
