//! Reads and writes of single items: the options of each call, and how its answer is read.

mod conditional;
mod outcome;
mod read;
#[cfg(test)]
mod tests;
mod update;
mod write;

use std::collections::HashMap;

pub(crate) use conditional::Conditional;
pub use outcome::{DeletedItem, ItemOutcome, ReturnValues, WrittenItem};
pub use update::Update;

use crate::batch::{self, BatchItemOperation, BatchItemRead};
use crate::point::on_table;
use crate::value::attributes;
use crate::{Call, Client, ItemKey, Value, pb};

on_table!(GetItemRequest, PutItemRequest, UpdateItemRequest, DeleteItemRequest, QueryRequest, ScanRequest);

impl Client {
    /// Reads one item. `None` if there is none.
    pub fn get_item(&self, key: impl Into<ItemKey>) -> Call<pb::GetItemRequest> {
        let key = Some(key.into().into());
        self.call(pb::GetItemRequest { table: self.table(), key, ..pb::GetItemRequest::default() })
    }

    /// Writes one item in place of what was there: all its attributes, the primary key among them, but not the version.
    ///
    /// [`to_item`](crate::to_item) makes one of a struct. If an answer is lost the call is sent again; a write that has
    /// happened is then recognised, unless somebody else has changed the item in between.
    pub fn put_item<N: Into<String>, V: Into<Value>>(
        &self,
        item: impl IntoIterator<Item = (N, V)>,
    ) -> Call<pb::PutItemRequest> {
        let item = attributes(item);
        self.call(pb::PutItemRequest { table: self.table(), item, ..pb::PutItemRequest::default() })
    }

    /// Changes parts of one item, or creates it.
    ///
    /// Never sent again by itself: a second attempt could change the item twice.
    pub fn update_item(&self, key: impl Into<ItemKey>, update: impl Into<Update>) -> Call<pb::UpdateItemRequest> {
        let (key, update) = (Some(key.into().into()), Some(update.into().into()));
        self.call(pb::UpdateItemRequest { table: self.table(), key, update, ..pb::UpdateItemRequest::default() })
    }

    /// Deletes one item. The result says whether there was one.
    ///
    /// Never sent again by itself: a second attempt would find nothing.
    pub fn delete_item(&self, key: impl Into<ItemKey>) -> Call<pb::DeleteItemRequest> {
        let key = Some(key.into().into());
        self.call(pb::DeleteItemRequest { table: self.table(), key, ..pb::DeleteItemRequest::default() })
    }

    /// Reads any number of items, of any tables. The result says of each read, in their order, what became of it;
    /// [`stream`](Call::stream) gives the answers as they come in.
    ///
    /// Sent in requests of up to 10,000 reads and 16 MiB, one after the other. Each has the time of a call and is retried
    /// like one; a read that failed by itself is not asked for again.
    pub fn batch_get_items<R: Into<BatchItemRead>>(
        &self,
        reads: impl IntoIterator<Item = R>,
    ) -> Call<pb::BatchGetItemsRequest> {
        self.call(batch::get_items_request(reads, &self.table()))
    }

    /// Carries out any number of puts and deletes of items, in any tables, and says of each, in their order, what became of
    /// it. There is no order among them, but of several on one item the last wins.
    ///
    /// Sent in requests of up to 10,000 operations and 16 MiB, one after the other, under ids that follow from the
    /// request id of the whole. Each has the time of a call and is retried like one, unless it has a delete with a condition
    /// or with `report_existed`; an operation that failed by itself is not sent again. A request that is refused leaves the
    /// others in force. What an operation of a later request replaces is written all the same.
    pub fn batch_write_items<O: Into<BatchItemOperation>>(
        &self,
        operations: impl IntoIterator<Item = O>,
    ) -> Call<pb::BatchWriteItemsRequest> {
        self.call(batch::write_items_request(operations, &self.table()))
    }
}

/// A request with expressions that may use aliases.
pub trait Names {
    /// The field for them.
    fn names(&mut self) -> &mut HashMap<String, String>;
}

/// A request with expressions that may use placeholders.
pub trait Values: Names {
    /// The field for them.
    fn values(&mut self) -> &mut HashMap<String, pb::Value>;
}

impl<R: Names> Call<R> {
    /// Says which attribute an alias in the expressions, such as `#state`, stands for. The server refuses a call in which one
    /// stands for two.
    pub fn name(self, alias: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.with(|request| define(request.names(), alias.into(), attribute.into()))
    }
}

impl<R: Values> Call<R> {
    /// Says which value a placeholder in the expressions, such as `:total`, stands for. The server refuses a call in which one
    /// stands for two.
    pub fn value(self, placeholder: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(|request| define(request.values(), placeholder.into(), value.into().into()))
    }
}

/// Says what a placeholder or alias stands for. If that is something else already, adds one that the server refuses by its name,
/// since no placeholder has a blank: otherwise the call would mean something that nobody has written.
pub(crate) fn define<T: PartialEq>(all: &mut HashMap<String, T>, placeholder: String, meaning: T) {
    if all.get(&placeholder).is_some_and(|known| *known != meaning) {
        all.insert(format!("{placeholder} stands for two things"), meaning);
    } else {
        all.insert(placeholder, meaning);
    }
}

macro_rules! names {
    ($($request:ident),+) => {
        $(impl Names for pb::$request {
            fn names(&mut self) -> &mut HashMap<String, String> {
                &mut self.names
            }
        })+
    };
}

macro_rules! values {
    ($($request:ident),+) => {
        $(impl Values for pb::$request {
            fn values(&mut self) -> &mut HashMap<String, pb::Value> {
                &mut self.values
            }
        })+
    };
}

names!(
    GetItemRequest,
    BatchGetItemsRequest,
    PutItemRequest,
    UpdateItemRequest,
    DeleteItemRequest,
    QueryRequest,
    ScanRequest
);
values!(PutItemRequest, UpdateItemRequest, DeleteItemRequest, QueryRequest, ScanRequest);
