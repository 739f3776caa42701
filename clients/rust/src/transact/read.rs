use tonic::Status;

use super::TransactRead;
use crate::call::Operation;
use crate::entry::unreadable;
use crate::point::rpc;
use crate::{Entry, Item, pb, value};

/// What one read of a [`transact_get`](crate::Client::transact_get) found.
#[derive(Debug, Clone, PartialEq)]
pub enum Snapshot {
    /// The entry.
    Entry(Entry),
    /// The item.
    Item(Item),
    /// There is no such entry or item.
    Absent,
}

pub(crate) fn request(reads: impl IntoIterator<Item = impl Into<TransactRead>>, table: &str) -> pb::TransactGetRequest {
    let mut operations: Vec<_> = reads.into_iter().map(|read| read.into().0).collect();
    for operation in operations.iter_mut().filter(|operation| operation.table.is_empty()) {
        table.clone_into(&mut operation.table);
    }
    pb::TransactGetRequest { operations, return_consumed_capacity: false }
}

impl Operation for pb::TransactGetRequest {
    type Output = Vec<Snapshot>;
    rpc!(TRANSACT_GET, transact_get, TransactGetResponse);

    fn read(&self, response: pb::TransactGetResponse) -> Result<Vec<Snapshot>, Status> {
        use pb::transact_get_result::{Absent, Result};
        if response.results.len() != self.operations.len() {
            return Err(unreadable("another number of results than the call has reads"));
        }
        let snapshot = |result: pb::TransactGetResult| match result.result {
            Some(Result::Entry(entry)) => Ok(Snapshot::Entry(entry.try_into()?)),
            Some(Result::Item(item)) => Ok(Snapshot::Item(value::item(item)?)),
            Some(Result::Absent(Absent {})) => Ok(Snapshot::Absent),
            None => Err(unreadable("a result that is none of the known ones")),
        };
        response.results.into_iter().map(snapshot).collect()
    }
}
