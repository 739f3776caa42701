use aws_sdk_dynamodb::types::{
    AttributeDefinition, GlobalSecondaryIndexDescription, IndexStatus, KeySchemaElement, KeyType,
    LocalSecondaryIndexDescription, Projection, ProjectionType, ProvisionedThroughputDescription, ScalarAttributeType,
    TableDescription, TableStatus,
};

use super::schema::KeySchema;
use crate::model::{IndexKind, IndexProjection, KeyAttribute, ScalarType, TableSpec, Throughput};

/// A table as DynamoDB describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// Its names, and the roles of its attributes.
    pub spec: TableSpec,
    /// Whether it is the default table, which the empty name means.
    pub is_default: bool,
    /// Its status, such as ACTIVE or CREATING.
    pub status: String,
    /// Its partition key. DynamoDB omits it for a table that is being deleted.
    pub partition_key: Option<KeyAttribute>,
    /// Its sort key, if it has one.
    pub sort_key: Option<KeyAttribute>,
    /// Its secondary indexes, by name.
    pub indexes: Vec<IndexState>,
    /// Its provisioned capacity; none if it is on-demand.
    pub throughput: Option<Throughput>,
    /// The state of its TTL.
    pub ttl: TtlState,
    /// Its number of items when DynamoDB last counted.
    pub item_count: i64,
    /// Its size in bytes at that time.
    pub size_bytes: i64,
    /// Whether DynamoDB refuses to delete it.
    pub is_protected: bool,
}

/// A secondary index as DynamoDB describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexState {
    /// Its name.
    pub name: String,
    /// Global or local.
    pub kind: IndexKind,
    /// Its partition key.
    pub partition_key: Option<KeyAttribute>,
    /// Its sort key, if it has one.
    pub sort_key: Option<KeyAttribute>,
    /// The attributes that it holds in addition to its keys and those of the table.
    pub projection: IndexProjection,
    /// Its provisioned capacity; none if it is on-demand or uses the table's.
    pub throughput: Option<Throughput>,
    /// Its status, such as ACTIVE. A local index has none: it has the status of the table.
    pub status: Option<String>,
}

/// Whether DynamoDB deletes expired items, and by which attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TtlState {
    /// It deletes by this attribute.
    Enabled(String),
    /// It will soon delete by this attribute; enabling takes up to an hour.
    Enabling(String),
    /// It does not delete.
    Disabled,
    /// It will soon stop.
    Disabling(String),
    /// Not known, for example because this service lacks the permission to ask.
    Unknown,
}

impl TtlState {
    /// The attribute by which DynamoDB deletes, now or soon.
    #[must_use]
    pub fn enabled_on(&self) -> Option<&str> {
        match self {
            Self::Enabled(attribute) | Self::Enabling(attribute) => Some(attribute),
            Self::Disabled | Self::Disabling(_) | Self::Unknown => None,
        }
    }
}

impl TableState {
    pub(crate) fn new(spec: &TableSpec, is_default: bool, description: &TableDescription, ttl: TtlState) -> Self {
        let attributes = description.attribute_definitions();
        let [partition_key, sort_key] = keys(description.key_schema(), attributes);
        let global = description.global_secondary_indexes().iter().map(|index| global_index(index, attributes));
        let local = description.local_secondary_indexes().iter().map(|index| local_index(index, attributes));
        let mut indexes: Vec<IndexState> = global.chain(local).collect();
        indexes.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            spec: spec.clone(),
            is_default,
            status: description.table_status().map_or("UNKNOWN", TableStatus::as_str).to_owned(),
            partition_key,
            sort_key,
            indexes,
            throughput: throughput(description.provisioned_throughput()),
            ttl,
            item_count: description.item_count().unwrap_or_default(),
            size_bytes: description.table_size_bytes().unwrap_or_default(),
            is_protected: description.deletion_protection_enabled().unwrap_or_default(),
        }
    }

    /// Whether it takes reads and writes. A table that is being updated does.
    #[must_use]
    pub fn is_active(&self) -> bool {
        [TableStatus::Active, TableStatus::Updating].iter().any(|status| self.status == status.as_str())
    }

    /// Whether it is being deleted.
    pub(crate) fn is_deleting(&self) -> bool {
        self.status == TableStatus::Deleting.as_str()
    }

    /// Whether key-value calls can use it: its key is one string, under the configured name.
    #[must_use]
    pub fn fits_key_values(&self) -> bool {
        let fits = |key: &KeyAttribute| key.name == self.spec.attributes.key && key.attribute_type == ScalarType::S;
        self.partition_key.as_ref().is_some_and(fits) && self.sort_key.is_none()
    }

    pub(crate) fn key_schema(&self) -> Option<KeySchema> {
        let key = |key: &KeyAttribute| (key.name.clone(), key.attribute_type.as_str().to_owned());
        Some(KeySchema { partition: self.partition_key.as_ref().map(key)?, sort: self.sort_key.as_ref().map(key) })
    }
}

fn global_index(index: &GlobalSecondaryIndexDescription, attributes: &[AttributeDefinition]) -> IndexState {
    let [partition_key, sort_key] = keys(index.key_schema(), attributes);
    IndexState {
        name: index.index_name().unwrap_or_default().to_owned(),
        kind: IndexKind::Global,
        partition_key,
        sort_key,
        projection: projection(index.projection()),
        throughput: throughput(index.provisioned_throughput()),
        status: index.index_status().map(IndexStatus::as_str).map(str::to_owned),
    }
}

fn local_index(index: &LocalSecondaryIndexDescription, attributes: &[AttributeDefinition]) -> IndexState {
    let [partition_key, sort_key] = keys(index.key_schema(), attributes);
    IndexState {
        name: index.index_name().unwrap_or_default().to_owned(),
        kind: IndexKind::Local,
        partition_key,
        sort_key,
        projection: projection(index.projection()),
        throughput: None,
        status: None,
    }
}

/// The partition key and the sort key.
fn keys(schema: &[KeySchemaElement], attributes: &[AttributeDefinition]) -> [Option<KeyAttribute>; 2] {
    [KeyType::Hash, KeyType::Range].map(|kind| {
        let name = schema.iter().find(|element| *element.key_type() == kind)?.attribute_name();
        let definition = attributes.iter().find(|definition| definition.attribute_name() == name)?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "ScalarAttributeType is non-exhaustive")]
        let attribute_type = match definition.attribute_type() {
            ScalarAttributeType::S => ScalarType::S,
            ScalarAttributeType::N => ScalarType::N,
            ScalarAttributeType::B => ScalarType::B,
            _ => return None,
        };
        Some(KeyAttribute { name: name.to_owned(), attribute_type })
    })
}

fn projection(projection: Option<&Projection>) -> IndexProjection {
    let included = projection.map(Projection::non_key_attributes).unwrap_or_default();
    match projection.and_then(Projection::projection_type) {
        Some(ProjectionType::All) => IndexProjection::All,
        Some(ProjectionType::Include) => IndexProjection::Include(included.to_vec()),
        // A projection type that is added later holds at least the keys.
        Some(_) | None => IndexProjection::KeysOnly,
    }
}

fn throughput(throughput: Option<&ProvisionedThroughputDescription>) -> Option<Throughput> {
    let throughput = throughput?;
    Throughput::stored(throughput.read_capacity_units(), throughput.write_capacity_units())
}
