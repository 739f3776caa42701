//! Reads and writes of any number of entries or items: split into requests that the server takes, and put together again.

mod answer;
mod get_entries;
mod get_items;
mod item_operation;
mod operation;
mod outcome;
mod part;
mod read;
mod write;
mod write_entries;
mod write_items;

use std::sync::Arc;

pub use answer::{Found, FoundItem, FoundStream};
pub(crate) use get_items::request as get_items_request;
pub use item_operation::{BatchItem, BatchItemOperation, BatchItemRead};
pub use operation::{BatchDelete, BatchOperation, BatchSet};
pub use outcome::BatchOutcome;
pub use write_entries::BatchWrite;
pub(crate) use write_items::request as write_items_request;

use crate::error::Failure;

/// The failure of all, if all failed with the same code: what a single request would have failed with.
fn common_failure<T>(all: &[T], failure: impl Fn(&T) -> Option<&Arc<Failure>>) -> Option<&T> {
    let code = failure(all.first()?)?.code();
    let is_like_first = |one| failure(one).is_some_and(|failure| failure.code() == code);
    if all.iter().all(is_like_first) { all.first() } else { None }
}

#[cfg(test)]
mod tests;
