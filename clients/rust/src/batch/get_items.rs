use std::future::IntoFuture;
use std::ops::Range;
use std::pin::Pin;

use prost::Message as _;
use tonic::{Request, Response, Status, Streaming};

use super::BatchItemRead;
use super::answer::{Answer as _, FoundItem, FoundStream};
use super::read::{self, BatchRead, batch_read};
use crate::entry::unreadable;
use crate::method::{BATCH_GET_ITEMS, Method};
use crate::point::consistent;
use crate::{Call, Client, Error, pb, value};

batch_read!(BatchGetItemsRequest, FoundItem);
consistent!(BatchGetItemsRequest);

pub(crate) fn request(
    reads: impl IntoIterator<Item = impl Into<BatchItemRead>>,
    table: &str,
) -> pb::BatchGetItemsRequest {
    let mut operations: Vec<_> = reads.into_iter().map(|read| read.into().0).collect();
    for operation in operations.iter_mut().filter(|operation| operation.table.is_empty()) {
        table.clone_into(&mut operation.table);
    }
    pb::BatchGetItemsRequest { operations, ..pb::BatchGetItemsRequest::default() }
}

impl Call<pb::BatchGetItemsRequest> {
    /// Reads only these parts of each item, by a DynamoDB projection expression.
    pub fn projection(self, expression: impl Into<String>) -> Self {
        self.with(|request| request.projection = expression.into())
    }
}

impl BatchRead for pb::BatchGetItemsRequest {
    type Response = pb::BatchGetItemsResponse;
    type Answer = FoundItem;

    const METHOD: Method = BATCH_GET_ITEMS;

    fn sizes(&self) -> Vec<usize> {
        self.operations.iter().map(prost::Message::encoded_len).collect()
    }

    fn bytes_beside(&self) -> usize {
        // With `consistent_read`, whether it is set or not: the reads are divided alike.
        Self { consistent_read: true, ..self.part(0..0) }.encoded_len()
    }

    fn part(&self, range: Range<usize>) -> Self {
        let Self { operations, consistent_read, return_consumed_capacity, names, projection } = self;
        Self {
            operations: operations.get(range).unwrap_or_default().to_vec(),
            consistent_read: *consistent_read,
            return_consumed_capacity: *return_consumed_capacity,
            names: names.clone(),
            projection: projection.clone(),
        }
    }

    fn send(
        client: &Client,
        request: Request<Self>,
    ) -> impl Future<Output = Result<Response<Streaming<Self::Response>>, Status>> + Send {
        let mut stub = client.item_stub();
        async move { stub.batch_get_items(request).await }
    }

    fn results(response: pb::BatchGetItemsResponse) -> impl Iterator<Item = (u32, FoundItem)> + Send {
        response.results.into_iter().map(|pb::BatchGetItemsResult { index, result }| (index, found(result)))
    }
}

fn found(result: Option<pb::batch_get_items_result::Result>) -> FoundItem {
    use pb::batch_get_items_result::{Missing, Result};
    match result {
        Some(Result::Found(item)) => FoundItem::found(value::item(item), FoundItem::Item),
        Some(Result::Missing(Missing {})) => FoundItem::Missing,
        Some(Result::Failed(status)) => FoundItem::of(status),
        None => FoundItem::of(unreadable("a result that is none of the known ones")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_the_options_of_the_whole() {
        let reads = [BatchItemRead::new("a"), BatchItemRead::new(("b", 1)).table("orders"), "c".into()];
        let mut whole = request(reads, "default");
        whole.projection = "#n".to_owned();
        whole.names.insert("#n".to_owned(), "name".to_owned());
        whole.consistent_read = true;
        let part = whole.part(1..3);
        assert_eq!(part.operations[..], whole.operations[1..]);
        let tables: Vec<&str> = whole.operations.iter().map(|operation| operation.table.as_str()).collect();
        assert_eq!(tables, ["default", "orders", "default"]);
        assert_eq!(pb::BatchGetItemsRequest { operations: whole.operations.clone(), ..part }, whole);
    }
}
