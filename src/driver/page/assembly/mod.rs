use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::task::coop::consume_budget;

use super::call::{PartRead, PartRequest};
use super::estimate::{MAX_BYTES, ReadEstimate};
use super::request::{Cursor, Page, PageRequest, Position};
use super::rows::{Rows, View};
use super::source::Source;
use crate::driver::error::Error;
use crate::driver::store::Item;
use crate::driver::upstream::Capacity;
use crate::model::{Invalid, Violation};

/// Assembles a page.
///
/// It reads from one or more parts in parallel, with one call in flight for each part. All calls run in the caller's task, so
/// they are cancelled with the caller.
pub(crate) struct Assembly<'a, R: Rows> {
    source: &'a Source<'a>,
    rows: &'a R,
    parts: Vec<Part>,
    size: usize,
    items: Vec<R::Row>,
    count: usize,
    bytes: usize,
    /// Whether an item did not fit.
    is_full: bool,
    /// Whether the next page starts after this one, so that an empty page still makes progress.
    has_progressed: bool,
    estimate: ReadEstimate,
    consumed: Capacity,
}

/// A segment of a Scan, or all that a Query reads.
struct Part {
    position: Position,
    /// How many items the page is expected to take from the call in flight; `None` if there is no such call.
    expected: Option<usize>,
    /// Multiplies the limit of the next call. Grows while calls return no visible item.
    limit_factor: usize,
}

impl<'a, R: Rows> Assembly<'a, R> {
    pub(crate) fn new(source: &'a Source<'a>, rows: &'a R, parts: usize, page: PageRequest) -> Result<Self, Violation> {
        let positions = match page.cursor {
            None => vec![Position::Start; parts],
            Some(Cursor(positions)) if positions.len() == parts => positions,
            Some(_) => {
                let invalid = Invalid::new("is of a request with another number of segments");
                return Err(Violation { field: "page_token".to_owned(), invalid });
            }
        };
        let part = |position| Part { position, expected: None, limit_factor: 1 };
        Ok(Self {
            source,
            rows,
            parts: positions.into_iter().map(part).collect(),
            size: page.size.get(),
            items: Vec::new(),
            count: 0,
            bytes: 0,
            is_full: false,
            has_progressed: false,
            estimate: ReadEstimate::default(),
            consumed: Capacity::default(),
        })
    }

    /// Reads until the page is full, nothing is left, or the deadline is near.
    ///
    /// A transient error ends the page. It is returned only if the page has made no progress; if the error lasts, the next page
    /// returns it.
    pub(crate) async fn read(mut self) -> Result<Page<R::Row>, Error> {
        let (source, rows) = (self.source, self.rows);
        let mut in_flight = FuturesUnordered::new();
        let mut obstacle = None;
        loop {
            if obstacle.is_none() {
                in_flight.extend(self.part_requests().into_iter().map(|part_request| async move {
                    let read = source.read(&part_request, rows).await;
                    (part_request, read)
                }));
            }
            match in_flight.next().await {
                None => break,
                Some((part_request, Ok(read))) => self.take(&part_request, read).await?,
                Some((_, Err(error))) if is_transient(&error) => obstacle = obstacle.or(Some(error)),
                Some((_, Err(error))) => return Err(error),
            }
            if self.is_full() {
                break;
            }
        }
        match obstacle {
            Some(error) if !self.has_progressed => Err(error),
            _ => Ok(self.page()),
        }
    }

    fn is_full(&self) -> bool {
        self.is_full || self.count >= self.size || self.bytes >= MAX_BYTES
    }

    /// About how many more items fit into the page, at least one.
    fn wanted(&self) -> usize {
        let by_count = self.size - self.count;
        if self.source.count_only {
            return by_count;
        }
        by_count.min(self.estimate.fit(MAX_BYTES - self.bytes, self.source.item_size().get()))
    }

    /// The next calls, for the parts that have none in flight.
    ///
    /// Divides the free room of the page among them, so that nothing is read in vain. If most items are filtered out, it reads
    /// all parts at once.
    fn part_requests(&mut self) -> Vec<PartRequest> {
        if self.is_full() {
            return Vec::new();
        }
        let in_flight: usize = self.parts.iter().filter_map(|part| part.expected).sum();
        let mut available = self.wanted().saturating_sub(in_flight);
        let is_idle = |part: &Part| part.expected.is_none() && part.position != Position::Done;
        let mut idle = self.parts.iter().filter(|part| is_idle(part)).count();
        let reads_all_parts = self.source.is_filtered() || self.estimate.is_sparse();
        let mut part_requests = Vec::new();
        for (segment, part) in self.parts.iter_mut().enumerate().filter(|(_, part)| is_idle(part)) {
            let share = available.div_ceil(idle);
            available -= share;
            idle -= 1;
            if share == 0 && !reads_all_parts {
                break;
            }
            let needed = self.estimate.to_read_for(share.max(1)).saturating_mul(part.limit_factor);
            let limit = needed.min(self.source.item_size().max_limit());
            part.expected = Some(share.min(limit));
            let after = match &part.position {
                Position::After(start_key) => Some(start_key.clone()),
                Position::Start | Position::Done => None,
            };
            // A count cannot be split between two pages, so all of it has to fit.
            let counts = self.source.can_count() && limit <= share;
            part_requests.push(PartRequest { segment, after, limit, counts });
        }
        part_requests
    }

