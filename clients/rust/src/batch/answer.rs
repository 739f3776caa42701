//! What became of each key of a batch of reads.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::{BoxStream, Stream, StreamExt as _};
use tonic::Status;

use crate::error::Failure;
use crate::{Entry, Item};

/// What became of one key of a [`batch_get`](crate::Client::batch_get).
#[derive(Debug, Clone)]
pub enum Found {
    /// The entry.
    Entry(Entry),
    /// There is no such entry.
    Missing,
    /// The key could not be read.
    Failed(Arc<Failure>),
}

/// What became of one read of a [`batch_get_items`](crate::Client::batch_get_items).
#[derive(Debug, Clone)]
pub enum FoundItem {
    /// The item.
    Item(Item),
    /// There is no such item.
    Missing,
    /// The item could not be read.
    Failed(Arc<Failure>),
}

/// What becomes of one key, of an entry or of an item.
pub(super) trait Answer: Clone + Send + 'static {
    /// There is nothing.
    fn missing() -> Self;

    /// It could not be read.
    fn failed(failure: Arc<Failure>) -> Self;

    /// Why it could not be read.
    fn failure(&self) -> Option<&Arc<Failure>>;

    /// It could not be read.
    fn of(status: impl Into<Failure>) -> Self {
        Self::failed(Arc::new(status.into()))
    }

    /// What was found, unless it cannot be understood.
    fn found<T>(found: Result<T, Status>, wrap: impl FnOnce(T) -> Self) -> Self {
        found.map_or_else(Self::of, wrap)
    }
}

macro_rules! answer {
    ($answer:ident, $found:ident) => {
        impl Answer for $answer {
            fn missing() -> Self {
                Self::Missing
            }

            fn failed(failure: Arc<Failure>) -> Self {
                Self::Failed(failure)
            }

            fn failure(&self) -> Option<&Arc<Failure>> {
                match self {
                    Self::Failed(failure) => Some(failure),
                    Self::$found(_) | Self::Missing => None,
                }
            }
        }
    };
}

answer!(Found, Entry);
answer!(FoundItem, Item);

/// The answers to a batch of reads as they come in: each position of the request exactly once, in no particular order.
///
/// Whoever takes them slowly slows the reading. Dropped, it ends the reading.
pub struct FoundStream<F = Found>(pub(super) BoxStream<'static, (usize, F)>);

impl<F> FoundStream<F> {
    /// The next answer, or `None` after the last one.
    pub async fn next(&mut self) -> Option<(usize, F)> {
        self.0.next().await
    }
}

impl<F> Stream for FoundStream<F> {
    type Item = (usize, F);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl<F> fmt::Debug for FoundStream<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FoundStream")
    }
}
