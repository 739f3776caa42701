use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use csv::StringRecord;
use serde::Deserialize;

use crate::cli::duration;

/// A record of input. Errors describe what is wrong with the line.
pub(super) trait Record: Sized {
    /// From a line of plain text.
    fn of_text(line: &str) -> Result<Self, String>;

    /// From a line of JSON.
    fn of_json(line: &str) -> Result<Self, String>;

    /// From a row of CSV with these column names.
    fn of_csv(columns: &StringRecord, row: &StringRecord) -> Result<Self, String>;

    /// Its approximate size in a request.
    fn bytes(&self) -> usize;
}

/// A key, for commands that need only keys. Other fields of an object or a row are ignored, so the output of `batch
/// get` is valid input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(pub(super) String);

#[derive(Deserialize)]
#[serde(untagged, expecting = "must be a string or an object with a \"key\" that is a string")]
enum KeyLine {
    Bare(String),
    Object { key: String },
}

impl Record for Key {
    fn of_text(line: &str) -> Result<Self, String> {
        Ok(Self(line.to_owned()))
    }

    fn of_json(line: &str) -> Result<Self, String> {
        match serde_json::from_str(line).map_err(|error| error.to_string())? {
            KeyLine::Bare(key) | KeyLine::Object { key } => Ok(Self(key)),
        }
    }

    fn of_csv(columns: &StringRecord, row: &StringRecord) -> Result<Self, String> {
        let place = columns.iter().position(|column| column == "key").ok_or("the header has no column \"key\"")?;
        row.get(place).map(|key| Self(key.to_owned())).ok_or_else(|| "has no key".to_owned())
    }

    fn bytes(&self) -> usize {
        self.0.len()
    }
}

/// An entry to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewEntry {
    pub(super) key: String,
    pub(super) value: Bytes,
    pub(super) ttl: Option<Duration>,
}

/// Unknown fields are refused: a misspelt `ttl` would otherwise create entries that never expire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    key: String,
    value: Option<String>,
    value_base64: Option<String>,
    ttl: Option<String>,
}

impl TryFrom<EntryLine> for NewEntry {
    type Error = String;

    fn try_from(EntryLine { key, value, value_base64, ttl }: EntryLine) -> Result<Self, String> {
        let value = match (value, value_base64) {
            (Some(value), None) => value.into(),
            (None, Some(text)) => {
                let bytes = BASE64_STANDARD.decode(text).map_err(|error| format!("value_base64: {error}"))?;
                bytes.into()
            }
            (None, None) | (Some(_), Some(_)) => return Err("needs one of \"value\" and \"value_base64\"".to_owned()),
        };
        let ttl = ttl.map(|ttl| duration::parse(&ttl).map_err(|problem| format!("ttl: {problem}"))).transpose()?;
        Ok(Self { key, value, ttl })
    }
}

impl Record for NewEntry {
    fn of_text(_: &str) -> Result<Self, String> {
        Err("plain text can contain keys only; use --format jsonl or csv".to_owned())
    }

    fn of_json(line: &str) -> Result<Self, String> {
        serde_json::from_str::<EntryLine>(line).map_err(|error| error.to_string())?.try_into()
    }

    fn of_csv(columns: &StringRecord, row: &StringRecord) -> Result<Self, String> {
        let mut line: EntryLine = row.deserialize(Some(columns)).map_err(|error| error.to_string())?;
        if line.value.is_none() && line.value_base64.is_none() && columns.iter().any(|column| column == "value") {
            // CSV cannot distinguish an empty cell from a missing one.
            line.value = Some(String::new());
        }
        line.try_into()
    }

    fn bytes(&self) -> usize {
        self.key.len() + self.value.len()
    }
}
