//! Writes any number of operations: in requests that the server takes, one after the other.

use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use tonic::{Request, Status};
use uuid::Uuid;

use super::outcome::{BatchOutcome, as_one};
use super::part;
use crate::entry::unreadable;
use crate::method::{Idempotency, Method};
use crate::retry::Answered;
use crate::{Call, Client, Error};

/// The operations of a batch, and the RPC that carries them out.
pub(super) trait BatchWrites: Send + Sync + Sized + 'static {
    /// The generated message of an operation.
    type Operation: Message + Clone;

    /// The generated request.
    type Request: Message;

    /// The generated message of an outcome.
    type Result: Send;

    /// What a failed condition shows.
    type Current: Clone + Send + Sync;

    /// Its entry in the retry table.
    const METHOD: Method;

    /// How many operations there are.
    fn len(&self) -> usize;

    /// The operations to send, with their positions. The others are superseded.
    fn to_send(&self) -> Vec<(usize, Self::Operation)>;

    /// Whether a second attempt could turn its answer into another one: it would find nothing to delete.
    fn is_once_only(operation: &Self::Operation) -> bool;

    /// The request with these operations.
    fn message(&self, operations: Vec<Self::Operation>, id: Uuid) -> Self::Request;

    /// Sends it once.
    fn send(
        client: &Client,
        request: Request<Self::Request>,
    ) -> impl Future<Output = Result<Vec<Self::Result>, Status>> + Send;

    /// What became of an operation.
    fn outcome(operation: &Self::Operation, result: Self::Result) -> Result<BatchOutcome<Self::Current>, Status>;
}

/// What became of each operation, in their order. Fails if all of them failed with the same code.
pub(super) async fn run<W: BatchWrites>(call: Call<W>) -> Result<Vec<BatchOutcome<W::Current>>, Error> {
    let request_id = call.id();
    let sent = call.request.to_send();
    let beside = call.request.message(Vec::new(), request_id).encoded_len();
    let mut outcomes = vec![BatchOutcome::Superseded; call.request.len()];
    for (number, range) in
        part::split(sent.iter().map(|(_, operation)| operation.encoded_len()), beside).into_iter().enumerate()
    {
        let part = sent.get(range).unwrap_or_default();
        let of_part = send_part(&call, part, part_id(request_id, number)).await;
        for (&(position, _), outcome) in part.iter().zip(of_part) {
            outcomes.get_mut(position).into_iter().for_each(|slot| *slot = outcome.clone());
        }
    }
    as_one(outcomes, request_id)
}

/// The outcomes of a part, one for each of its operations.
async fn send_part<W: BatchWrites>(
    call: &Call<W>,
    part: &[(usize, W::Operation)],
    id: Uuid,
) -> Vec<BatchOutcome<W::Current>> {
    let attempt = |left| attempt(call, part, id, left);
    let outcome = match call.client.sender().send(method::<W>(part), call.time_allowed(), attempt).await {
        // What failed in this attempt may have been written by an earlier one, whose answer was lost.
        Ok(Answered { answer, in_doubt: true }) => return answer.into_iter().map(BatchOutcome::in_doubt).collect(),
        Ok(Answered { answer, in_doubt: false }) => return answer,
        Err(given_up) if given_up.changed_nothing => BatchOutcome::Failed(Arc::new(given_up.failure)),
        Err(given_up) => BatchOutcome::OutcomeUnknown(Arc::new(given_up.failure)),
    };
    vec![outcome; part.len()]
}

/// What holds for a single delete that is sent once holds for a request with one.
fn method<W: BatchWrites>(part: &[(usize, W::Operation)]) -> Method {
    if part.iter().any(|(_, operation)| W::is_once_only(operation)) {
        Method { idempotency: Idempotency::Unknown, ..W::METHOD }
    } else {
        W::METHOD
    }
}

async fn attempt<W: BatchWrites>(
    call: &Call<W>,
    part: &[(usize, W::Operation)],
    id: Uuid,
    left: Duration,
) -> Result<Vec<BatchOutcome<W::Current>>, Status> {
    let operations = part.iter().map(|(_, operation)| operation.clone()).collect();
    let request = call.wrap(call.request.message(operations, id), left);
    let position = |index: usize| part.get(index).map(|&(position, _)| position);
    let sent = W::send(&call.client, request).await;
    let results = sent.map_err(|status| part::in_callers_words(status, position))?;
    if results.len() != part.len() {
        return Err(unreadable("another number of results than the call has operations"));
    }
    let operations = part.iter().map(|(_, operation)| operation);
    operations.zip(results).map(|(operation, result)| W::outcome(operation, result)).collect()
}

/// The same for every attempt at the same batch. The first part has the id of the whole.
fn part_id(request_id: Uuid, number: usize) -> Uuid {
    if number == 0 { request_id } else { Uuid::new_v5(&request_id, number.to_string().as_bytes()) }
}

macro_rules! batch_write {
    ($request:ty, $current:ty) => {
        impl IntoFuture for Call<$request> {
            /// For each operation, in their order, what became of it. The failure, if all of them failed with the same code.
            type Output = Result<Vec<BatchOutcome<$current>>, Error>;
            type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(write::run(self))
            }
        }
    };
}

pub(super) use batch_write;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_an_id_of_its_own_and_always_the_same() {
        let id = Uuid::from_u128(7);
        assert_eq!(part_id(id, 0), id);
        assert_eq!(part_id(id, 1), part_id(id, 1));
        assert_ne!(part_id(id, 1), part_id(id, 2));
        assert_ne!(part_id(id, 1), part_id(Uuid::from_u128(8), 1));
    }
}
