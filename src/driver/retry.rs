//! When an attempt is made again, and when a call gives up.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::aws_error::{Failure, FailureKind};
use super::runtime::Runtime;

/// The moment by which a call's work has to end. Not the caller's own deadline but a little before, so that the answer
/// still arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// Work ends at this moment.
    #[must_use]
    pub fn at(moment: Instant) -> Self {
        Self(moment)
    }

    /// Work ends this long from now.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }

    pub(super) fn instant(self) -> Instant {
        self.0
    }

    fn leaves(self, duration: Duration) -> bool {
        self.0.saturating_duration_since(Instant::now()) > duration
    }
}

/// How often one call is sent at most. AWS SDKs use 4 to 10 for DynamoDB.
const MAX_ATTEMPTS: u32 = 8;
/// The pauses between attempts: full jitter over a doubling span. Source: "Exponential Backoff And Jitter", AWS
/// Architecture Blog. The first span is the one AWS SDKs use for DynamoDB.
const FIRST_SPAN: Duration = Duration::from_millis(25);
const LONGEST_SPAN: Duration = Duration::from_secs(1);

/// Retries of faults across all calls of a driver. When everything fails, calls fail at once instead of hitting a
/// backend that is in trouble several times each. The figures are those of the AWS SDKs' standard retry mode.
#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

impl Budget {
    const CAPACITY: u32 = 500;
    const RETRY_COST: u32 = 5;
    const SUCCESS_GAIN: u32 = 1;

    fn take(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(Self::RETRY_COST);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn refund(&self, tokens: u32) {
        let refund = |held: u32| (held < Self::CAPACITY).then(|| (held + tokens).min(Self::CAPACITY));
        // At capacity there is nothing to add: the common case, and it writes nothing.
        let _full = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, refund);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(Self::CAPACITY))
    }
}

/// The attempts of one call.
#[derive(Debug)]
pub(super) struct Attempts<'a> {
    runtime: &'a Runtime,
    budget: &'a Budget,
    deadline: Deadline,
    made: u32,
    borrowed: u32,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(runtime: &'a Runtime, budget: &'a Budget, deadline: Deadline) -> Self {
        Self { runtime, budget, deadline, made: 0, borrowed: 0 }
    }

    /// Makes one attempt, which ends with the deadline.
    pub(super) async fn make<T>(&mut self, attempt: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        if !self.deadline.leaves(Duration::ZERO) {
            return Err(self.counted(Failure::deadline(false)));
        }
        self.made += 1;
        let outcome = match tokio::time::timeout_at(self.deadline.instant(), attempt).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::deadline(true)),
        };
        match outcome {
            Ok(answer) => {
                self.budget.refund(self.borrowed.max(Budget::SUCCESS_GAIN));
                Ok(answer)
            }
            Err(failure) => Err(self.counted(failure)),
        }
    }

    fn counted(&self, failure: Failure) -> Failure {
        Failure { upstream: failure.upstream.after(self.made), ..failure }
    }

    /// Waits until the next attempt is due, or returns false if there is to be none.
    ///
    /// There is none either if the deadline would pass while waiting: the reason for the failure, known now, says more
    /// than the deadline would.
    pub(super) async fn another_after(&mut self, failure: &FailureKind) -> bool {
        if !failure.is_passing() || self.made >= MAX_ATTEMPTS {
            return false;
        }
        let span = FIRST_SPAN.saturating_mul(1 << self.made.saturating_sub(1).min(16)).min(LONGEST_SPAN);
        let pause = span.mul_f64(self.runtime.random.fraction());
        if !self.deadline.leaves(pause) {
            return false;
        }
        if failure.is_fault() {
            if !self.budget.take() {
                return false;
            }
            self.borrowed = Budget::RETRY_COST;
        }
        self.runtime.pause(pause).await;
        true
    }
}
