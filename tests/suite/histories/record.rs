//! A history as it is written down: docs/histories.md describes the lines.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use dynakv_client::{Entry, Version};
use serde::Serialize;
use serde_json::Value;

use super::ledger::{Effect, Ledger};

/// What became of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It was answered, also if the answer is that a condition did not hold.
    Ok,
    /// It certainly changed nothing.
    NotApplied,
    /// It may have happened, and may still.
    Unknown,
}

impl Outcome {
    pub(super) fn is_counted(self) -> bool {
        self != Self::NotApplied
    }
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Operation {
    pub(super) partition: String,
    pub(super) client: usize,
    #[serde(skip)]
    pub(super) called: Instant,
    #[serde(skip)]
    pub(super) returned: Option<Instant>,
    call: u64,
    #[serde(rename = "return")]
    ended: Option<u64>,
    pub(super) outcome: Outcome,
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) writes: Vec<Write>,
    pub(super) key: usize,
    pub(super) delta: i64,
    pub(super) applied: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) existed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) read: Option<Read>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) error: String,
    /// The key as it is stored, for the ledger.
    #[serde(skip)]
    pub(super) stored_key: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Write {
    pub(super) key: usize,
    pub(super) action: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<Condition>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) version: String,
    pub(super) refused: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Condition {
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) value: String,
    /// What is sent, if the condition is on a version.
    #[serde(skip)]
    pub(super) version: String,
}

/// An entry as an answer shows it; an absent one has no value.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Read {
    pub(super) value: String,
    pub(super) version: String,
}

impl Read {
    pub(super) fn of(entry: Option<&Entry>) -> Self {
        let Some(entry) = entry else { return Self::default() };
        let version = entry.version.as_ref().map(Version::as_str).unwrap_or_default();
        Self { value: entry.text().unwrap().to_owned(), version: version.to_owned() }
    }
}

impl Operation {
    pub(super) fn begin(partition: String, client: usize, kind: &'static str, key: usize, stored_key: String) -> Self {
        let called = Instant::now();
        Self {
            partition,
            client,
            called,
            returned: None,
            call: 0,
            ended: None,
            outcome: Outcome::Unknown,
            kind,
            writes: Vec::new(),
            key,
            delta: 0,
            applied: false,
            existed: None,
            read: None,
            error: String::new(),
            stored_key,
        }
    }

    /// A Set or Delete without a condition.
    fn plain(&self) -> Option<&Write> {
        match self.writes.as_slice() {
            [write] if write.expected.is_none() => Some(write),
            _ => None,
        }
    }

    fn repeated(&self, effect: Effect) -> Self {
        let (called, returned) = (effect.began, Some(effect.ended));
        Self { kind: "repeated", outcome: Outcome::Ok, called, returned, existed: None, read: None, ..self.clone() }
    }
}

/// Writes the history, with the repeats that the ledger knows, and returns their number.
pub(super) fn write(
    path: &Path,
    header: &Value,
    begun: Instant,
    mut operations: Vec<Operation>,
    ledger: &Ledger,
) -> usize {
    operations.sort_by_key(|operation| operation.called);
    let repeats = repeats(&operations, ledger);
    let count = repeats.len();
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "{header}").unwrap();
    for mut operation in operations.into_iter().chain(repeats) {
        operation.call = nanoseconds(begun, operation.called);
        operation.ended = operation.returned.map(|returned| nanoseconds(begun, returned));
        serde_json::to_writer(&mut file, &operation).unwrap();
        file.write_all(b"\n").unwrap();
    }
    file.flush().unwrap();
    count
}

fn nanoseconds(begun: Instant, time: Instant) -> u64 {
    u64::try_from(time.duration_since(begun).as_nanos()).unwrap()
}

fn repeats(operations: &[Operation], ledger: &Ledger) -> Vec<Operation> {
    // From the last to the first, so that the next Delete of each key is known.
    let mut next_delete = HashMap::<&str, Instant>::new();
    let mut repeats = Vec::new();
    for operation in operations.iter().rev() {
        let Some(write) = operation.plain() else { continue };
        let key = operation.stored_key.as_str();
        let effects = if write.action == "set" {
            ledger.repeats_of_set(&write.value)
        } else {
            let next = next_delete.insert(key, operation.called);
            ledger.repeats_of_delete(key, operation.called, next)
        };
        repeats.extend(effects.into_iter().map(|effect| operation.repeated(effect)));
    }
    repeats
}
