use clap::Args;
use dynakv_client::Entry;
use serde::Serialize;

use super::connection::{Connection, Table};
use super::entry::Content;
use super::error::Error;
use super::output::{Report, Verdict};

/// Write the value of an entry to standard output.
///
/// The exact bytes are written. A newline follows only on a terminal.
#[derive(Debug, Args)]
pub(super) struct Get {
    /// The key.
    key: String,
    /// Use strongly consistent reads, at twice the cost
    #[arg(long)]
    consistent: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Get {
    pub(super) async fn run(self) -> Result<Got, Error> {
        let client = self.connection.to(&self.table).await?;
        let call = client.get(&self.key);
        let entry = if self.consistent { call.consistent() } else { call }.await?;
        Ok(Got::new(self.key, entry))
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Got {
    key: String,
    found: bool,
    #[serde(flatten)]
    content: Option<Content>,
}

impl Got {
    pub(super) fn new(key: String, entry: Option<Entry>) -> Self {
        Self { key, found: entry.is_some(), content: entry.map(Content::from) }
    }
}

impl Report for Got {
    fn text(&self, terminal: bool) -> Vec<u8> {
        self.content.as_ref().map(|content| content.text(terminal)).unwrap_or_default()
    }

    fn verdict(&self) -> Verdict {
        if self.found { Verdict::Done } else { Verdict::Missed("there is no such entry") }
    }
}

/// Show for each key whether it exists.
///
/// Exits with 1 if any of them does not.
#[derive(Debug, Args)]
pub(super) struct Exists {
    /// Up to 100 keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    /// Use strongly consistent reads, at twice the cost
    #[arg(long)]
    consistent: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Exists {
    pub(super) async fn run(self) -> Result<Existence, Error> {
        let client = self.connection.to(&self.table).await?;
        let call = client.exists(&self.keys);
        let exists = if self.consistent { call.consistent() } else { call }.await?;
        let keys = self.keys.into_iter().zip(exists).map(|(key, exists)| KeyExists { key, exists }).collect();
        Ok(Existence { keys })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Existence {
    keys: Vec<KeyExists>,
}

#[derive(Debug, Serialize)]
struct KeyExists {
    key: String,
    exists: bool,
}

impl Report for Existence {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        let lines = self.keys.iter().map(|KeyExists { key, exists }| format!("{exists}\t{key}\n"));
        lines.collect::<String>().into_bytes()
    }

    fn verdict(&self) -> Verdict {
        if self.keys.iter().all(|key| key.exists) { Verdict::Done } else { Verdict::Missed("not all of them exist") }
    }
}
