//! Sends a part until each of its items is written, or one cannot be.

use std::path::PathBuf;

use dynakv_client::{Client, Code, EncodedAnswer, EncodedRpc, Failure, Unanswered, Uuid, pb};
use prost::Message as _;
use prost::bytes::Bytes;
use tonic::Status;

use super::request::EncodedPart;
use crate::cli::error::Error;

/// How often in a row a part may be sent without any of its items being written.
const FRUITLESS_ATTEMPTS: u32 = 5;

/// Sends parts.
pub(super) struct Sender {
    batch_write_items: EncodedRpc,
    path: PathBuf,
}

/// What became of a part.
pub(super) struct Sent {
    /// How many of its lines are imported: all before the first that is not.
    pub(super) lines: usize,
    /// Why the next one is not.
    pub(super) error: Option<Error>,
    /// The consumed capacity.
    pub(super) capacity_units: f64,
}

/// The operations of a part that are still to be sent.
struct Left {
    indexes: Vec<usize>,
    /// How many attempts in a row have written none.
    fruitless: u32,
    /// How many requests there were.
    requests: u64,
    /// The first one that was not carried out because a later one has its key. It is imported as soon as that one is.
    superseded: Option<usize>,
    /// An operation that can never be written, and why. Those after it are not sent again.
    refused: Option<(usize, dynakv_client::Error)>,
    capacity_units: f64,
}

/// What the answers of one request say.
#[derive(Default)]
struct Results {
    is_any_written: bool,
    /// Failed, and worth another attempt.
    again: Vec<usize>,
    /// Why the last one of these failed.
    failure: Option<Failure>,
    superseded: Option<usize>,
    /// The first one that failed for good.
    refused: Option<(usize, Failure)>,
}

impl Sender {
    pub(super) fn new(client: &Client, path: PathBuf) -> Self {
        Self { batch_write_items: client.encoded_batch_write_items(), path }
    }

    pub(super) async fn send(&self, encoded: &EncodedPart) -> Sent {
        let mut left = Left {
            indexes: (0..encoded.operations.len()).collect(),
            fruitless: 0,
            requests: 0,
            superseded: None,
            refused: None,
            capacity_units: 0.0,
        };
        while !left.indexes.is_empty() {
            let id = left.next_id(encoded.id);
            let request = encoded.operations.request(&left.indexes, id);
            let failed = match self.batch_write_items.send(&request).await {
                Ok(answer) => self.take(&mut left, answer, id).await,
                Err(Unanswered { failure, in_doubt }) => left.given_up(failure, in_doubt, id),
            };
            if let Err((index, source)) = failed {
                return self.sent(encoded, left.capacity_units, Some((index, source)));
            }
        }
        let Left { capacity_units, refused, .. } = left;
        self.sent(encoded, capacity_units, refused)
    }

    /// Takes an answer, and waits if something has to be sent again. Fails if that has been tried often enough.
    async fn take(
        &self,
        left: &mut Left,
        answer: EncodedAnswer,
        id: Uuid,
    ) -> Result<(), (usize, dynakv_client::Error)> {
        let EncodedAnswer { message, in_doubt } = answer;
        let (results, capacity_units) = match left.read(&message, in_doubt) {
            Ok(read) => read,
            Err(status) => return Err(left.stopped(error(status.into(), true, id))),
        };
        left.capacity_units += capacity_units;
        left.fruitless = if results.is_any_written { 0 } else { left.fruitless + 1 };
        left.superseded = left.superseded.into_iter().chain(results.superseded).min();
        let is_unknown = |failure: &Failure| in_doubt || !failure.changed_nothing();
        if let Some((index, failure)) = results.refused {
            let is_unknown = is_unknown(&failure);
            left.refuse(index, error(failure, is_unknown, id), !results.again.is_empty());
            return Ok(());
        }
        left.indexes = results.again;
        let Some(failure) = results.failure else { return Ok(()) };
        if left.fruitless >= FRUITLESS_ATTEMPTS {
            let is_unknown = is_unknown(&failure);
            return Err(left.stopped(error(failure, is_unknown, id)));
        }
        self.batch_write_items.back_off(left.fruitless + 1, &failure).await;
        Ok(())
    }

