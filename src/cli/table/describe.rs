use clap::Args;
use dynakv_client::{
    Backend, Index, IndexKind, IndexProjection, KeyAttribute, TableDescription, Throughput, TimeToLive,
};
use serde::Serialize;

use super::Server;
use crate::cli::error::Error;
use crate::cli::output::{Report, Verdict};

/// Describe a table.
#[derive(Debug, Args)]
pub(in crate::cli) struct Describe {
    #[command(flatten)]
    pub(super) server: Server,
}

impl Describe {
    pub(in crate::cli) async fn run(self) -> Result<TableReport, Error> {
        let table = self.server.connect().await?.describe_table().await?;
        Ok(TableReport::new(table, Verdict::Done))
    }
}

/// A table, with the names of the proto.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct TableReport {
    name: String,
    physical_name: String,
    is_default: bool,
    status: String,
    backend: &'static str,
    partition_key: Option<KeyReport>,
    sort_key: Option<KeyReport>,
    indexes: Vec<IndexReport>,
    /// Null for on-demand.
    throughput: Option<ThroughputReport>,
    time_to_live: TtlReport,
    attributes: Roles,
    capabilities: Capabilities,
    approximate_item_count: i64,
    approximate_size_bytes: i64,
    #[serde(skip)]
    verdict: Verdict,
}

#[derive(Debug, Serialize)]
struct KeyReport {
    name: String,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
struct IndexReport {
    name: String,
    kind: &'static str,
    partition_key: Option<KeyReport>,
    sort_key: Option<KeyReport>,
    projection: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    projected: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throughput: Option<ThroughputReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
}

#[derive(Debug, Serialize)]
struct ThroughputReport {
    read_capacity_units: i64,
    write_capacity_units: i64,
}

/// The state of DynamoDB's TTL.
#[derive(Debug, Serialize)]
pub(super) struct TtlReport {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<String>,
}

#[derive(Debug, Serialize)]
struct Roles {
    key: String,
    value: String,
    ttl: String,
    ttl_ms: String,
    version: String,
}

#[derive(Debug, Serialize)]
struct Capabilities {
    key_value: bool,
    delete_table: bool,
}

impl TableReport {
    pub(super) fn new(table: TableDescription, verdict: Verdict) -> Self {
        let roles = table.attributes;
        Self {
            name: table.name,
            physical_name: table.physical_name,
            is_default: table.is_default,
            status: table.status,
            backend: match table.backend {
                Backend::Embedded => "EMBEDDED",
                Backend::DynamoDb => "DYNAMODB",
                _ => "UNKNOWN",
            },
            partition_key: table.partition_key.map(Into::into),
            sort_key: table.sort_key.map(Into::into),
            indexes: table.indexes.into_iter().map(Into::into).collect(),
            throughput: table.throughput.map(Into::into),
            time_to_live: table.time_to_live.into(),
            attributes: Roles {
                key: roles.key,
                value: roles.value,
                ttl: roles.ttl,
                ttl_ms: roles.ttl_ms,
                version: roles.version,
            },
            capabilities: Capabilities {
                key_value: table.capabilities.key_value,
                delete_table: table.capabilities.delete_table,
            },
            approximate_item_count: table.approximate_item_count,
            approximate_size_bytes: table.approximate_size_bytes,
            verdict,
        }
    }

