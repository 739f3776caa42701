use std::future::IntoFuture;
use std::ops::Range;
use std::pin::Pin;

use prost::Message as _;
use tonic::{Request, Response, Status, Streaming};

use super::answer::{Answer as _, Found, FoundStream};
use super::read::{self, BatchRead, batch_read};
use crate::entry::unreadable;
use crate::method::{BATCH_GET, Method};
use crate::{Call, Client, Entry, Error, pb};

batch_read!(BatchGetRequest, Found);

impl BatchRead for pb::BatchGetRequest {
    type Response = pb::BatchGetResponse;
    type Answer = Found;

    const METHOD: Method = BATCH_GET;

    fn sizes(&self) -> Vec<usize> {
        self.keys.iter().map(String::len).collect()
    }

    fn bytes_beside(&self) -> usize {
        // With `consistent_read`, whether it is set or not: the keys are divided alike.
        Self { consistent_read: true, ..self.part(0..0) }.encoded_len()
    }

    fn part(&self, range: Range<usize>) -> Self {
        let Self { table, keys, consistent_read, return_consumed_capacity } = self;
        Self {
            table: table.clone(),
            keys: keys.get(range).unwrap_or_default().to_vec(),
            consistent_read: *consistent_read,
            return_consumed_capacity: *return_consumed_capacity,
        }
    }

    fn send(
        client: &Client,
        request: Request<Self>,
    ) -> impl Future<Output = Result<Response<Streaming<Self::Response>>, Status>> + Send {
        let mut stub = client.stub();
        async move { stub.batch_get(request).await }
    }

    fn results(response: pb::BatchGetResponse) -> impl Iterator<Item = (u32, Found)> + Send {
        response.results.into_iter().map(|pb::BatchGetResult { index, result }| (index, found(result)))
    }
}

fn found(result: Option<pb::batch_get_result::Result>) -> Found {
    use pb::batch_get_result::{Missing, Result};
    match result {
        Some(Result::Found(entry)) => Found::found(Entry::try_from(entry), Found::Entry),
        Some(Result::Missing(Missing {})) => Found::Missing,
        Some(Result::Failed(status)) => Found::of(status),
        None => Found::of(unreadable("a result that is none of the known ones")),
    }
}
