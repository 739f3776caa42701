use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableInput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType, ProvisionedThroughput, ScalarAttributeType, TableDescription,
};

use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::table::{Core, Table, TableState, TtlState};
use crate::driver::upstream::{Effect, Failure};
use crate::model::{
    IndexDefinition, IndexKind, IndexProjection, KeyAttribute, ScalarType, TableDefinition, TableDraft, Throughput,
};

impl Driver {
    /// Creates a table in DynamoDB and returns without waiting for it.
    ///
    /// # Contract
    /// TTL can be enabled only once the table is ACTIVE. If the draft asks for TTL and the table is ACTIVE at once, this call
    /// enables it, and the returned state shows this. Otherwise poll [`describe_table`](Driver::describe_table) until the table
    /// is ACTIVE, then call [`enable_ttl`](Driver::enable_ttl).
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::TableExists`]; [`Error::TableNotActive`] while a table of that name is being deleted;
    /// [`Error::OutcomeUnknown`] if an answer was lost.
    pub async fn create_table(&self, table: &str, draft: TableDraft, deadline: Deadline) -> Result<TableState, Error> {
        let core = &*self.core;
        let table = &*core.table(table)?;
        let wants_ttl = draft.enable_ttl;
        let definition = TableDefinition::new(draft, &table.spec().attributes)?;
        let created = core.repeat((table, Effect::Change), deadline, || core.create(table, &definition)).await;
        core.catalog.forget(table);
        let created = match created {
            Ok(created) => created,
            Err(error) => return Err(core.explain_name_in_use(table, error, deadline).await),
        };
        // DescribeTable says more, but it may not know a new table yet.
        let state = core.describe(table, deadline).await;
        let mut state = state.unwrap_or_else(|_| {
            TableState::new(table.spec(), core.catalog.is_default(table), &created, TtlState::Disabled)
        });
        if wants_ttl && state.is_active() {
            // The table exists in any case, and its state shows whether TTL is enabled, so an error is dropped.
            state.ttl = core.enable_ttl(table, deadline).await.unwrap_or(state.ttl);
        }
        Ok(state)
    }
}

impl Core {
    /// DynamoDB has one error, ResourceInUseException, for a table that exists and for one that is being deleted. Tells them
    /// apart.
    async fn explain_name_in_use(&self, table: &Table, error: Error, deadline: Deadline) -> Error {
        let Error::TableNotActive(name, upstream) = error else { return error };
        match self.describe_without_ttl(table, deadline).await {
            Ok(state) if state.is_deleting() => Error::TableNotActive(name, upstream),
            Ok(_) | Err(_) => Error::TableExists(name, upstream),
        }
    }

    pub(crate) async fn create(
        &self,
        table: &Table,
        definition: &TableDefinition,
    ) -> Result<TableDescription, Failure> {
        let TableDefinition { partition_key, sort_key, indexes, throughput } = definition;
        let billing = if throughput.is_some() { BillingMode::Provisioned } else { BillingMode::PayPerRequest };
        let attributes = definition.key_attributes().into_iter().map(attribute).collect::<Result<Vec<_>, _>>();
        let of_kind = |kind| indexes.iter().filter(move |index| index.kind == kind);
        let global = of_kind(IndexKind::Global).map(global_index).collect::<Result<Vec<_>, _>>();
        let local = of_kind(IndexKind::Local).map(local_index).collect::<Result<Vec<_>, _>>();
        let request = CreateTableInput::builder()
            .table_name(table.physical_name())
            .billing_mode(billing)
            .set_attribute_definitions(Some(attributes.map_err(Failure::unbuildable)?))
            .set_key_schema(Some(key_schema(partition_key, sort_key.as_ref()).map_err(Failure::unbuildable)?))
            .set_global_secondary_indexes(none_if_empty(global.map_err(Failure::unbuildable)?))
            .set_local_secondary_indexes(none_if_empty(local.map_err(Failure::unbuildable)?))
            .set_provisioned_throughput(throughput.map(provisioned).transpose().map_err(Failure::unbuildable)?);
        self.dispatcher.send(request).await?.table_description.ok_or_else(Failure::unreadable)
    }
}

/// DynamoDB refuses an empty list of indexes.
fn none_if_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn attribute(key: &KeyAttribute) -> Result<AttributeDefinition, BuildError> {
    let attribute_type = match key.attribute_type {
        ScalarType::S => ScalarAttributeType::S,
        ScalarType::N => ScalarAttributeType::N,
        ScalarType::B => ScalarAttributeType::B,
    };
    AttributeDefinition::builder().attribute_name(&key.name).attribute_type(attribute_type).build()
}

fn key_schema(
    partition_key: &KeyAttribute,
    sort_key: Option<&KeyAttribute>,
) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |(key, kind): (&KeyAttribute, KeyType)| {
        KeySchemaElement::builder().attribute_name(&key.name).key_type(kind).build()
    };
    let sort = sort_key.map(|key| (key, KeyType::Range));
    std::iter::once((partition_key, KeyType::Hash)).chain(sort).map(element).collect()
}

fn global_index(index: &IndexDefinition) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key_schema(&index.partition_key, index.sort_key.as_ref())?))
        .projection(projection(&index.projection))
        .set_provisioned_throughput(index.throughput.map(provisioned).transpose()?)
        .build()
}

fn local_index(index: &IndexDefinition) -> Result<LocalSecondaryIndex, BuildError> {
    LocalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key_schema(&index.partition_key, index.sort_key.as_ref())?))
        .projection(projection(&index.projection))
        .build()
}

fn projection(projection: &IndexProjection) -> Projection {
    let (kind, included) = match projection {
        IndexProjection::All => (ProjectionType::All, None),
        IndexProjection::KeysOnly => (ProjectionType::KeysOnly, None),
        IndexProjection::Include(names) => (ProjectionType::Include, Some(names.clone())),
    };
    Projection::builder().projection_type(kind).set_non_key_attributes(included).build()
}

fn provisioned(throughput: Throughput) -> Result<ProvisionedThroughput, BuildError> {
    ProvisionedThroughput::builder()
        .read_capacity_units(throughput.read())
        .write_capacity_units(throughput.write())
        .build()
}