    fn sent(&self, encoded: &EncodedPart, capacity_units: f64, stopped: Option<(usize, dynakv_client::Error)>) -> Sent {
        let Some((index, source)) = stopped else {
            return Sent { lines: encoded.part.lines.len(), error: None, capacity_units };
        };
        let line = encoded.part.lines.get(index).map_or(0, |line| line.number);
        let error = Error::Line { path: self.path.clone(), line, source };
        Sent { lines: index, error: Some(error), capacity_units }
    }
}

impl Left {
    /// The first request has the id of the part, so that the server recognises it after an interruption.
    fn next_id(&mut self, part: Uuid) -> Uuid {
        let number = self.requests;
        self.requests += 1;
        if number == 0 { part } else { Uuid::new_v5(&part, number.to_string().as_bytes()) }
    }

    /// A request that failed as a whole.
    fn given_up(&mut self, failure: Failure, in_doubt: bool, id: Uuid) -> Result<(), (usize, dynakv_client::Error)> {
        let index = failure.fields().iter().find_map(|violation| operation(&violation.field));
        let index = index.and_then(|index| self.indexes.get(index)).copied();
        match index.filter(|_| failure.code() == Code::InvalidArgument) {
            Some(index) => {
                self.refuse(index, error(failure, in_doubt, id), true);
                Ok(())
            }
            None => Err(self.stopped(error(failure, in_doubt, id))),
        }
    }

    /// Leaves out an operation that cannot be written, and all after it. `is_incomplete`: others failed as well.
    fn refuse(&mut self, index: usize, error: dynakv_client::Error, is_incomplete: bool) {
        self.refused = Some((index, error));
        // What an operation after it superseded has to be written after all, in the order of the lines.
        let is_complete = !is_incomplete && self.superseded.is_none_or(|superseded| superseded >= index);
        self.indexes = if is_complete { Vec::new() } else { (0..index).collect() };
        self.superseded = None;
        self.fruitless = 0;
    }

    /// Why sending stops, at the first operation that may not be written.
    fn stopped(&self, error: dynakv_client::Error) -> (usize, dynakv_client::Error) {
        (self.indexes.iter().copied().chain(self.superseded).min().unwrap_or_default(), error)
    }

    /// Reads the results of a request, and its capacity.
    fn read(&self, message: &Bytes, in_doubt: bool) -> Result<(Results, f64), Status> {
        use pb::batch_write_items_result::Outcome;
        let unreadable = |what: &str| Status::internal(format!("the server's answer is not readable: {what}"));
        let response = pb::BatchWriteItemsResponse::decode(message.clone());
        let response = response.map_err(|error| unreadable(&error.to_string()))?;
        if response.results.len() != self.indexes.len() {
            return Err(unreadable("another number of results than the request has operations"));
        }
        let mut results = Results::default();
        for (&index, result) in self.indexes.iter().zip(response.results) {
            match result.outcome() {
                Outcome::Applied => results.is_any_written = true,
                Outcome::Superseded => results.superseded = results.superseded.or(Some(index)),
                Outcome::Failed => {
                    let status = result.failed.ok_or_else(|| unreadable("no status of what failed"))?;
                    results.add_failed(index, status.into(), in_doubt);
                }
                Outcome::ConditionFailed | Outcome::Unspecified => return Err(unreadable("no known outcome")),
            }
        }
        Ok((results, response.consumed_capacity.map_or(0.0, |consumed| consumed.capacity_units)))
    }
}

impl Results {
    fn add_failed(&mut self, index: usize, failure: Failure, in_doubt: bool) {
        if is_temporary(&failure) && (in_doubt || failure.changed_nothing()) {
            self.again.push(index);
            self.failure = Some(failure);
        } else if self.refused.is_none() {
            self.refused = Some((index, failure));
        }
    }
}

/// Whether another attempt may succeed.
fn is_temporary(failure: &Failure) -> bool {
    matches!(
        failure.code(),
        Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded | Code::Aborted | Code::Cancelled
    )
}

fn error(failure: Failure, is_unknown: bool, request_id: Uuid) -> dynakv_client::Error {
    let source = Box::new(failure);
    if is_unknown {
        dynakv_client::Error::OutcomeUnknown { request_id, source }
    } else {
        dynakv_client::Error::Failed(source)
    }
}

/// The index in `operations[3].put_item.item`.
fn operation(field: &str) -> Option<usize> {
    field.strip_prefix("operations[")?.split_once(']')?.0.parse().ok()
}
