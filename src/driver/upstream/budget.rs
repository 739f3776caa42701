use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Limits the retries of faults across all calls of a driver. When everything fails, calls fail at once, and retries do not
/// multiply the load on a failing backend. The figures are those of the standard retry mode of the AWS SDKs.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: AtomicU32,
    /// When the next retry without tokens is due.
    next_unpaid: Mutex<Option<Instant>>,
}

/// Charges the loss of one call to DynamoDB once, however many members shared the call.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedCharge(Arc<AtomicBool>);

impl SharedCharge {
    /// Whether the caller is the first, and so has to pay.
    pub(super) fn is_due(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

impl Budget {
    const CAPACITY: u32 = 500;
    pub(super) const RETRY_COST: u32 = 5;
    pub(super) const SUCCESS_GAIN: u32 = 1;
    /// Parts of batches wait out faults until their deadline. Once the tokens are used up, they make 50 retries per second, all
    /// together.
    const UNPAID_INTERVAL: Duration = Duration::from_millis(20);

    pub(super) fn take(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(Self::RETRY_COST);
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Reserves a retry without tokens. Returns how long to wait for it, or `None` if that is not less than `longest`.
    pub(super) fn reserve_unpaid(&self, now: Instant, longest: Duration) -> Option<Duration> {
        // The value is always consistent, so a poisoned lock does not matter.
        let mut next = self.next_unpaid.lock().unwrap_or_else(PoisonError::into_inner);
        let due = next.map_or(now, |next| next.max(now));
        let wait = due - now;
        (wait < longest).then(|| {
            *next = Some(due + Self::UNPAID_INTERVAL);
            wait
        })
    }

    pub(super) fn refund(&self, tokens: u32) {
        let refund = |held: u32| (held < Self::CAPACITY).then(|| (held + tokens).min(Self::CAPACITY));
        // In the common case the budget is full, and nothing is written.
        let _full = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, refund);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { tokens: AtomicU32::new(Self::CAPACITY), next_unpaid: Mutex::default() }
    }
}
