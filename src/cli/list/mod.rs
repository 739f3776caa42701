//! `dynakv query`, `scan` and `keys`: paged reads.

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
use super::output::{Output, Report, Stdout, Verdict};
use super::progress::Progress;

/// Maximum page size of a request.
const PAGE: u32 = 1000;

/// How much to read.
#[derive(Debug, Args)]
pub(super) struct Amount {
    /// Read at most this many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Read all; shows the progress on a terminal
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Continue from the `next_page_token` of an earlier command with the same options
    #[arg(long, value_name = "TOKEN")]
    page_token: Option<String>,
}

/// Common options of `query` and `scan`.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Read this secondary index of the table
    #[arg(long, value_name = "NAME")]
    index: Option<String>,
    /// Show only items that match, such as 'price > :p'. Other items are read as well, at the same cost
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    filter: Option<String>,
    /// Show only these attributes, such as 'pk, address.city'
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    projection: Option<String>,
    #[command(flatten)]
    definitions: Definitions,
    /// Write only the number of all items
    #[arg(long, conflicts_with_all = ["limit", "all", "page_token", "projection"])]
    count: bool,
    /// Use strongly consistent reads, at twice the cost
    #[arg(long)]
    consistent: bool,
}

/// Applies the selection to either kind of call.
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

/// Writes the pages of a listing.
pub(super) trait Show<T> {
    /// Writes one page.
    fn page(&mut self, rows: Vec<T>) -> Result<Stdout, Error>;
}

/// The remainder of a listing that ended early.
#[derive(Debug, Serialize)]
struct Rest {
    count: u64,
    next_page_token: String,
}

impl Amount {
    /// Reads and shows pages up to the limit, and says if there may be more.
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
                Some(token) if left > 0 && reader == Stdout::Open => next = call.clone().page_token(token),
                Some(next_page_token) if reader == Stdout::Open => {
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

/// Reads and shows all pages. The next page is read while one is written.
async fn all<R: Paged>(call: Call<R>, mut show: impl Show<R::Row>) -> Result<Verdict, Error> {
    let progress = Progress::start();
    let mut pages = call.page_size(PAGE).pages();
    while let Some(page) = pages.next().await {
        let Page { rows, count, .. } = page?;
        progress.advance(count);
        if progress.aside(|| show.page(rows))? == Stdout::Closed {
            break;
        }
    }
    Ok(Verdict::Done)
}

/// The number of items.
#[derive(Debug, Serialize)]
struct Count {
    count: u64,
}

impl Report for Count {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        format!("{}\n", self.count).into_bytes()
    }
}
