//! The parts of DynamoDB's requests that the stub reads.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::keyspace::{Entry, Values};

/// An item: the partition key, alone or with the value.
#[derive(Debug, Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow)]
    pub(super) pk: Text<'a>,
    #[serde(borrow)]
    pub(super) val: Option<Binary<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Text<'a> {
    #[serde(rename = "S")]
    pub(super) text: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct Binary<'a> {
    #[serde(rename = "B")]
    base64: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct GetItem<'a> {
    #[serde(rename = "Key", borrow)]
    pub(super) key: Item<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PutItem<'a> {
    #[serde(rename = "Item", borrow)]
    pub(super) item: Item<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BatchGetItem<'a> {
    #[serde(rename = "RequestItems", borrow)]
    pub(super) tables: HashMap<&'a str, Keys<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Keys<'a> {
    #[serde(rename = "Keys", borrow)]
    pub(super) keys: Vec<Item<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BatchWriteItem<'a> {
    #[serde(rename = "RequestItems", borrow)]
    pub(super) tables: HashMap<&'a str, Vec<WriteRequest<'a>>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WriteRequest<'a> {
    #[serde(rename = "PutRequest", borrow)]
    pub(super) put: PutItem<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TransactWriteItems<'a> {
    #[serde(rename = "TransactItems", borrow)]
    pub(super) items: Vec<TransactItem<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TransactItem<'a> {
    #[serde(rename = "Put", borrow)]
    pub(super) put: PutItem<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DeleteItem<'a> {
    #[serde(rename = "Key", borrow)]
    pub(super) key: Item<'a>,
    #[serde(rename = "ReturnValues")]
    pub(super) return_values: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UpdateItem<'a> {
    #[serde(rename = "Key", borrow)]
    pub(super) key: Item<'a>,
    #[serde(rename = "ExpressionAttributeValues", borrow, default)]
    pub(super) operands: HashMap<&'a str, Operand<'a>>,
    #[serde(rename = "ReturnValues")]
    pub(super) return_values: Option<&'a str>,
}

/// A value of any type.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Operand<'a> {
    #[serde(borrow)]
    Binary(Binary<'a>),
    Other(IgnoredAny),
}

/// Query or Scan.
#[derive(Debug, Deserialize)]
pub(super) struct Listing {
    #[serde(rename = "Limit")]
    pub(super) limit: usize,
}

impl Item<'_> {
    pub(super) fn entry(&self) -> Option<Entry> {
        Entry::parse(self.pk.text)
    }

    /// Refuses any value but the key's own.
    pub(super) fn check(&self, values: &Values) -> anyhow::Result<()> {
        let entry = self.entry().context("a key of another making")?;
        self.val.as_ref().context("an item without a value")?.check(entry, values)
    }
}

impl Operand<'_> {
    pub(super) fn binary(&self) -> Option<&Binary<'_>> {
        match self {
            Self::Binary(binary) => Some(binary),
            Self::Other(_) => None,
        }
    }
}

impl Binary<'_> {
    /// Refuses any value but the key's own.
    pub(super) fn check(&self, entry: Entry, values: &Values) -> anyhow::Result<()> {
        let (head, tail) = values.base64(entry);
        let is_right = self.base64.as_bytes().strip_prefix(head.as_ref()) == Some(tail.as_bytes());
        ensure!(is_right, "not the value of this key");
        Ok(())
    }
}
