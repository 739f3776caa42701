use std::cell::Cell;
use std::sync::PoisonError;

use dynoxide::{DynoxideError, NativeDatabase};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::NOT_BEGUN;
use super::batch::batch_write_item;
use super::fault::Fault;
use super::log::Position;
use super::scan::scan;
use super::table::create_table;
use super::update::{transact_write_items, update_item};
use super::{Error, Panicked, Shared};
use crate::driver::transport::Request;

const UNKNOWN_OPERATION: &str = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// The response for the SDK: an HTTP status and a JSON body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// The outcome of a call, to be sent when the log is synced up to `log_end`.
pub(super) struct Outcome {
    pub(super) answer: Answer,
    /// The end of the log when the call had run. None if the call has not reached the data, or there is no log.
    pub(super) log_end: Option<Position>,
}

impl Answer {
    /// The response if the engine fails during the call.
    pub(super) fn failed() -> Self {
        Self::error(&DynoxideError::InternalServerError(Error::Failed.to_string()))
    }

    /// The response if the engine had failed before the call.
    pub(super) fn failed_before() -> Self {
        Self::of_type(NOT_BEGUN, &Error::Failed.to_string())
    }

    fn error(error: &DynoxideError) -> Self {
        match Fault::of(error).and_then(Fault::error_type) {
            Some(error_type) => Self::of_type(error_type, &error.to_string()),
            None => Self { status: error.status_code(), body: error.to_json().into_bytes() },
        }
    }

    fn of_type(error_type: &str, message: &str) -> Self {
        Self { status: 400, body: json!({ "__type": error_type, "message": message }).to_string().into_bytes() }
    }
}

/// Handles a request like DynamoDB's endpoint. Blocks.
///
/// `gone` is cancelled when the caller has gone away.
pub(super) fn run(engine: &Shared, request: &Request, gone: &CancellationToken) -> Outcome {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix("DynamoDB_20120810."));
    let call = Call { engine, body: request.body(), gone, log_end: Cell::new(None) };
    let answer = match engine.guard(|| call.dispatch(operation.unwrap_or_default())) {
        Ok(Ok(Some(body))) => Answer { status: 200, body },
        Ok(Ok(None)) => Answer { status: 400, body: UNKNOWN_OPERATION.into() },
        Ok(Err(error)) => Answer::error(&error),
        Err(Panicked::Earlier) => Answer::failed_before(),
        Err(Panicked::InThisCall) => Answer::failed(),
    };
    Outcome { answer, log_end: call.log_end.get() }
}

struct Call<'a> {
    engine: &'a Shared,
    body: &'a [u8],
    gone: &'a CancellationToken,
    log_end: Cell<Option<Position>>,
}

