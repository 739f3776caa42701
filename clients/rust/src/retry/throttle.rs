use std::sync::atomic::{AtomicU32, Ordering};

/// The token bucket of gRPC proposal A6, in thousandths of a token: a failure takes a token, a success gives a tenth
/// back, and while the bucket is no more than half full nothing is sent again.
#[derive(Debug)]
pub(super) struct Throttle {
    millitokens: AtomicU32,
}

const FULL: u32 = 10_000;
const PER_FAILURE: u32 = 1_000;
const PER_SUCCESS: u32 = 100;

impl Default for Throttle {
    fn default() -> Self {
        Self { millitokens: AtomicU32::new(FULL) }
    }
}

impl Throttle {
    pub(super) fn succeeded(&self) {
        self.update(|tokens| tokens.saturating_add(PER_SUCCESS).min(FULL));
    }

    /// Counts a failure, and says whether there may be a retry.
    pub(super) fn failed(&self) -> bool {
        self.update(|tokens| tokens.saturating_sub(PER_FAILURE)) > FULL / 2
    }

    fn update(&self, change: impl Fn(u32) -> u32) -> u32 {
        let before = self.millitokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| Some(change(tokens)));
        // `change` never declines, so both arms hold the number before it.
        change(before.unwrap_or_else(|unchanged| unchanged))
    }
}
