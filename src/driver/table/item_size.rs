use std::sync::atomic::{AtomicUsize, Ordering};

/// The most bytes that DynamoDB reads in one Query or Scan.
pub(crate) const MAX_BYTES_PER_READ: usize = 1024 * 1024;

/// The most items that one call reads. It bounds what the embedded engine loads if large items follow small ones; a larger
/// limit would gain little.
const MAX_LIMIT: usize = 2000;

/// Estimated size of the items of a table or index, from the last reads.
#[derive(Debug, Default)]
pub(crate) struct ItemSize(AtomicUsize);

impl ItemSize {
    /// Assumed before the first read.
    const ASSUMED: usize = 8 * 1024;

    pub(crate) fn get(&self) -> usize {
        match self.0.load(Ordering::Relaxed) {
            0 => Self::ASSUMED,
            bytes => bytes,
        }
    }

    /// Twice as many items as DynamoDB should read in one call. The surplus shows when items are smaller than estimated.
    pub(crate) fn max_limit(&self) -> usize {
        (2 * MAX_BYTES_PER_READ / self.get()).clamp(1, MAX_LIMIT)
    }

    /// Records whole items that were read.
    pub(crate) fn record_items(&self, items: usize, bytes: usize) {
        if let Some(average) = bytes.checked_div(items) {
            let before = self.0.load(Ordering::Relaxed);
            self.set(if before == 0 { average } else { usize::midpoint(before, average) });
        }
    }

    /// Records a call for up to `limit` items that read `scanned`; `is_cut` if there were more.
    pub(crate) fn record_call(&self, limit: usize, scanned: usize, is_cut: bool) {
        let Some(most) = MAX_BYTES_PER_READ.checked_div(scanned) else { return };
        let stopped_at_size = is_cut && scanned < limit;
        if stopped_at_size || (is_cut && most < self.get()) {
            self.set(most);
        }
    }

    fn set(&self, bytes: usize) {
        self.0.store(bytes.max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_a_call_follows_the_size_of_the_items() {
        let size = ItemSize::default();
        assert_eq!(size.max_limit(), 256);
        for _ in 0..10 {
            let limit = size.max_limit();
            size.record_call(limit, limit, true);
        }
        assert_eq!(size.max_limit(), MAX_LIMIT);
        size.record_call(MAX_LIMIT, 2, true);
        assert_eq!(size.max_limit(), 4);
        size.record_call(4, 0, true);
        size.record_call(4, 1, false);
        assert_eq!(size.max_limit(), 4, "a call that reached the end does not show the size of the items");
        size.record_items(2, 2 * 1024 * 1024);
        assert_eq!(size.max_limit(), 2);
    }
}