impl Call<'_> {
    /// `None` for an unknown operation.
    fn dispatch(&self, operation: &str) -> dynoxide::Result<Option<Vec<u8>>> {
        let answer = match operation {
            "GetItem" => self.read(NativeDatabase::get_item),
            "PutItem" => self.write(NativeDatabase::put_item),
            "UpdateItem" => self.write(update_item),
            "DeleteItem" => self.write(NativeDatabase::delete_item),
            "BatchGetItem" => self.read(NativeDatabase::batch_get_item),
            // Without a disk that can fill up, the engine's own, cheaper implementation is good enough.
            "BatchWriteItem" if self.engine.claim.is_none() => self.run_steps(NativeDatabase::batch_write_item),
            "BatchWriteItem" => self.batch_write_item(),
            "TransactGetItems" => self.read(NativeDatabase::transact_get_items),
            "TransactWriteItems" => self.write(transact_write_items),
            "Query" => self.read(NativeDatabase::query),
            "Scan" => self.read(scan),
            "CreateTable" => self.write(create_table),
            "DescribeTable" => self.read(NativeDatabase::describe_table),
            "UpdateTable" => self.run_steps(NativeDatabase::update_table),
            "DeleteTable" => self.run_steps(NativeDatabase::delete_table),
            "ListTables" => self.read(NativeDatabase::list_tables),
            "UpdateTimeToLive" => self.write(NativeDatabase::update_time_to_live),
            "DescribeTimeToLive" => self.read(NativeDatabase::describe_time_to_live),
            "TagResource" => self.run_steps(NativeDatabase::tag_resource),
            "UntagResource" => self.run_steps(NativeDatabase::untag_resource),
            "ListTagsOfResource" => self.read(NativeDatabase::list_tags_of_resource),
            "ExecuteStatement" => self.write(NativeDatabase::execute_statement),
            "BatchExecuteStatement" => self.run_steps(NativeDatabase::batch_execute_statement),
            "ExecuteTransaction" => self.write(NativeDatabase::execute_transaction),
            _ => return Ok(None),
        };
        answer.map(Some)
    }

    fn read<Q: DeserializeOwned, A: Serialize>(
        &self,
        operation: fn(&NativeDatabase, Q) -> dynoxide::Result<A>,
    ) -> dynoxide::Result<Vec<u8>> {
        self.run(operation)
    }

    /// Runs an atomic operation.
    fn write<Q: DeserializeOwned, A: Serialize>(
        &self,
        operation: fn(&NativeDatabase, Q) -> dynoxide::Result<A>,
    ) -> dynoxide::Result<Vec<u8>> {
        self.run(|database, request| {
            let outcome = operation(database, request);
            // What DynamoDB refuses is rolled back. Anything else may have reached the log.
            if outcome.as_ref().err().is_none_or(|error| Fault::of(error).is_some()) {
                self.count_write();
            }
            self.record(outcome)
        })
    }

    /// Runs an operation of several transactions, which may fail after the first.
    fn run_steps<Q: DeserializeOwned, A: Serialize>(
        &self,
        operation: fn(&NativeDatabase, Q) -> dynoxide::Result<A>,
    ) -> dynoxide::Result<Vec<u8>> {
        self.run(|database, request| {
            let outcome = operation(database, request);
            self.count_write();
            self.record(outcome).map_err(|error| match Fault::of(&error) {
                Some(Fault::Full | Fault::NotBegun) => {
                    DynoxideError::InternalServerError(format!("a change may be half done: {error}"))
                }
                Some(Fault::Io | Fault::Other) | None => error,
            })
        })
    }

    fn batch_write_item(&self) -> dynoxide::Result<Vec<u8>> {
        self.run(|database, request| {
            let batch = batch_write_item(database, request, self.body);
            self.count_write();
            let write_failed = batch.as_ref().map_or_else(Some, |batch| batch.refused.as_ref());
            self.record_failure(write_failed);
            Ok(batch?.answer)
        })
    }

    /// Runs an operation when its turn comes.
    fn run<Q: DeserializeOwned, A: Serialize>(
        &self,
        operation: impl FnOnce(&NativeDatabase, Q) -> dynoxide::Result<A>,
    ) -> dynoxide::Result<Vec<u8>> {
        let request = serde_json::from_slice(self.body).map_err(|error| unreadable(&error))?;
        let answer = {
            // This lock protects no data, so a panic cannot leave any half changed.
            let _turn = self.engine.turn.lock().unwrap_or_else(PoisonError::into_inner);
            if self.gone.is_cancelled() {
                return Err(DynoxideError::InternalServerError("the caller went away".to_owned()));
            }
            let outcome = operation(&self.engine.database, request);
            // After the write is counted, if it is one, and before the next call writes.
            self.log_end.set(self.engine.log.as_ref().map(|log| log.end()));
            outcome?
        };
        serde_json::to_vec(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
    }

    /// Counts this call as one that may have written to the log.
    fn count_write(&self) {
        if let Some(log) = &self.engine.log {
            log.wrote();
        }
    }

    fn record<A>(&self, outcome: dynoxide::Result<A>) -> dynoxide::Result<A> {
        self.record_failure(outcome.as_ref().err());
        outcome
    }

    /// Records whether the disk accepted the write.
    fn record_failure(&self, failure: Option<&DynoxideError>) {
        let Some(error) = failure else { return self.engine.disk.write_succeeded(self.body.len()) };
        if let Some(Fault::Full | Fault::Io) = Fault::of(error) {
            self.engine.disk.write_failed(self.body.len(), error);
        }
    }
}

/// DynamoDB's error for a malformed body.
///
/// The engine's types prefix their messages with the class of the error. Errors of the JSON parser have no class.
/// DynamoDB reports a member that is missing, null or outside its enumeration as invalid, and one of a wrong type as
/// unreadable.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _position)| message);
    if let Some((class, message)) = message.split_once(':') {
        match class {
            "VALIDATION" | "VALIDATION_REQUEST" | "VALIDATION_AS_READ" => {
                return DynoxideError::ValidationException(message.to_owned());
            }
            "SERIALIZATION" | "SERIALIZATION_AS_READ" => {
                return DynoxideError::SerializationException(message.to_owned());
            }
            _ => {}
        }
    }
    let invalid =
        ["missing field", "unknown variant", "invalid type: null", "Supplied AttributeValue", "empty AttributeValue"];
    match error.classify() {
        Category::Data if invalid.iter().any(|start| message.starts_with(start)) => {
            DynoxideError::ValidationException(message.to_owned())
        }
        // The parser stops at 128 levels of JSON, far more than DynamoDB's 32 levels of values.
        Category::Syntax if message.starts_with("recursion limit exceeded") => {
            DynoxideError::ValidationException("Nesting Levels have exceeded supported limits".to_owned())
        }
        Category::Data | Category::Syntax | Category::Eof | Category::Io => {
            DynoxideError::SerializationException(message.to_owned())
        }
    }
}
