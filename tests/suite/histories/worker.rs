//! A client: it chooses operations, makes them, and records what came out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dynakv_client::{
    CancelReason, Client, Code, Deletion, Error, Expected, Failure, Swap, TransactOperation, Transaction, attr,
};

use super::group::{COUNTER, ENTRIES, Group, Keys};
use super::pause;
use super::record::{Condition, Operation, Outcome, Read, Write};

/// How long a client waits after a failure, unless the server says how long.
const WHILE_DOWN: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Worker {
    pub(super) number: usize,
    pub(super) clients: Vec<Client>,
    pub(super) group: Arc<Group>,
    pub(super) random: fastrand::Rng,
}

/// What a call brought: an answer, doubt, or the server's word that nothing was written.
type Answered = Result<(), Error>;

/// The codes that faults of DynamoDB and servers that are killed may end in. UNKNOWN and CANCELLED are what tonic says of a
/// connection that breaks.
fn is_of_a_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::Cancelled
            | Code::Unavailable
            | Code::ResourceExhausted
            | Code::Aborted
            | Code::DeadlineExceeded
            | Code::Internal
    )
}

impl Worker {
    /// Makes one operation. `None` for a read that failed.
    pub(super) async fn operate(&mut self) -> Option<Operation> {
        let client = self.clients[self.random.usize(..self.clients.len())].clone();
        let keys = self.group.keys();
        let (operation, outcome) = match self.random.u32(..100) {
            0..22 => self.get(&client, &keys).await,
            22..36 => self.set(&client, &keys).await,
            36..58 => self.compare_and_set(&client, &keys).await,
            58..64 => self.delete(&client, &keys).await,
            64..73 => self.compare_and_delete(&client, &keys).await,
            73..86 => self.transact(&client, &keys).await,
            _ => self.increment(&client, &keys).await,
        };
        self.settle(&keys, operation, outcome).await
    }

    fn begin(&self, keys: &Keys, kind: &'static str, key: usize) -> Operation {
        let partition = self.group.partition(keys, key);
        Operation::begin(partition, self.number, kind, key, keys.names[key].clone())
    }

    async fn settle(&self, keys: &Keys, mut operation: Operation, answer: Answered) -> Option<Operation> {
        let ended = Instant::now();
        match answer {
            Ok(()) => {
                operation.returned = Some(ended);
                operation.outcome = Outcome::Ok;
                self.remember(keys, &operation);
            }
            Err(error) if error.is_outcome_unknown() => operation.error = chain(&error),
            Err(error) => {
                let code = error.code().unwrap();
                assert!(is_of_a_fault(code), "{error:?}: {operation:?}");
                let delay = error.failure().and_then(Failure::retry_delay).unwrap_or(WHILE_DOWN);
                pause(delay.min(LONGEST_PAUSE)).await;
                // A read that failed says nothing.
                if operation.kind == "get" {
                    return None;
                }
                operation.returned = Some(ended);
                operation.outcome = Outcome::NotApplied;
                operation.error = chain(&error);
                return Some(operation);
            }
        }
        self.group.count(&operation);
        Some(operation)
    }

    /// Keeps what the answer says of entries for the conditions of later operations.
    fn remember(&self, keys: &Keys, operation: &Operation) {
        let of_key = operation.writes.first().map_or(operation.key, |write| write.key);
        if let Some(read) = &operation.read {
            self.group.saw(keys, of_key, read);
        }
        for write in operation.writes.iter().filter(|write| !write.version.is_empty()) {
            let read = Read { value: write.value.clone(), version: write.version.clone() };
            self.group.saw(keys, write.key, &read);
        }
    }

    fn any_key(&mut self) -> usize {
        self.random.usize(..ENTRIES)
    }

    async fn get(&mut self, client: &Client, keys: &Keys) -> (Operation, Answered) {
        let key = self.random.usize(..=COUNTER);
        let mut operation = self.begin(keys, "get", key);
        let got = client.get(&keys.names[key]).consistent().await;
        let outcome = got.map(|entry| operation.read = Some(Read::of(entry.as_ref())));
        (operation, outcome)
    }

    async fn set(&mut self, client: &Client, keys: &Keys) -> (Operation, Answered) {
        let mut operation = self.begin(keys, "write", 0);
        let key = self.any_key();
        keys.names[key].clone_into(&mut operation.stored_key);
        let value = self.group.value();
        operation.writes = vec![write(key, "set", value.clone(), None)];
        let outcome = client.set(&keys.names[key], value).await.map(|written| {
            operation.applied = true;
            operation.writes[0].version = written.version.to_string();
        });
        (operation, outcome)
    }

    async fn compare_and_set(&mut self, client: &Client, keys: &Keys) -> (Operation, Answered) {
        let key = self.any_key();
        let expected = self.condition(key, true);
        let value = self.group.value();
        let mut operation = self.begin(keys, "write", key);
        operation.writes = vec![write(key, "set", value.clone(), Some(expected.clone()))];
        let call = client.compare_and_set(&keys.names[key], value, sent(&expected)).return_current();
        let outcome = call.await.map(|swap| match swap {
            Swap::Swapped { version, .. } => {
                operation.applied = true;
                operation.writes[0].version = version.to_string();
            }
            Swap::NotSwapped { current } => operation.read = Some(Read::of(current.as_ref())),
        });
        (operation, outcome)
    }

