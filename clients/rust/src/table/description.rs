use tonic::Status;

use super::{Index, KeyAttribute, Throughput};
use crate::entry::unreadable;
use crate::pb;

/// A table as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableDescription {
    /// What requests call it.
    pub name: String,
    /// What DynamoDB calls it.
    pub physical_name: String,
    /// Whether it is the server's default table.
    pub is_default: bool,
    /// DynamoDB's word for its state: ACTIVE, CREATING, UPDATING, DELETING and so on.
    pub status: String,
    /// Its partition key. None if DynamoDB does not say, as of a table that is being deleted.
    pub partition_key: Option<KeyAttribute>,
    /// Its sort key, if it has one.
    pub sort_key: Option<KeyAttribute>,
    /// Its secondary indexes, by name.
    pub indexes: Vec<Index>,
    /// Its provisioned capacity. None: on-demand.
    pub throughput: Option<Throughput>,
    /// Whether DynamoDB deletes its expired items.
    pub time_to_live: TimeToLive,
    /// Which attribute plays which part of an entry.
    pub attributes: AttributeRoles,
    /// What can be done with it.
    pub capabilities: Capabilities,
    /// How many items it had when DynamoDB last counted, up to six hours ago, expired ones included.
    pub approximate_item_count: i64,
    /// Its size then, in bytes.
    pub approximate_size_bytes: i64,
    /// Where it is stored.
    pub backend: Backend,
}

impl TableDescription {
    /// Whether it takes reads and writes. One that is being updated does.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(self.status.as_str(), "ACTIVE" | "UPDATING")
    }
}

/// How far DynamoDB is with deleting expired items by itself, and by which attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeToLive {
    /// It does so.
    Enabled {
        /// By this one.
        attribute: String,
    },
    /// It will; that may take an hour.
    Enabling {
        /// By this one.
        attribute: String,
    },
    /// It does not.
    Disabled,
    /// It will not any more.
    Disabling {
        /// By this one.
        attribute: String,
    },
    /// It cannot be told: DynamoDB did not answer, or the server's role may not ask.
    Unknown,
}

impl TimeToLive {
    /// The attribute by which it deletes, or soon will.
    #[must_use]
    pub fn enabled_on(&self) -> Option<&str> {
        match self {
            Self::Enabled { attribute } | Self::Enabling { attribute } => Some(attribute),
            Self::Disabled | Self::Disabling { .. } | Self::Unknown => None,
        }
    }
}

/// Which attribute plays which part of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeRoles {
    /// The partition key: the key.
    pub key: String,
    /// The value.
    pub value: String,
    /// The expiry time, in Unix seconds, rounded up.
    pub ttl: String,
    /// By how many milliseconds the entry expires before that.
    pub ttl_ms: String,
    /// The version.
    pub version: String,
}

/// What can be done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// It can hold entries: its key is one string, under the configured name.
    pub key_value: bool,
    /// It can be deleted.
    pub delete_table: bool,
}

/// Where tables are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backend {
    /// On the server itself.
    Embedded,
    /// In Amazon DynamoDB, or in what answers in its place.
    DynamoDb,
}

impl TryFrom<pb::Table> for TableDescription {
    type Error = Status;

    fn try_from(table: pb::Table) -> Result<Self, Status> {
        let backend = match table.backend() {
            pb::Backend::Embedded => Backend::Embedded,
            pb::Backend::Dynamodb => Backend::DynamoDb,
            pb::Backend::Unspecified => return Err(unreadable("no known backend")),
        };
        let attributes = table.attributes.ok_or_else(|| unreadable("no attributes"))?;
        let pb::AttributeRoles { key, value, ttl, ttl_ms, version } = attributes;
        let capabilities = table.capabilities.ok_or_else(|| unreadable("no capabilities"))?;
        let pb::Capabilities { key_value, delete_table } = capabilities;
        Ok(Self {
            name: table.name,
            physical_name: table.physical_name,
            is_default: table.is_default,
            status: table.status,
            partition_key: table.partition_key.map(TryInto::try_into).transpose()?,
            sort_key: table.sort_key.map(TryInto::try_into).transpose()?,
            indexes: table.indexes.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            throughput: table.throughput.map(Into::into),
            time_to_live: table.time_to_live.unwrap_or_default().into(),
            attributes: AttributeRoles { key, value, ttl, ttl_ms, version },
            capabilities: Capabilities { key_value, delete_table },
            approximate_item_count: table.approximate_item_count,
            approximate_size_bytes: table.approximate_size_bytes,
            backend,
        })
    }
}

impl From<pb::TimeToLive> for TimeToLive {
    fn from(ttl: pb::TimeToLive) -> Self {
        use pb::time_to_live::State;
        let state = ttl.state();
        let attribute = ttl.attribute;
        match state {
            State::Enabled => Self::Enabled { attribute },
            State::Enabling => Self::Enabling { attribute },
            State::Disabled => Self::Disabled,
            State::Disabling => Self::Disabling { attribute },
            State::Unspecified => Self::Unknown,
        }
    }
}
