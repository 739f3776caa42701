use csv::StringRecord;
use dynakv_client::{Item, ItemKey, Value};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::cli::batch::record::Record;
use crate::cli::notation::{self, Plain};

/// The primary key of an item: a value, or a list of the partition key and the sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    partition: Value,
    sort: Option<Value>,
}

/// A line of the output of `item batch get`. Other fields are ignored, so that it is valid input.
#[derive(Deserialize)]
struct KeyLine<'a> {
    #[serde(borrow)]
    key: &'a RawValue,
}

impl Key {
    fn of_value(value: Value) -> Result<Self, String> {
        let Value::L(parts) = value else { return Ok(Self { partition: value, sort: None }) };
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(partition), sort, None) => Ok(Self { partition, sort }),
            _ => Err("a key in a list is [PARTITION] or [PARTITION, SORT]".to_owned()),
        }
    }
}

impl Record for Key {
    /// A partition key that is a string.
    fn of_text(line: &str) -> Result<Self, String> {
        Ok(Self { partition: line.into(), sort: None })
    }

    fn of_json(line: &str) -> Result<Self, String> {
        if let Ok(KeyLine { key }) = serde_json::from_str(line) {
            return Self::of_value(notation::value(key.get())?);
        }
        Self::of_value(notation::value(line)?)
    }

    fn of_csv(_: &StringRecord, _: &StringRecord) -> Result<Self, String> {
        Err(NO_CSV.to_owned())
    }

    fn bytes(&self) -> usize {
        // A key has at most 3 KB, so that the number of keys is the limit.
        0
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.sort {
            None => Plain(&self.partition).serialize(serializer),
            Some(sort) => [Plain(&self.partition), Plain(sort)].serialize(serializer),
        }
    }
}

impl From<Key> for ItemKey {
    fn from(Key { partition, sort }: Key) -> Self {
        let key = Self::new(partition);
        if let Some(sort) = sort { key.sort(sort) } else { key }
    }
}

/// An item to write.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewItem {
    pub(super) item: Item,
    /// The length of its line.
    bytes: usize,
}

const NO_CSV: &str = "CSV cannot contain items; use --format jsonl";

impl Record for NewItem {
    fn of_text(_: &str) -> Result<Self, String> {
        Err("plain text can contain keys only; use --format jsonl".to_owned())
    }

    fn of_json(line: &str) -> Result<Self, String> {
        Ok(Self { item: notation::item(line)?, bytes: line.len() })
    }

    fn of_csv(_: &StringRecord, _: &StringRecord) -> Result<Self, String> {
        Err(NO_CSV.to_owned())
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}
