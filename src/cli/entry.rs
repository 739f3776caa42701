use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use dynakv_client::Entry;
use serde::Serialize;

/// The JSON form of an entry.
#[derive(Debug, Serialize)]
pub(super) struct EntryReport {
    key: String,
    #[serde(flatten)]
    content: Content,
}

impl From<Entry> for EntryReport {
    fn from(entry: Entry) -> Self {
        Self { key: entry.key.clone(), content: entry.into() }
    }
}

/// A requested entry; null if there is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Shown {
    Entry(EntryReport),
    Nothing,
}

impl From<Option<Entry>> for Shown {
    fn from(entry: Option<Entry>) -> Self {
        entry.map_or(Self::Nothing, |entry| Self::Entry(entry.into()))
    }
}

impl Shown {
    /// The value as `get` writes it.
    pub(super) fn text(&self, terminal: bool) -> Vec<u8> {
        match self {
            Self::Entry(entry) => entry.content.text(terminal),
            Self::Nothing => Vec::new(),
        }
    }
}

/// The parts of an entry beside its key. The value is text if it is UTF-8, otherwise base64.
#[derive(Debug, Serialize)]
pub(super) struct Content {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
    #[serde(skip)]
    bytes: Bytes,
}

impl Content {
    /// The exact value. On a terminal a newline follows, to separate it from the prompt.
    pub(super) fn text(&self, terminal: bool) -> Vec<u8> {
        let mut text = self.bytes.to_vec();
        if terminal {
            text.push(b'\n');
        }
        text
    }
}

impl From<Entry> for Content {
    fn from(entry: Entry) -> Self {
        let value = entry.text().map(str::to_owned);
        let bytes = entry.value.unwrap_or_default();
        Self {
            value_base64: (value.is_none() && !bytes.is_empty()).then(|| BASE64_STANDARD.encode(&bytes)),
            value,
            version: entry.version.map(|version| version.to_string()),
            expire_time: entry.expire_time.map(time),
            bytes,
        }
    }
}

/// RFC 3339 in UTC, with milliseconds.
pub(super) fn time(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