    /// The lines for a person: a label and a text.
    fn lines(&self) -> Vec<(&str, String)> {
        let name = if self.is_default { format!("{} (the default)", self.name) } else { self.name.clone() };
        let Roles { key, value, ttl, ttl_ms, version } = &self.attributes;
        let mut lines = vec![
            ("name", name),
            ("physical name", self.physical_name.clone()),
            ("backend", self.backend.to_ascii_lowercase()),
            ("status", self.status.clone()),
            ("key", keys(self.partition_key.as_ref(), self.sort_key.as_ref())),
            ("billing", self.throughput.as_ref().map_or_else(|| "on-demand".to_owned(), ThroughputReport::text)),
            ("TTL", self.time_to_live.text()),
        ];
        lines.extend(self.indexes.iter().map(|index| ("index", index.text())));
        lines.extend([
            ("attributes", format!("key {key}, value {value}, ttl {ttl}, ttl_ms {ttl_ms}, version {version}")),
            ("entries", if self.capabilities.key_value { "yes".to_owned() } else { "no, items only".to_owned() }),
            ("size", format!("about {} items, {} bytes", self.approximate_item_count, self.approximate_size_bytes)),
        ]);
        lines
    }
}

impl Report for TableReport {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        let line = |(word, what): (&str, String)| format!("{word:15}{what}\n");
        self.lines().into_iter().map(line).collect::<String>().into_bytes()
    }

    fn verdict(&self) -> Verdict {
        self.verdict
    }
}

fn keys(partition_key: Option<&KeyReport>, sort_key: Option<&KeyReport>) -> String {
    let keys: Vec<String> =
        [partition_key, sort_key].into_iter().flatten().map(|key| format!("{} ({})", key.name, key.r#type)).collect();
    keys.join(", ")
}

impl IndexReport {
    fn text(&self) -> String {
        let keys = keys(self.partition_key.as_ref(), self.sort_key.as_ref());
        let holds = match self.projection {
            "ALL" => "all attributes".to_owned(),
            "KEYS_ONLY" => "keys only".to_owned(),
            _ => format!("keys, {}", self.projected.join(", ")),
        };
        let throughput = self.throughput.as_ref().map(|throughput| format!("; {}", throughput.text()));
        let status = self.status.as_ref().map(|status| format!("; {status}"));
        let rest = [throughput, status].into_iter().flatten().collect::<String>();
        format!("{}, {}: {keys}; {holds}{rest}", self.name, self.kind.to_ascii_lowercase())
    }
}

impl ThroughputReport {
    fn text(&self) -> String {
        format!("provisioned, {} read and {} write units a second", self.read_capacity_units, self.write_capacity_units)
    }
}

impl TtlReport {
    pub(super) fn text(&self) -> String {
        let state = self.state.to_ascii_lowercase();
        match &self.attribute {
            Some(attribute) => format!("{state} on {attribute}"),
            None => state,
        }
    }
}

impl From<KeyAttribute> for KeyReport {
    fn from(KeyAttribute { name, key_type }: KeyAttribute) -> Self {
        Self { name, r#type: key_type.as_str() }
    }
}

impl From<Throughput> for ThroughputReport {
    fn from(Throughput { read_capacity_units, write_capacity_units }: Throughput) -> Self {
        Self { read_capacity_units, write_capacity_units }
    }
}

impl From<Index> for IndexReport {
    fn from(index: Index) -> Self {
        let (projection, projected) = match index.projection {
            IndexProjection::All => ("ALL", Vec::new()),
            IndexProjection::KeysOnly => ("KEYS_ONLY", Vec::new()),
            IndexProjection::Include(names) => ("INCLUDE", names),
        };
        Self {
            name: index.name,
            kind: match index.kind {
                IndexKind::Global => "GLOBAL",
                IndexKind::Local => "LOCAL",
            },
            partition_key: index.partition_key.map(Into::into),
            sort_key: index.sort_key.map(Into::into),
            projection,
            projected,
            throughput: index.throughput.map(Into::into),
            status: index.status,
        }
    }
}

impl From<TimeToLive> for TtlReport {
    fn from(ttl: TimeToLive) -> Self {
        let (state, attribute) = match ttl {
            TimeToLive::Enabled { attribute } => ("ENABLED", Some(attribute)),
            TimeToLive::Enabling { attribute } => ("ENABLING", Some(attribute)),
            TimeToLive::Disabled => ("DISABLED", None),
            TimeToLive::Disabling { attribute } => ("DISABLING", Some(attribute)),
            TimeToLive::Unknown => ("UNKNOWN", None),
        };
        Self { state, attribute }
    }
}
