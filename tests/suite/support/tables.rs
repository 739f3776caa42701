//! Tables with other keys than entries have, and with indexes.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndexUpdate, IndexStatus, KeySchemaElement, KeyType,
    ScalarAttributeType, TableStatus,
};

use super::world::{Item, World};

impl World {
    /// Creates one of the configured tables that do not exist at the start. Call it before the server uses the table,
    /// because the server then reads the table's keys.
    ///
    /// `define` gives it keys, by [`keyed`], and indexes.
    pub(crate) async fn create(
        &self,
        table: &str,
        define: impl FnOnce(CreateTableFluentBuilder) -> CreateTableFluentBuilder,
    ) {
        let name = self.physical_name(table);
        let request = self.backend.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
        define(request).send().await.unwrap();
        let describe = || async { self.backend.describe_table().table_name(name).send().await.unwrap().table.unwrap() };
        while describe().await.table_status != Some(TableStatus::Active) {}
    }

    /// Creates or deletes an index of such a table.
    pub(crate) async fn update_indexes(&self, table: &str, change: GlobalSecondaryIndexUpdate) {
        let name = self.physical_name(table);
        let describe = || async { self.backend.describe_table().table_name(name).send().await.unwrap().table.unwrap() };
        let definitions = describe().await.attribute_definitions;
        let request = self.backend.update_table().table_name(name).set_attribute_definitions(definitions);
        request.global_secondary_index_updates(change).send().await.unwrap();
        let is_ready = |status: Option<&IndexStatus>| status == Some(&IndexStatus::Active);
        while !describe().await.global_secondary_indexes().iter().all(|index| is_ready(index.index_status())) {}
    }

    /// The DynamoDB name of a table from [`World::create`].
    pub(crate) fn physical_name(&self, table: &str) -> &str {
        &self.unmade[table]
    }

    /// Stores an item in a table from [`World::create`], as another program would.
    pub(crate) async fn put_into(&self, table: &str, item: Item) {
        let request = self.backend.put_item().table_name(self.physical_name(table)).set_item(Some(item));
        request.send().await.unwrap();
    }

    /// The stored item in such a table, by all its key attributes.
    pub(crate) async fn item_of(&self, table: &str, key: Item) -> Option<Item> {
        let request = self.backend.get_item().table_name(self.physical_name(table)).set_key(Some(key));
        request.consistent_read(true).send().await.unwrap().item
    }
}

/// An attribute that is part of a key: its name and its type.
pub(crate) type KeyAttribute = (&'static str, ScalarAttributeType);

/// Gives a table its primary key.
pub(crate) fn keyed(
    table: CreateTableFluentBuilder,
    partition: KeyAttribute,
    sort: Option<KeyAttribute>,
) -> CreateTableFluentBuilder {
    let define = |table: CreateTableFluentBuilder, (name, of_type): KeyAttribute, key_type| {
        let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(of_type);
        table.attribute_definitions(definition.build().unwrap()).key_schema(element(name, key_type))
    };
    let table = define(table, partition, KeyType::Hash);
    match sort {
        Some(sort) => define(table, sort, KeyType::Range),
        None => table,
    }
}

/// An element of a key schema.
pub(crate) fn element(attribute: &str, key_type: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(attribute).key_type(key_type).build().unwrap()
}
