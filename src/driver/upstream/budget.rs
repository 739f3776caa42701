use std::sync::atomic::{AtomicU32, Ordering};

/// Limits the retries of faults across all calls of a driver. When everything fails, calls fail at once, and retries do not
/// multiply the load on a failing backend. The figures are those of the standard retry mode of the AWS SDKs.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const CAPACITY: u32 = 500;
    pub(super) const RETRY_COST: u32 = 5;
    pub(super) const SUCCESS_GAIN: u32 = 1;

    pub(super) fn take(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(Self::RETRY_COST);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    pub(super) fn refund(&self, tokens: u32) {
        let refund = |held: u32| (held < Self::CAPACITY).then(|| (held + tokens).min(Self::CAPACITY));
        // In the common case the budget is full, and nothing is written.
        let _full = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, refund);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(Self::CAPACITY))
    }
}
