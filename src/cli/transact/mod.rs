mod attribute;
mod operation;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use dynakv_client::{Cancellation, Committed, Transaction};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::connection::{Connection, RequestId, Table};
use super::entry::{Shown, time};
use super::error::Error;
use super::input::without_mark;
use super::output::{Report, Verdict};

/// Maximum size of the file: more than any transaction.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Text for `--help`. Not a doc comment, because rustdoc would take the example for Rust.
const ABOUT: &str = "Execute up to 100 operations, all or none";
const LONG_ABOUT: &str = r#"Execute up to 100 operations, all or none.

Exits with 1 if the transaction was cancelled, and shows the reason for each operation. The file is YAML or JSON: a
list of operations. Each has one of set, delete, put_item, update_item, delete_item and check, and optionally `table`
and `return_current`. Items and values are in DynamoDB's JSON, such as {"S": "text"} and {"N": "1"}. For example:

    - put_item: {item: {pk: {S: order-7}, state: {S: placed}}, condition: attribute_not_exists(pk)}
    - delete: {key: cart-7}
    - check:
        key: {partition: {S: widget}}
        condition: quantity > :zero
        values: {":zero": {N: "0"}}
      return_current: true"#;

/// `dynakv transact`: operations from a file, all or none.
#[derive(Debug, Args)]
#[command(about = ABOUT, long_about = LONG_ABOUT)]
pub(super) struct Transact {
    /// The file; `-` is standard input.
    file: PathBuf,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Transact {
    pub(super) async fn run(self) -> Result<TransactReport, Error> {
        let bad = |problem| Error::BadFile { path: self.file.clone(), problem };
        let operations = operation::parse(without_mark(&read(&self.file)?)).map_err(bad)?;
        let client = self.connection.to(&self.table).await?;
        let transaction = client.transact_write(operations).request_id(self.id.request_id).await?;
        Ok(TransactReport::from(transaction))
    }
}

fn read(path: &Path) -> Result<String, Error> {
    let input = |source| Error::Input { path: path.to_owned(), source };
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(LIMIT_BYTES + 1).read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|file| file.take(LIMIT_BYTES + 1).read_to_string(&mut text))
    };
    read.map_err(input)?;
    if text.len() as u64 > LIMIT_BYTES {
        return Err(Error::TooLarge { path: path.to_owned(), limit_bytes: LIMIT_BYTES });
    }
    Ok(text)
}

#[derive(Debug, Serialize)]
pub(super) struct TransactReport {
    outcome: &'static str,
    operations: Vec<OperationReport>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum OperationReport {
    Committed {
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expire_time: Option<String>,
    },
    Cancelled {
        reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        current: Option<Shown>,
        #[serde(skip_serializing_if = "Option::is_none")]
        current_item: Option<Map<String, Json>>,
    },
}

impl From<Transaction> for TransactReport {
    fn from(transaction: Transaction) -> Self {
        match transaction {
            Transaction::Committed(operations) => Self {
                outcome: "COMMITTED",
                operations: operations.into_iter().map(OperationReport::committed).collect(),
            },
            Transaction::Cancelled(operations) => Self {
                outcome: "CANCELLED",
                operations: operations.into_iter().map(OperationReport::cancelled).collect(),
            },
        }
    }
}

impl OperationReport {
    fn committed(Committed { version, expire_time, .. }: Committed) -> Self {
        Self::Committed { version: version.map(|version| version.to_string()), expire_time: expire_time.map(time) }
    }

    fn cancelled(Cancellation { reason, current, current_item, .. }: Cancellation) -> Self {
        Self::Cancelled {
            reason: reason.as_str(),
            current: current.map(|entry| Shown::from(Some(entry))),
            current_item: current_item.map(attribute::item_to_json),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Committed { version, .. } => version.clone().unwrap_or_else(|| "-".to_owned()),
            Self::Cancelled { reason, current, current_item } => {
                let current = current.as_ref().and_then(|current| serde_json::to_string(current).ok());
                let item = current_item.as_ref().and_then(|item| serde_json::to_string(item).ok());
                [Some((*reason).to_owned()), current, item].into_iter().flatten().collect::<Vec<_>>().join("\t")
            }
        }
    }
}

impl Report for TransactReport {
    /// The outcome, and a line for each operation: the written version or the reason of the cancellation.
    fn text(&self, _terminal: bool) -> Vec<u8> {
        let lines = self.operations.iter().enumerate().map(|(index, report)| format!("{index}\t{}\n", report.text()));
        format!("{}\n{}", self.outcome, lines.collect::<String>()).into_bytes()
    }

    fn verdict(&self) -> Verdict {
        match self.outcome {
            "COMMITTED" => Verdict::Done,
            _ => Verdict::Missed("cancelled: nothing was written"),
        }
    }
}
