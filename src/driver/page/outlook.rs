//! How much to ask of DynamoDB at once.
//!
//! DynamoDB reads at most `Limit` items, or 1 MB of them, and then filters. So what is asked for is what the page still
//! lacks, more where the filter drops much. The embedded engine loads `Limit` items into memory before it looks at their
//! size, so that also depends on how large they are.

/// Bytes of a page at most. DynamoDB reads as much in one call.
pub(crate) const MAX_BYTES: usize = crate::driver::table::MAX_BYTES_PER_READ;

/// What the calls for one page have brought so far.
#[derive(Debug, Default)]
pub(crate) struct Outlook {
    scanned: usize,
    kept: usize,
    bytes: usize,
}

impl Outlook {
    pub(crate) fn saw(&mut self, scanned: usize, kept: usize, bytes: usize) {
        self.scanned += scanned;
        self.kept += kept;
        self.bytes += bytes;
    }

    /// How many items fit into this many bytes, at least one.
    pub(crate) fn fit(&self, bytes: usize, assumed_size: usize) -> usize {
        let size = self.bytes.checked_div(self.kept).unwrap_or(assumed_size);
        (bytes / size.max(1)).max(1)
    }

    /// Whether most of what is read is dropped.
    pub(crate) fn is_sparse(&self) -> bool {
        self.kept.saturating_mul(2) < self.scanned
    }

    /// How many items have to be read for this many to be kept, as far as can be said.
    pub(crate) fn to_read_for(&self, wanted: usize) -> usize {
        wanted.saturating_mul(self.scanned + 1).div_ceil(self.kept + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
