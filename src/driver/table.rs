use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription,
    TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};

use super::aws_error::Failure;
use super::coalesce::{Claims, Lane, ReadLine, WriteLine};
use super::error::Error;
use super::layout::{Item, Layout, type_name};
use super::read::Consistency;
use super::{Deadline, Driver, Inner};
use crate::model::{Invalid, ItemKey, TableSpec, Violation};

impl KeySchema {
    /// The key's attributes, if its values are of the table's types.
    pub(super) fn attributes(&self, key: &ItemKey) -> Result<Item, Violation> {
        let mut attributes = Item::new();
        let mut add = |field: &str, (name, of_type): &(String, String), value: &AttributeValue| {
            if type_name(value) == of_type {
                attributes.insert(name.clone(), value.clone());
                return Ok(());
            }
            let problem =
                format!("is of type {}, the table's key attribute {name:?} of type {of_type}", type_name(value));
            Err(Violation { field: field.to_owned(), invalid: Invalid::new(problem) })
        };
        add("partition", &self.partition, key.partition())?;
        match (&self.sort, key.sort()) {
            (Some(sort), Some(value)) => add("sort", sort, value)?,
            (None, None) => {}
            (Some((name, _)), None) => {
                let problem = format!("is required: the table has the sort key {name:?}");
                return Err(Violation { field: "sort".to_owned(), invalid: Invalid::new(problem) });
            }
            (None, Some(_)) => {
                let problem = "is not allowed: the table has no sort key";
                return Err(Violation { field: "sort".to_owned(), invalid: Invalid::new(problem) });
            }
        }
        Ok(attributes)
    }
}

/// A configured table.
#[derive(Debug)]
pub(super) struct Table {
    spec: TableSpec,
    layout: Layout,
    /// Its primary key, once DynamoDB has said so.
    key_schema: OnceLock<KeySchema>,
    eventual_reads: Lane<ReadLine>,
    strong_reads: Lane<ReadLine>,
    writes: Lane<WriteLine>,
    claims: Claims,
}

/// A table's primary key: attributes with their types (S, N or B).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeySchema {
    pub(super) partition: (String, String),
    pub(super) sort: Option<(String, String)>,
}

impl Table {
    pub(super) fn new(spec: TableSpec) -> Self {
        let layout = Layout::new(spec.attributes.clone());
        Self {
            spec,
            layout,
            key_schema: OnceLock::new(),
            eventual_reads: Lane::default(),
            strong_reads: Lane::default(),
            writes: Lane::default(),
            claims: Claims::default(),
        }
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

    /// Gets that share calls. Only those of one consistency can.
    pub(super) fn reads(&self, consistency: Consistency) -> &Lane<ReadLine> {
        match consistency {
            Consistency::Eventual => &self.eventual_reads,
            Consistency::Strong => &self.strong_reads,
        }
    }

    /// Sets that share calls.
    pub(super) fn writes(&self) -> &Lane<WriteLine> {
        &self.writes
    }

    /// Which keys are being written.
    pub(super) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Refuses a table that is known to have another key than one string. As long as nothing is known, DynamoDB judges.
    pub(super) fn check_shape(&self) -> Result<(), Error> {
        match self.key_schema.get() {
            Some(schema) if *schema != self.configured_schema() => Err(Error::TableShape(self.name().to_owned())),
            Some(_) | None => Ok(()),
        }
    }

    /// What key-value calls need: one string.
    fn configured_schema(&self) -> KeySchema {
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
        // Set once: a table's key schema never changes.
        let _known = table.key_schema.set(KeySchema { partition: state.partition.clone(), sort: state.sort.clone() });
        Ok(Some(state))
    }

    /// The primary key of a table: what DynamoDB says, or where it must not say, what the configuration implies.
    pub(super) async fn key_schema(&self, table: &Table, deadline: Deadline) -> Result<KeySchema, Error> {
        if table.key_schema.get().is_none() {
            match self.describe(table.name(), deadline).await {
                Ok(_) | Err(Error::BackendAccessDenied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(table.key_schema.get().cloned().unwrap_or_else(|| table.configured_schema()))
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