    /// Adds what a call has read to the page, as far as it fits.
    async fn take(&mut self, part_request: &PartRequest, read: PartRead<R::Row>) -> Result<(), Error> {
        let PartRead { items, count, scanned, last, consumed } = read;
        self.consumed += consumed;
        self.source.item_size().record_call(part_request.limit, scanned, last.is_some());
        let before = (self.count, self.bytes);
        if part_request.counts && self.count + count > self.size {
            // Other parts have counted more than expected, so this count no longer fits. The next page repeats it.
            self.is_full = true;
            self.parts.get_mut(part_request.segment).into_iter().for_each(|part| part.expected = None);
            return Ok(());
        }
        let stop = if part_request.counts {
            self.count += count;
            None
        } else {
            self.take_items(items).await?
        };
        let (kept, bytes) = (self.count - before.0, self.bytes - before.1);
        self.estimate.record(scanned, kept, bytes);
        if self.source.reads_whole_items() {
            self.source.item_size().record_items(kept, bytes);
        }
        let Some(part) = self.parts.get_mut(part_request.segment) else { return Ok(()) };
        part.expected = None;
        part.limit_factor = if kept == 0 { part.limit_factor.saturating_mul(4) } else { 1 };
        let position = match stop {
            Some(Stop::BeforeFirst) => return Ok(()),
            Some(Stop::After(start_key)) => Position::After(start_key),
            None => last.map_or(Position::Done, Position::After),
        };
        part.position = position;
        self.has_progressed = true;
        Ok(())
    }

    /// Adds rows to the page. Returns where it stopped, if they do not all fit or if the deadline has passed.
    ///
    /// There may be thousands of rows, and a view may take a tenth of a millisecond, so other tasks get a turn in between.
    async fn take_items(&mut self, rows: Vec<R::Row>) -> Result<Option<Stop>, Error> {
        // Joins the page when it is known whether the page stops there.
        let mut last: Option<(R::Row, View)> = None;
        for (number, row) in rows.into_iter().enumerate() {
            consume_budget().await;
            // Always take at least one row. Otherwise calls with short deadlines would never make progress.
            if last.is_some()
                && number.is_multiple_of(R::ROWS_PER_CLOCK_READ)
                && self.source.scope.deadline.has_passed()
            {
                return self.stop_after(last).map(Some);
            }
            let view = self.rows.view(&row)?;
            if view != View::Hidden && self.is_full() {
                return self.stop_after(last).map(Some);
            }
            match view {
                View::Hidden => {}
                View::Counted => self.count += 1,
                View::Item { bytes } if self.bytes + bytes > MAX_BYTES && self.count > 0 => {
                    self.is_full = true;
                    return self.stop_after(last).map(Some);
                }
                View::Item { bytes } => {
                    self.count += 1;
                    self.bytes += bytes;
                }
            }
            self.keep(last.replace((row, view)));
        }
        self.keep(last);
        Ok(None)
    }

    fn keep(&mut self, row: Option<(R::Row, View)>) {
        self.items.extend(row.filter(|(_, view)| matches!(view, View::Item { .. })).map(|(row, _)| row));
    }

    fn stop_after(&mut self, last: Option<(R::Row, View)>) -> Result<Stop, Error> {
        let Some((row, _)) = &last else { return Ok(Stop::BeforeFirst) };
        let start_key = self.rows.start_key(row).ok_or_else(no_start_key)?;
        self.keep(last);
        Ok(Stop::After(start_key))
    }

    fn page(self) -> Page<R::Row> {
        let is_done = self.parts.iter().all(|part| part.position == Position::Done);
        let next = (!is_done).then(|| Cursor(self.parts.into_iter().map(|part| part.position).collect()));
        Page { items: self.items, count: self.count, next, consumed: self.consumed }
    }
}

/// Where the page ends among the items of a call.
enum Stop {
    BeforeFirst,
    After(Item),
}

/// Every item is read with its key attributes. They are missing only if the table has another key than DescribeTable reported.
fn no_start_key() -> Error {
    Error::internal()
}

/// Whether the same read may succeed later.
fn is_transient(error: &Error) -> bool {
    matches!(error, Error::DeadlineExceeded { .. } | Error::Throttled(_) | Error::BackendUnavailable(_))
}

#[cfg(test)]
mod tests;
