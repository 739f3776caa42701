//! `dynakv query`, `scan` and `keys`: what is read in pages, as many as are wanted.

mod columns;
mod keys;
mod query;
mod scan;
mod show;
#[cfg(test)]
mod tests;

use clap::Args;
use dynakv_client::{Call, Page, Paged};
use serde::Serialize;

pub(super) use keys::Keys;
pub(super) use query::Query;
pub(super) use scan::Scan;

use super::connection::{Connection, Table};
use super::error::Error;
use super::expression::Definitions;
use super::output::{Output, Reader, Report, Verdict};
use super::progress::Progress;

/// The largest page that is asked for at once.
const PAGE: u32 = 1000;

/// How much is to be read.
#[derive(Debug, Args)]
pub(super) struct Amount {
    /// Read at most this many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Read all, however many there are; shows on a terminal how many so far.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Go on from where another command with the same options ended: its `next_page_token`.
    #[arg(long, value_name = "TOKEN")]
    page_token: Option<String>,
}

/// What `query` and `scan` have in common.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Read this secondary index of the table.
    #[arg(long, value_name = "NAME")]
    index: Option<String>,
    /// Show only the items that match, such as 'price > :p'. What does not is read, and costs, all the same.
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    filter: Option<String>,
    /// Show only these parts of the items, such as 'pk, address.city'.
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    projection: Option<String>,
    #[command(flatten)]
    definitions: Definitions,
    /// Write only how many items there are, all of them.
    #[arg(long, conflicts_with_all = ["limit", "all", "page_token", "projection"])]
    count: bool,
    /// Read strongly consistently, at twice the cost.
    #[arg(long)]
    consistent: bool,
}

/// Gives a call of either kind what is selected.
macro_rules! select {
    ($call:expr, $selection:expr) => {{
        let $crate::cli::list::Selection { index, filter, projection, definitions, consistent, count: _ } = $selection;
        let call = $crate::cli::expression::define!($call, definitions);
        let call = if let Some(index) = index { call.index(index) } else { call };
        let call = if let Some(filter) = filter { call.filter(filter) } else { call };
        let call = if let Some(projection) = projection { call.projection(projection) } else { call };
        if consistent { call.consistent() } else { call }
    }};
}
use select;

/// Where the pages of a listing go.
pub(super) trait Show<T> {
    /// Writes one page.
    fn page(&mut self, rows: Vec<T>) -> Result<Reader, Error>;
}

/// What is left when a listing ends early.
#[derive(Debug, Serialize)]
struct Rest {
    count: u64,
    next_page_token: String,
}

impl Amount {
    /// Reads and shows as much as is wanted, a page at a time, and says if there is more.
    async fn list<R: Paged>(
        &self,
        call: Call<R>,
        output: Output,
        mut show: impl Show<R::Row>,
    ) -> Result<Verdict, Error> {
        let call = call.page_token(self.page_token.clone().unwrap_or_default());
        if self.all { all(call, show).await } else { self.some(call, output, &mut show).await }
    }

    async fn some<R: Paged>(
        &self,
        call: Call<R>,
        output: Output,
        show: &mut impl Show<R::Row>,
    ) -> Result<Verdict, Error> {
        let mut left = self.limit;
        let mut next = call.clone();
        loop {
            let size = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
            let Page { rows, count, next_page_token, .. } = next.page_size(size).await?;
            left = left.saturating_sub(count);
            let reader = show.page(rows)?;
            match next_page_token {
                Some(token) if left > 0 && reader == Reader::Listens => next = call.clone().page_token(token),
                Some(next_page_token) if reader == Reader::Listens => {
                    let count = self.limit - left;
                    let sentence = format!("{count} shown, and there may be more: --limit or --all reads on");
                    output.summary(&Rest { count, next_page_token }, &sentence);
                    return Ok(Verdict::Done);
                }
                _ => return Ok(Verdict::Done),
            }
        }
    }
}

/// Reads and shows all pages; the next one is read while one is written.
async fn all<R: Paged>(call: Call<R>, mut show: impl Show<R::Row>) -> Result<Verdict, Error> {
    let progress = Progress::start();
    let mut pages = call.page_size(PAGE).pages();
    while let Some(page) = pages.next().await {
        let Page { rows, count, .. } = page?;
        progress.advance(count);
        if progress.aside(|| show.page(rows))? == Reader::Gone {
            break;
        }
    }
    Ok(Verdict::Done)
}

/// How many items there are.
#[derive(Debug, Serialize)]
struct Count {
    count: u64,
}

impl Report for Count {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        format!("{}\n", self.count).into_bytes()
    }
}
