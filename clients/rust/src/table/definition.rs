use tonic::Status;

use crate::entry::unreadable;
use crate::pb;

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A string.
    S,
    /// A number.
    N,
    /// Binary.
    B,
}

impl KeyType {
    /// DynamoDB's name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }
}

/// A key attribute. A name alone is that of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name, 1 to 255 bytes.
    pub name: String,
    /// Its type.
    pub key_type: KeyType,
}

impl KeyAttribute {
    /// A key attribute.
    pub fn new(name: impl Into<String>, key_type: KeyType) -> Self {
        Self { name: name.into(), key_type }
    }
}

impl From<&str> for KeyAttribute {
    fn from(name: &str) -> Self {
        Self::new(name, KeyType::S)
    }
}

impl From<String> for KeyAttribute {
    fn from(name: String) -> Self {
        Self::new(name, KeyType::S)
    }
}

/// What a secondary index spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexKind {
    /// All partitions of the table; eventually consistent.
    Global,
    /// Each partition by itself.
    Local,
}

/// Which attributes an index holds beside its keys and the table's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexProjection {
    /// All.
    All,
    /// None.
    KeysOnly,
    /// These; of a new table also those of the expiry time.
    Include(Vec<String>),
}

/// Provisioned capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throughput {
    /// Read capacity units a second, at least 1.
    pub read_capacity_units: i64,
    /// Write capacity units a second, at least 1.
    pub write_capacity_units: i64,
}

/// A secondary index, of a new table or as it is.
///
/// ```
/// # use dynakv_client::{Index, KeyAttribute, KeyType};
/// Index::global("by-status", "status").sort_key(KeyAttribute::new("created_at", KeyType::N)).keys_only();
/// Index::local("by-time", KeyAttribute::new("created_at", KeyType::N)).include(["title"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// What it spans.
    pub kind: IndexKind,
    /// Its partition key. None, for a local index of a new table: the table's.
    pub partition_key: Option<KeyAttribute>,
    /// Its sort key, if it has one.
    pub sort_key: Option<KeyAttribute>,
    /// Which attributes it holds.
    pub projection: IndexProjection,
    /// Its provisioned capacity. None: on-demand, or as the table's.
    pub throughput: Option<Throughput>,
    /// DynamoDB's word for its state, such as ACTIVE. None of a new one, and of a local one, which has the table's.
    pub status: Option<String>,
}

impl Index {
    /// An index over all partitions, which holds all attributes.
    pub fn global(name: impl Into<String>, partition_key: impl Into<KeyAttribute>) -> Self {
        Self { partition_key: Some(partition_key.into()), ..Self::new(name.into(), IndexKind::Global) }
    }

    /// An index of each partition by itself, which holds all attributes. The table needs a sort key for it.
    pub fn local(name: impl Into<String>, sort_key: impl Into<KeyAttribute>) -> Self {
        Self { sort_key: Some(sort_key.into()), ..Self::new(name.into(), IndexKind::Local) }
    }

    fn new(name: String, kind: IndexKind) -> Self {
        let projection = IndexProjection::All;
        Self { name, kind, partition_key: None, sort_key: None, projection, throughput: None, status: None }
    }

    /// Its sort key.
    #[must_use]
    pub fn sort_key(mut self, key: impl Into<KeyAttribute>) -> Self {
        self.sort_key = Some(key.into());
        self
    }

    /// It holds nothing but keys. A query of it reads the table as well, to see what has expired.
    #[must_use]
    pub fn keys_only(mut self) -> Self {
        self.projection = IndexProjection::KeysOnly;
        self
    }

    /// It holds these attributes beside keys and expiry time.
    #[must_use]
    pub fn include<N: Into<String>>(mut self, attributes: impl IntoIterator<Item = N>) -> Self {
        self.projection = IndexProjection::Include(attributes.into_iter().map(Into::into).collect());
        self
    }

    /// Its capacity, if that is not the table's. Only for a global index of a table with provisioned capacity.
    #[must_use]
    pub fn throughput(mut self, throughput: Throughput) -> Self {
        self.throughput = Some(throughput);
        self
    }
}

impl From<KeyAttribute> for pb::KeyAttribute {
    fn from(KeyAttribute { name, key_type }: KeyAttribute) -> Self {
        use pb::key_attribute::Type;
        let r#type = match key_type {
            KeyType::S => Type::S,
            KeyType::N => Type::N,
            KeyType::B => Type::B,
        };
        Self { name, r#type: r#type.into() }
    }
}

impl TryFrom<pb::KeyAttribute> for KeyAttribute {
    type Error = Status;

    fn try_from(key: pb::KeyAttribute) -> Result<Self, Status> {
        use pb::key_attribute::Type;
        let key_type = match key.r#type() {
            Type::S => KeyType::S,
            Type::N => KeyType::N,
            Type::B => KeyType::B,
            Type::Unspecified => return Err(unreadable("a key of no known type")),
        };
        Ok(Self { name: key.name, key_type })
    }
}

impl From<Throughput> for pb::Throughput {
    fn from(Throughput { read_capacity_units, write_capacity_units }: Throughput) -> Self {
        Self { read_capacity_units, write_capacity_units }
    }
}

impl From<pb::Throughput> for Throughput {
    fn from(pb::Throughput { read_capacity_units, write_capacity_units }: pb::Throughput) -> Self {
        Self { read_capacity_units, write_capacity_units }
    }
}

impl From<Index> for pb::TableIndex {
    fn from(index: Index) -> Self {
        use pb::table_index::{Kind, Projection};
        let Index { name, kind, partition_key, sort_key, projection, throughput, status: _ } = index;
        let kind = match kind {
            IndexKind::Global => Kind::Global,
            IndexKind::Local => Kind::Local,
        };
        let (projection, projected) = match projection {
            IndexProjection::All => (Projection::All, Vec::new()),
            IndexProjection::KeysOnly => (Projection::KeysOnly, Vec::new()),
            IndexProjection::Include(names) => (Projection::Include, names),
        };
        Self {
            name,
            kind: kind.into(),
            partition_key: partition_key.map(Into::into),
            sort_key: sort_key.map(Into::into),
            projection: projection.into(),
            projected,
            throughput: throughput.map(Into::into),
            status: String::new(),
        }
    }
}

impl TryFrom<pb::TableIndex> for Index {
    type Error = Status;

    fn try_from(index: pb::TableIndex) -> Result<Self, Status> {
        use pb::table_index::{Kind, Projection};
        let kind = match index.kind() {
            Kind::Global => IndexKind::Global,
            Kind::Local => IndexKind::Local,
            Kind::Unspecified => return Err(unreadable("an index of no known kind")),
        };
        let projection = match index.projection() {
            Projection::All => IndexProjection::All,
            Projection::KeysOnly => IndexProjection::KeysOnly,
            Projection::Include => IndexProjection::Include(index.projected),
            Projection::Unspecified => return Err(unreadable("an index of no known projection")),
        };
        Ok(Self {
            name: index.name,
            kind,
            partition_key: index.partition_key.map(TryInto::try_into).transpose()?,
            sort_key: index.sort_key.map(TryInto::try_into).transpose()?,
            projection,
            throughput: index.throughput.map(Into::into),
            status: Some(index.status).filter(|status| !status.is_empty()),
        })
    }
}
