use std::sync::PoisonError;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use dynoxide::{DynoxideError, NativeDatabase};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio_util::sync::CancellationToken;

use super::scan::scan;
use super::update::{transact_write_items, update_item};
use super::{Error, Shared};

const UNKNOWN_OPERATION: &str = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// What goes back to the SDK: an HTTP status and a body in JSON.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The answer of an engine that has failed.
    pub(super) fn failed() -> Self {
        Self::error(&DynoxideError::InternalServerError(Error::Failed.to_string()))
    }

    fn error(error: &DynoxideError) -> Self {
        Self { status: error.status_code(), body: error.to_json().into_bytes() }
    }
}

/// Answers one request as DynamoDB's endpoint would. Blocks.
///
/// `gone` is cancelled when nobody waits for the answer any more.
pub(super) fn answer(engine: &Shared, request: &HttpRequest, gone: &CancellationToken) -> Answer {
    let operation = request.headers().get("x-amz-target").and_then(|target| target.strip_prefix("DynamoDB_20120810."));
    // The SDK renders every DynamoDB request in memory, so that one without bytes at hand has none.
    let call = Call { engine, body: request.body().bytes().unwrap_or_default(), gone };
    match engine.guard(|| call.dispatch(operation.unwrap_or_default())) {
        Some(Ok(Some(body))) => Answer { status: 200, body },
        Some(Ok(None)) => Answer { status: 400, body: UNKNOWN_OPERATION.into() },
        Some(Err(error)) => Answer::error(&error),
        None => Answer::failed(),
    }
}

struct Call<'a> {
    engine: &'a Shared,
    body: &'a [u8],
    gone: &'a CancellationToken,
}

impl Call<'_> {
    /// `None`: there is no such operation.
    fn dispatch(&self, operation: &str) -> dynoxide::Result<Option<Vec<u8>>> {
        let answer = match operation {
            "GetItem" => self.run(NativeDatabase::get_item),
            "PutItem" => self.run(NativeDatabase::put_item),
            "UpdateItem" => self.run(update_item),
            "DeleteItem" => self.run(NativeDatabase::delete_item),
            "BatchGetItem" => self.run(NativeDatabase::batch_get_item),
            "BatchWriteItem" => self.run(NativeDatabase::batch_write_item),
            "TransactGetItems" => self.run(NativeDatabase::transact_get_items),
            "TransactWriteItems" => self.run(transact_write_items),
            "Query" => self.run(NativeDatabase::query),
            "Scan" => self.run(scan),
            "CreateTable" => self.run(NativeDatabase::create_table),
            "DescribeTable" => self.run(NativeDatabase::describe_table),
            "UpdateTable" => self.run(NativeDatabase::update_table),
            "DeleteTable" => self.run(NativeDatabase::delete_table),
            "ListTables" => self.run(NativeDatabase::list_tables),
            "UpdateTimeToLive" => self.run(NativeDatabase::update_time_to_live),
            "DescribeTimeToLive" => self.run(NativeDatabase::describe_time_to_live),
            "TagResource" => self.run(NativeDatabase::tag_resource),
            "UntagResource" => self.run(NativeDatabase::untag_resource),
            "ListTagsOfResource" => self.run(NativeDatabase::list_tags_of_resource),
            "ExecuteStatement" => self.run(NativeDatabase::execute_statement),
            "BatchExecuteStatement" => self.run(NativeDatabase::batch_execute_statement),
            "ExecuteTransaction" => self.run(NativeDatabase::execute_transaction),
            _ => return Ok(None),
        };
        answer.map(Some)
    }

    fn run<Q: DeserializeOwned, A: Serialize>(
        &self,
        operation: fn(&NativeDatabase, Q) -> dynoxide::Result<A>,
    ) -> dynoxide::Result<Vec<u8>> {
        let request = serde_json::from_slice(self.body).map_err(|error| unreadable(&error))?;
        let answer = {
            // Nothing is behind this lock that a panic could leave half changed.
            let _turn = self.engine.turn.lock().unwrap_or_else(PoisonError::into_inner);
            if self.gone.is_cancelled() {
                return Err(DynoxideError::InternalServerError("the caller went away".to_owned()));
            }
            operation(&self.engine.database, request)?
        };
        serde_json::to_vec(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
    }
}

/// The error DynamoDB gives for a body that is no such request.
///
/// The engine's types put the class of the error before its message; errors of the JSON parser itself have none, and
/// DynamoDB calls a member that is missing, null or outside its enumeration invalid, one of a wrong type unreadable.
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
        // The parser stops at 128 levels of JSON, far beyond the 32 levels of values that DynamoDB takes.
        Category::Syntax if message.starts_with("recursion limit exceeded") => {
            DynoxideError::ValidationException("Nesting Levels have exceeded supported limits".to_owned())
        }
        Category::Data | Category::Syntax | Category::Eof | Category::Io => {
            DynoxideError::SerializationException(message.to_owned())
        }
    }
}
