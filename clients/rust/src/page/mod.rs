//! Reads in pages: one page, all pages, or what is in them one by one.

mod keys;
mod query;
mod stream;
#[cfg(test)]
mod tests;

pub use stream::{PageStream, Rows};

use crate::call::Operation;
use crate::{Call, Error};

/// One page of what there is to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What it holds. It may hold nothing and yet not be the last.
    pub rows: Vec<T>,
    /// How many it holds or, of a call that only counts, has counted.
    pub count: u64,
    /// For the next page. `None`: there is none. It holds keys, encrypted; it is valid for the same request.
    pub next_page_token: Option<String>,
}

/// A request that is answered in pages: a query, a scan, a list of keys.
pub trait Paged: Operation<Output = Page<Self::Row>> {
    /// What a page holds.
    type Row: Send + 'static;

    /// The field for how much a page may hold.
    fn page_size(&mut self) -> &mut i32;

    /// The field for the token of a page.
    fn page_token(&mut self) -> &mut String;
}

impl<R: Paged> Call<R> {
    /// At most this many in a page: 1 to 10,000.
    pub fn page_size(self, size: u32) -> Self {
        // What is too much for the field is too much for the server as well, which takes it as its most.
        self.with(|request| *request.page_size() = size.try_into().unwrap_or(i32::MAX))
    }

    /// Begins with the page that this token is of, as another call was told: by default with the first.
    pub fn page_token(self, token: impl Into<String>) -> Self {
        self.with(|request| *request.page_token() = token.into())
    }

    /// Reads all pages, each as a call of its own with its own time and its own retries. While one is used, the next is
    /// already read.
    pub fn pages(self) -> PageStream<R::Row> {
        PageStream::new(self)
    }

    /// Reads all pages and gives one by one what they hold, as [`pages`](Self::pages) does.
    pub fn stream(self) -> Rows<R::Row> {
        Rows::new(self.pages())
    }

    /// Reads all pages and puts together how much they hold.
    pub(crate) async fn sum(self) -> Result<u64, Error> {
        let mut pages = self.pages();
        let mut sum = 0;
        while let Some(page) = pages.next().await {
            sum += page?.count;
        }
        Ok(sum)
    }
}

fn token(next_page_token: String) -> Option<String> {
    Some(next_page_token).filter(|token| !token.is_empty())
}
