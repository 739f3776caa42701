use std::collections::HashMap;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};

/// An item or a key, in DynamoDB's JSON.
pub(super) type Item = Map<String, Value>;

/// The actions of DynamoDB that the server needs for entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    GetItem,
    PutItem,
    BatchGetItem,
    BatchWriteItem,
    DescribeTable,
    DescribeTimeToLive,
}

/// A call with its items.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) action: Action,
    pub(super) table: String,
    pub(super) parts: Vec<Part>,
    /// Write only if there is no such item. No other condition is known here.
    pub(super) is_conditional: bool,
}

/// An item of a call.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) key: String,
    /// What is written; none for a read.
    pub(super) put: Option<Item>,
    /// As it came, for UnprocessedKeys and UnprocessedItems.
    pub(super) request: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Single {
    table_name: String,
    key: Option<Item>,
    item: Option<Item>,
    condition_expression: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<T> {
    request_items: HashMap<String, T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    keys: Vec<Item>,
}

/// How the server begins the condition that an entry is absent. The other half of it is about expiry, and no entry of
/// these measurements has a TTL.
const ABSENT: &str = "(NOT (attribute_exists(";

impl Call {
    pub(super) fn parse(target: &str, body: &[u8]) -> anyhow::Result<Self> {
        let action = match target.rsplit('.').next().unwrap_or_default() {
            "GetItem" => Action::GetItem,
            "PutItem" => Action::PutItem,
            "BatchGetItem" => Action::BatchGetItem,
            "BatchWriteItem" => Action::BatchWriteItem,
            "DescribeTable" => Action::DescribeTable,
            "DescribeTimeToLive" => Action::DescribeTimeToLive,
            other => bail!("this stub has no {other}"),
        };
        match action {
            Action::GetItem | Action::PutItem => Self::single(action, serde_json::from_slice(body)?),
            Action::BatchGetItem => {
                let (table, Keys { keys }) = only(serde_json::from_slice(body)?)?;
                let parts = keys.into_iter().map(Part::read).collect::<anyhow::Result<_>>()?;
                Ok(Self { action, table, parts, is_conditional: false })
            }
            Action::BatchWriteItem => {
                let (table, requests) = only::<Vec<Value>>(serde_json::from_slice(body)?)?;
                let parts = requests.into_iter().map(Part::write).collect::<anyhow::Result<_>>()?;
                Ok(Self { action, table, parts, is_conditional: false })
            }
            Action::DescribeTable | Action::DescribeTimeToLive => {
                Ok(Self { action, table: String::new(), parts: Vec::new(), is_conditional: false })
            }
        }
    }

    fn single(action: Action, single: Single) -> anyhow::Result<Self> {
        let Single { table_name: table, key, item, condition_expression } = single;
        if let Some(condition) = &condition_expression {
            ensure!(condition.starts_with(ABSENT), "this stub does not know the condition {condition}");
        }
        let part = match item {
            Some(item) => Part { key: key_of(&item)?, put: Some(item), request: Value::Null },
            None => Part::read(key.context("a call without a key")?)?,
        };
        Ok(Self { action, table, parts: vec![part], is_conditional: condition_expression.is_some() })
    }
}

impl Part {
    fn read(key: Item) -> anyhow::Result<Self> {
        Ok(Self { key: key_of(&key)?, put: None, request: Value::Object(key) })
    }

    fn write(request: Value) -> anyhow::Result<Self> {
        let item = request.pointer("/PutRequest/Item").and_then(Value::as_object).context("not a PutRequest")?;
        Ok(Self { key: key_of(item)?, put: Some(item.clone()), request })
    }
}

fn key_of(item: &Item) -> anyhow::Result<String> {
    let key = item.get("pk").and_then(|key| key.get("S")).and_then(Value::as_str);
    Ok(key.context("an item without a key")?.to_owned())
}

/// The only table of a batch.
fn only<T>(Batch { request_items }: Batch<T>) -> anyhow::Result<(String, T)> {
    ensure!(request_items.len() <= 1, "a call with several tables");
    request_items.into_iter().next().context("a call without a table")
}
