//! Chooses the `Limit` of the next call.
//!
//! DynamoDB reads at most `Limit` items, or 1 MB, and then filters. So the limit is the number of items that the page still
//! needs, and larger if the filter drops many. The embedded engine loads `Limit` items into memory before it checks their size,
//! so the limit also depends on the size of the items.

/// The most bytes of a page. DynamoDB reads as much in one call.
pub(crate) const MAX_BYTES: usize = crate::driver::table::MAX_BYTES_PER_READ;

/// Totals of the calls for one page so far.
#[derive(Debug, Default)]
pub(crate) struct ReadEstimate {
    scanned: usize,
    kept: usize,
    bytes: usize,
}

impl ReadEstimate {
    pub(crate) fn record(&mut self, scanned: usize, kept: usize, bytes: usize) {
        self.scanned += scanned;
        self.kept += kept;
        self.bytes += bytes;
    }

    /// How many items fit into this many bytes, at least one.
    pub(crate) fn fit(&self, bytes: usize, assumed_size: usize) -> usize {
        let size = self.bytes.checked_div(self.kept).unwrap_or(assumed_size);
        (bytes / size.max(1)).max(1)
    }

    /// Whether more than half of the items are filtered out.
    pub(crate) fn is_sparse(&self) -> bool {
        self.kept.saturating_mul(2) < self.scanned
    }

    /// Estimates how many items to read so that this many are kept.
    pub(crate) fn to_read_for(&self, wanted: usize) -> usize {
        wanted.saturating_mul(self.scanned + 1).div_ceil(self.kept + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_items_are_read_if_the_filter_drops_many() {
        let mut estimate = ReadEstimate::default();
        assert_eq!(estimate.to_read_for(100), 100);
        estimate.record(99, 9, 0);
        assert_eq!((estimate.to_read_for(91), estimate.is_sparse()), (910, true));
        estimate.record(0, 90, 0);
        assert_eq!((estimate.to_read_for(5), estimate.is_sparse()), (5, false));
    }
}
