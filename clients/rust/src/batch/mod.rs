//! Reads and writes of any number of entries: split into requests that the server takes, and put together again.

mod operation;
mod part;
mod read;
mod write;

use std::sync::Arc;

pub use operation::{BatchDelete, BatchOperation, BatchSet};
pub use read::{Found, FoundStream};
pub use write::{BatchOutcome, BatchWrite};

use crate::error::Failure;

/// The failure of all, if all failed with the same code: what a single request would have failed with.
fn common_failure<T>(all: &[T], failure: impl Fn(&T) -> Option<&Arc<Failure>>) -> Option<&T> {
    let code = failure(all.first()?)?.code();
    let is_like_first = |one| failure(one).is_some_and(|failure| failure.code() == code);
    if all.iter().all(is_like_first) { all.first() } else { None }
}

#[cfg(test)]
mod tests;
