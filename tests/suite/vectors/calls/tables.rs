use dynakv_client::{
    Backend, Client, Index, IndexKind, IndexProjection, KeyAttribute, KeyType, TableDescription, Throughput, TimeToLive,
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::document::map;
use super::{Options, Outcome, With, on_table, outcome, parse};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    partition_key: Option<Key>,
    sort_key: Option<Key>,
    #[serde(default)]
    indexes: Vec<NewIndex>,
    throughput: Option<Units>,
    #[serde(default)]
    enable_ttl: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    name: String,
    r#type: Type,
}

#[derive(Deserialize)]
enum Type {
    S,
    N,
    B,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewIndex {
    name: String,
    kind: Kind,
    partition_key: Option<Key>,
    sort_key: Option<Key>,
    #[serde(default)]
    projection: Projection,
    #[serde(default)]
    projected: Vec<String>,
    throughput: Option<Units>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Global,
    Local,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Projection {
    #[default]
    All,
    KeysOnly,
    Include,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    read_capacity_units: i64,
    write_capacity_units: i64,
}

impl From<Key> for KeyAttribute {
    fn from(Key { name, r#type }: Key) -> Self {
        let key_type = match r#type {
            Type::S => KeyType::S,
            Type::N => KeyType::N,
            Type::B => KeyType::B,
        };
        Self::new(name, key_type)
    }
}

impl From<Units> for Throughput {
    fn from(Units { read_capacity_units, write_capacity_units }: Units) -> Self {
        Self { read_capacity_units, write_capacity_units }
    }
}

pub(super) async fn send(client: &Client, call: &str, args: Json, options: &Options) -> Result<Outcome, String> {
    match call {
        "create_table" => create(client, parse(args)?, options).await,
        "describe_table" => {
            let Nothing {} = parse(args)?;
            Ok(outcome(on_table!(options, client.describe_table()).await, |described| table(&described)))
        }
        "list_tables" => {
            let Nothing {} = parse(args)?;
            Ok(outcome(options.on(client.list_tables()).await, |tables| {
                let listed = tables.into_iter().map(|table| {
                    json!({"name": table.name, "physical_name": table.physical_name, "is_default": table.is_default})
                });
                json!({"tables": listed.collect::<Vec<_>>()})
            }))
        }
        "enable_ttl" => {
            let Nothing {} = parse(args)?;
            Ok(outcome(on_table!(options, client.enable_ttl()).await, |ttl| time_to_live(&ttl)))
        }
        _ => {
            let Nothing {} = parse(args)?;
            let name = options.table.clone().ok_or("a table is deleted by its name")?;
            Ok(outcome(options.on(client.delete_table(name)).await, |()| json!({})))
        }
    }
}

async fn create(client: &Client, args: Create, options: &Options) -> Result<Outcome, String> {
    let mut call = on_table!(options, client.create_table())
        .with(args.partition_key, |call, key| call.partition_key(key))
        .with(args.sort_key, |call, key| call.sort_key(key))
        .with(args.throughput, |call, throughput| call.throughput(throughput.into()))
        .when(args.enable_ttl, |call| call.enable_ttl());
    for new in args.indexes {
        call = call.index(new_index(new)?);
    }
    Ok(outcome(call.await, |created| table(&created)))
}

fn new_index(new: NewIndex) -> Result<Index, String> {
    let index = match (new.kind, new.partition_key, new.sort_key) {
        (Kind::Global, Some(partition), sort) => {
            Index::global(new.name, partition).with(sort, |index, key| index.sort_key(key))
        }
        (Kind::Local, None, Some(sort)) => Index::local(new.name, sort),
        _ => return Err("an index with other keys than its kind has".to_owned()),
    };
    let index = match new.projection {
        Projection::All => index,
        Projection::KeysOnly => index.keys_only(),
        Projection::Include => index.include(new.projected),
    };
    Ok(index.with(new.throughput, |index, throughput| index.throughput(throughput.into())))
}

fn table(table: &TableDescription) -> Json {
    let roles = &table.attributes;
    map([
        ("name", Some(table.name.as_str().into())),
        ("physical_name", Some(table.physical_name.as_str().into())),
        ("is_default", Some(table.is_default.into())),
        ("status", Some(table.status.as_str().into())),
        ("partition_key", table.partition_key.as_ref().map(key)),
        ("sort_key", table.sort_key.as_ref().map(key)),
        ("indexes", Some(table.indexes.iter().map(index).collect())),
        ("throughput", table.throughput.map(throughput)),
        ("time_to_live", Some(time_to_live(&table.time_to_live))),
        (
            "attributes",
            Some(json!({
                "key": roles.key, "value": roles.value, "ttl": roles.ttl, "ttl_ms": roles.ttl_ms, "version": roles.version,
            })),
        ),
        (
            "capabilities",
            Some(json!({
                "key_value": table.capabilities.key_value, "delete_table": table.capabilities.delete_table,
            })),
        ),
        ("backend", Some(backend(table.backend).into())),
    ])
}

fn key(key: &KeyAttribute) -> Json {
    json!({"name": key.name, "type": key.key_type.as_str()})
}

fn throughput(throughput: Throughput) -> Json {
    let Throughput { read_capacity_units, write_capacity_units } = throughput;
    json!({"read_capacity_units": read_capacity_units, "write_capacity_units": write_capacity_units})
}

fn index(index: &Index) -> Json {
    let kind = match index.kind {
        IndexKind::Global => "GLOBAL",
        IndexKind::Local => "LOCAL",
    };
    let (projection, projected) = match &index.projection {
        IndexProjection::All => ("ALL", None),
        IndexProjection::KeysOnly => ("KEYS_ONLY", None),
        IndexProjection::Include(names) => ("INCLUDE", Some(json!(names))),
    };
    map([
        ("name", Some(index.name.as_str().into())),
        ("kind", Some(kind.into())),
        ("partition_key", index.partition_key.as_ref().map(key)),
        ("sort_key", index.sort_key.as_ref().map(key)),
        ("projection", Some(projection.into())),
        ("projected", projected),
        ("throughput", index.throughput.map(throughput)),
    ])
}

fn time_to_live(ttl: &TimeToLive) -> Json {
    let (state, attribute) = match ttl {
        TimeToLive::Enabled { attribute } => ("ENABLED", Some(attribute)),
        TimeToLive::Enabling { attribute } => ("ENABLING", Some(attribute)),
        TimeToLive::Disabling { attribute } => ("DISABLING", Some(attribute)),
        TimeToLive::Disabled => ("DISABLED", None),
        TimeToLive::Unknown => ("UNKNOWN", None),
    };
    map([("state", Some(state.into())), ("attribute", attribute.map(|name| name.as_str().into()))])
}

fn backend(backend: Backend) -> &'static str {
    match backend {
        Backend::Embedded => "EMBEDDED",
        Backend::DynamoDb => "DYNAMODB",
        _ => "another one",
    }
}