    async fn delete(&mut self, client: &Client, keys: &Keys) -> (Operation, Answered) {
        let key = self.random.usize(..=COUNTER);
        let name = &keys.names[key];
        if !self.group.may_delete(name) {
            return self.get(client, keys).await;
        }
        let mut operation = self.begin(keys, "write", key);
        operation.writes = vec![write(key, "delete", String::new(), None)];
        let omits_existed = self.random.bool();
        let call = client.delete(name);
        let call = if omits_existed { call.omit_existed() } else { call };
        let outcome = call.await.map(|existed| {
            operation.applied = true;
            operation.existed = (!omits_existed).then_some(existed);
        });
        self.group.deleted(name);
        (operation, outcome)
    }

    async fn compare_and_delete(&mut self, client: &Client, keys: &Keys) -> (Operation, Answered) {
        let key = self.any_key();
        let expected = self.condition(key, false);
        let mut operation = self.begin(keys, "write", key);
        operation.writes = vec![write(key, "delete", String::new(), Some(expected.clone()))];
        let call = client.compare_and_delete(&keys.names[key], sent(&expected)).return_current();
        let outcome = call.await.map(|deletion| match deletion {
            Deletion::Deleted => operation.applied = true,
            Deletion::NotDeleted { current } => operation.read = Some(Read::of(current.as_ref())),
        });
        (operation, outcome)
    }

    async fn increment(&mut self, client: &Client, keys: &Keys) -> (Operation, Answered) {
        let mut operation = self.begin(keys, "increment", COUNTER);
        operation.delta = self.random.i64(1..1_000);
        let outcome = client.increment(&keys.names[COUNTER]).by(operation.delta).await.map(|counter| {
            operation.applied = true;
            operation.read = Some(Read { value: counter.value.to_string(), version: counter.version.to_string() });
        });
        (operation, outcome)
    }

    /// Both entries: each is set, deleted or checked.
    async fn transact(&mut self, client: &Client, keys: &Keys) -> (Operation, Answered) {
        let mut operation = self.begin(keys, "write", 0);
        operation.writes = (0..ENTRIES).map(|key| self.part(key)).collect();
        if operation.writes.iter().all(|part| part.action == "check") {
            operation.writes[0] = write(0, "set", self.group.value(), None);
        }
        let parts = operation.writes.iter().map(|part| transact(part, &keys.names[part.key]));
        let outcome = client.transact_write(parts.collect::<Vec<_>>()).await.map(|transaction| match transaction {
            Transaction::Committed(done) => {
                operation.applied = true;
                for (part, done) in operation.writes.iter_mut().zip(done) {
                    part.version = done.version.map(|version| version.to_string()).unwrap_or_default();
                }
            }
            Transaction::Cancelled(why) => {
                for (part, why) in operation.writes.iter_mut().zip(why) {
                    part.refused = why.reason == CancelReason::ConditionFailed;
                }
            }
        });
        (operation, outcome)
    }

    fn part(&mut self, key: usize) -> Write {
        match self.random.u32(..6) {
            0 => write(key, "set", self.group.value(), None),
            1 | 2 => write(key, "set", self.group.value(), Some(self.condition(key, true))),
            3 => write(key, "delete", String::new(), None),
            4 => write(key, "delete", String::new(), Some(self.condition(key, false))),
            _ => {
                let kind = if self.random.bool() { "present" } else { "absent" };
                let expected = Condition { kind, value: String::new(), version: String::new() };
                write(key, "check", String::new(), Some(expected))
            }
        }
    }

    fn condition(&mut self, key: usize, with_absent: bool) -> Condition {
        let drawn = self.random.u32(..10);
        let (kind, seen) = match (drawn, self.group.seen(key)) {
            (0..4, Some(seen)) => ("version", seen),
            (4..7, Some(seen)) => ("value", seen),
            (7, _) => ("present", Read::default()),
            _ if with_absent => ("absent", Read::default()),
            _ => ("present", Read::default()),
        };
        Condition { kind, value: seen.value, version: seen.version }
    }
}

/// The error with its causes.
fn chain(error: &Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn write(key: usize, action: &'static str, value: String, expected: Option<Condition>) -> Write {
    Write { key, action, value, expected, version: String::new(), refused: false }
}

fn sent(condition: &Condition) -> Expected {
    match condition.kind {
        "version" => Expected::version(condition.version.clone()),
        "value" => Expected::value(condition.value.clone()),
        "present" => Expected::Present,
        _ => Expected::Absent,
    }
}

fn transact(part: &Write, key: &str) -> TransactOperation {
    match (part.action, &part.expected) {
        ("set", None) => TransactOperation::set(key, part.value.clone()).into(),
        ("set", Some(expected)) => TransactOperation::set(key, part.value.clone()).expected(sent(expected)).into(),
        ("delete", None) => TransactOperation::delete(key).into(),
        ("delete", Some(expected)) => TransactOperation::delete(key).expected(sent(expected)).into(),
        (_, expected) => {
            let is_present = expected.as_ref().is_some_and(|expected| expected.kind == "present");
            let condition = if is_present { attr("pk").exists() } else { attr("pk").not_exists() };
            TransactOperation::check(key, condition).into()
        }
    }
}
