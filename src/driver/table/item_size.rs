use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that DynamoDB reads in one Query or Scan at most.
pub(crate) const MAX_BYTES_PER_READ: usize = 1024 * 1024;

/// Items that one call reads at most. It bounds what the embedded engine loads where small items are followed by large ones;
/// more in one call would gain little.
const MAX_LIMIT: usize = 2000;

/// About how many bytes an item of a table or index takes, as the last reads of it showed.
#[derive(Debug, Default)]
pub(crate) struct ItemSize(AtomicUsize);

impl ItemSize {
    /// What is assumed as long as nothing is known.
    const ASSUMED: usize = 8 * 1024;

    pub(crate) fn get(&self) -> usize {
        match self.0.load(Ordering::Relaxed) {
            0 => Self::ASSUMED,
            bytes => bytes,
        }
    }

    /// As many items as DynamoDB reads in one call, and as many again: so that, where items turn out to be smaller than
    /// they were, that shows.
    pub(crate) fn most_in_one_call(&self) -> usize {
        (2 * MAX_BYTES_PER_READ / self.get()).clamp(1, MAX_LIMIT)
    }

    /// Whole items were read.
    pub(crate) fn saw_items(&self, items: usize, bytes: usize) {
        if let Some(average) = bytes.checked_div(items) {
            let before = self.0.load(Ordering::Relaxed);
            self.set(if before == 0 { average } else { usize::midpoint(before, average) });
        }
    }

    /// A call for up to `limit` items ended after this many; `is_cut` if there were more.
    pub(crate) fn saw_call(&self, limit: usize, scanned: usize, is_cut: bool) {
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
}
