use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::Stream;
use tokio::task::JoinSet;

use super::{Page, Paged};
use crate::{Call, Error};

/// All pages from one on. After an error it ends; the token of the last page goes on from there.
///
/// The next page is read while the last one is used, but no more than that one. Dropped, it ends the reading.
#[must_use = "nothing is read before the first page is asked for"]
pub struct PageStream<T> {
    read: Read<T>,
    /// The first page's token, before anything is read.
    first: Option<String>,
    /// The page that is being read, if there is one. It is read whether or not it is waited for.
    reading: JoinSet<Result<Page<T>, Error>>,
}

/// Reads the page of a token.
type Read<T> = Box<dyn Fn(String) -> BoxFuture<'static, Result<Page<T>, Error>> + Send + Sync>;

impl<T: Send + 'static> PageStream<T> {
    pub(super) fn new<R: Paged<Row = T>>(mut call: Call<R>) -> Self {
        let first = std::mem::take(call.request.page_token());
        let read = move |token| call.clone().page_token(token).into_future();
        Self { read: Box::new(read), first: Some(first), reading: JoinSet::new() }
    }

    /// The next page, or `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        StreamExt::next(self).await
    }
}

impl<T: Send + 'static> Stream for PageStream<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            this.reading.spawn((this.read)(first));
        }
        let Some(read) = ready!(this.reading.poll_join_next(context)) else { return Poll::Ready(None) };
        let page = match read {
            Ok(page) => page,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends, and with it whoever would read this.
                Err(_cancelled) => return Poll::Ready(None),
            },
        };
        if let Ok(Page { next_page_token: Some(token), .. }) = &page {
            this.reading.spawn((this.read)(token.clone()));
        }
        Poll::Ready(Some(page))
    }
}

impl<T> fmt::Debug for PageStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageStream")
    }
}

/// What all pages hold, one by one. After an error it ends.
///
/// Holds two pages at most. Dropped, it ends the reading.
#[must_use = "nothing is read before the first is asked for"]
#[derive(Debug)]
pub struct Rows<T> {
    pages: PageStream<T>,
    /// What is left of the page at hand.
    rows: VecDeque<T>,
}

impl<T: Send + 'static> Rows<T> {
    pub(super) fn new(pages: PageStream<T>) -> Self {
        Self { pages, rows: VecDeque::new() }
    }

    /// The next one, or `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        StreamExt::next(self).await
    }
}

impl<T: Send + 'static> Unpin for Rows<T> {}

impl<T: Send + 'static> Stream for Rows<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(self.pages.poll_next_unpin(context)) {
                Some(Ok(page)) => self.rows = page.rows.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
