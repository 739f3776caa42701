//! How much to ask of DynamoDB at once.
//!
//! DynamoDB reads at most `Limit` items, or 1 MB of them, and then filters. So what is asked for is what the page still
//! lacks, more where the filter drops much. The embedded engine loads `Limit` items into memory before it looks at their
//! size, so that also depends on how large they are.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The most that DynamoDB reads in one call, and that a page holds, in bytes.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// The most items that one call reads. Keeps what the embedded engine loads in bounds where small items are followed by
/// large ones; from here on more in one call gains little.
const MAX_LIMIT: usize = 2000;

/// About how many bytes an item of a table or index takes, as the last reads of it showed.
#[derive(Debug, Default)]
pub(in crate::driver) struct ItemSize(AtomicUsize);

impl ItemSize {
    /// What is assumed as long as nothing is known.
    const ASSUMED: usize = 8 * 1024;

    pub(super) fn get(&self) -> usize {
        match self.0.load(Ordering::Relaxed) {
            0 => Self::ASSUMED,
            bytes => bytes,
        }
    }

    /// As many items as DynamoDB reads in one call, and as many again: so that, where items turn out to be smaller than
    /// they were, that shows.
    pub(super) fn most_in_one_call(&self) -> usize {
        (2 * MAX_BYTES / self.get()).clamp(1, MAX_LIMIT)
    }

    /// Whole items were read.
    pub(super) fn saw_items(&self, items: usize, bytes: usize) {
        if let Some(average) = bytes.checked_div(items) {
            let before = self.0.load(Ordering::Relaxed);
            self.set(if before == 0 { average } else { usize::midpoint(before, average) });
        }
    }

    /// A call for up to `limit` items ended after this many; `is_cut` if there were more.
    pub(super) fn saw_call(&self, limit: usize, scanned: usize, is_cut: bool) {
        let Some(most) = MAX_BYTES.checked_div(scanned) else { return };
        let stopped_at_size = is_cut && scanned < limit;
        if stopped_at_size || (is_cut && most < self.get()) {
            self.set(most);
        }
    }

    fn set(&self, bytes: usize) {
        self.0.store(bytes.max(1), Ordering::Relaxed);
    }
}

/// What the calls for one page have brought so far.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    scanned: usize,
    kept: usize,
    bytes: usize,
}

impl Outlook {
    pub(super) fn saw(&mut self, scanned: usize, kept: usize, bytes: usize) {
        self.scanned += scanned;
        self.kept += kept;
        self.bytes += bytes;
    }

    /// How many items fit into this many bytes, at least one.
    pub(super) fn fit(&self, bytes: usize, assumed_size: usize) -> usize {
        let size = self.bytes.checked_div(self.kept).unwrap_or(assumed_size);
        (bytes / size.max(1)).max(1)
    }

    /// Whether most of what is read is dropped.
    pub(super) fn is_sparse(&self) -> bool {
        self.kept.saturating_mul(2) < self.scanned
    }

    /// How many items have to be read for this many to be kept, as far as can be said.
    pub(super) fn to_read_for(&self, wanted: usize) -> usize {
        wanted.saturating_mul(self.scanned + 1).div_ceil(self.kept + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_follows_the_size_of_the_items() {
        let size = ItemSize::default();
        assert_eq!(size.most_in_one_call(), 256);
        for _ in 0..10 {
            let limit = size.most_in_one_call();
            size.saw_call(limit, limit, true);
        }
        assert_eq!(size.most_in_one_call(), MAX_LIMIT);
        size.saw_call(MAX_LIMIT, 2, true);
        assert_eq!(size.most_in_one_call(), 4);
        size.saw_call(4, 0, true);
        size.saw_call(4, 1, false);
        assert_eq!(size.most_in_one_call(), 4, "the end of a table says nothing of its items");
        size.saw_items(2, 2 * 1024 * 1024);
        assert_eq!(size.most_in_one_call(), 2);
    }

    #[test]
    fn more_is_read_where_much_is_dropped() {
        let mut outlook = Outlook::default();
        assert_eq!(outlook.to_read_for(100), 100);
        outlook.saw(99, 9, 0);
        assert_eq!((outlook.to_read_for(91), outlook.is_sparse()), (910, true));
        outlook.saw(0, 90, 0);
        assert_eq!((outlook.to_read_for(5), outlook.is_sparse()), (5, false));
    }
}
