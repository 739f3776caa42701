mod definition;

pub(crate) use definition::{IndexDefinition, TableDefinition};
pub use definition::{IndexDraft, TableDraft};

use super::{Invalid, Violation};

/// The configuration of a table: its name in requests, its name in DynamoDB and its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSpec {
    /// The name in requests.
    pub name: String,
    /// The name in DynamoDB.
    pub physical_name: String,
    /// The attributes of an entry.
    pub attributes: AttributeNames,
}

impl TableSpec {
    /// A table with the same name in requests and in DynamoDB, and with default attributes.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), physical_name: name.to_owned(), attributes: AttributeNames::default() }
    }

    /// The name in DynamoDB without account and region, if `physical_name` is an ARN
    /// (`arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`).
    pub(crate) fn table_name(&self) -> &str {
        match self.arn().and_then(|arn| arn.split_once(":table/")) {
            Some((_, name)) => name,
            None => &self.physical_name,
        }
    }

    /// The name in DynamoDB, if it is an ARN.
    pub(crate) fn arn(&self) -> Option<&str> {
        Some(self.physical_name.as_str()).filter(|name| name.starts_with("arn:"))
    }
}

/// The attribute for each role. The defaults of key, value and expiry are those of the Grove KV driver, so that its tables
/// can be used as they are. The other two have a prefix, because applications have attributes called `ver` of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeNames {
    /// The partition key (S): the key.
    pub key: String,
    /// The value (B, or N for a counter).
    pub value: String,
    /// The expiry time (N): Unix seconds, rounded up. DynamoDB's TTL deletes by it.
    pub ttl: String,
    /// How many milliseconds before `ttl` the entry expires (N): 0 to 999.
    pub ttl_ms: String,
    /// The version (N).
    pub version: String,
}

impl Default for AttributeNames {
    fn default() -> Self {
        Self {
            key: "pk".into(),
            value: "val".into(),
            ttl: "ttl".into(),
            ttl_ms: "dkv_ttl_ms".into(),
            version: "dkv_ver".into(),
        }
    }
}

impl AttributeNames {
    /// Every name with its role.
    #[must_use]
    pub fn roles(&self) -> [(&'static str, &str); 5] {
        [
            ("key", &self.key),
            ("value", &self.value),
            ("ttl", &self.ttl),
            ("ttl_ms", &self.ttl_ms),
            ("version", &self.version),
        ]
    }
}

/// Maximum length of the name of a key attribute or of one that an index includes, in bytes. Source: "Quotas in Amazon
/// DynamoDB", attributes.
pub(crate) const MAX_KEY_NAME_BYTES: usize = 255;

/// Refuses invalid names of tables and indexes. Source: "Naming rules and data types" in the Amazon DynamoDB Developer
/// Guide.
pub(crate) fn check_name(name: &str) -> Result<(), Invalid> {
    const LIMIT: &str = "3..255 letters, digits, hyphens, underscores or dots";
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (3..=255).contains(&name.len()) && name.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(Invalid::limit("must have 3 to 255 letters, digits, hyphens, underscores or dots", LIMIT))
}

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// A string.
    S,
    /// A number.
    N,
    /// Binary.
    B,
}

impl ScalarType {
    /// DynamoDB's name for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }
}

/// A key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub attribute_type: ScalarType,
}

/// The kind of a secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexKind {
    /// An index over all partitions.
    Global,
    /// An index within each partition.
    Local,
}

/// The attributes of an index beside its keys and the table's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexProjection {
    /// All.
    All,
    /// None.
    KeysOnly,
    /// These.
    Include(Vec<String>),
}

impl IndexProjection {
    /// The included attributes.
    #[must_use]
    pub fn included(&self) -> &[String] {
        match self {
            Self::Include(names) => names,
            Self::All | Self::KeysOnly => &[],
        }
    }
}

/// Provisioned capacity, in units a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throughput {
    read: i64,
    write: i64,
}

impl Throughput {
    /// The largest number that DynamoDB accepts. An account's quota is far below.
    const MAX_UNITS: i64 = 1_000_000_000_000;

    /// Read and write capacity units, each at least 1.
    ///
    /// # Errors
    /// A unit is out of range. The error names its field.
    pub fn new(read: i64, write: i64) -> Result<Self, Violation> {
        for (field, units) in [("read_capacity_units", read), ("write_capacity_units", write)] {
            if !(1..=Self::MAX_UNITS).contains(&units) {
                let problem = format!("is {units}, 1 to {} are allowed", Self::MAX_UNITS);
                let invalid = Invalid::limit(problem, format!("1..{} units", Self::MAX_UNITS));
                return Err(Violation { field: field.to_owned(), invalid });
            }
        }
        Ok(Self { read, write })
    }

    /// From DynamoDB's response. None for on-demand, which DynamoDB reports as zero.
    pub(crate) fn stored(read: Option<i64>, write: Option<i64>) -> Option<Self> {
        match (read, write) {
            (Some(read), Some(write)) if read > 0 || write > 0 => Some(Self { read, write }),
            _ => None,
        }
    }

    /// Read capacity units a second.
    #[must_use]
    pub fn read(self) -> i64 {
        self.read
    }

    /// Write capacity units a second.
    #[must_use]
    pub fn write(self) -> i64 {
        self.write
    }
}
