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

    pub(super) fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }

    fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// How often one call is sent at most. AWS SDKs use 4 to 10 for DynamoDB.
const MAX_ATTEMPTS: u32 = 8;
/// The pauses between attempts: full jitter over a doubling span. Source: "Exponential Backoff And Jitter", AWS
/// Architecture Blog. The first span is the one AWS SDKs use for DynamoDB.
const FIRST_SPAN: Duration = Duration::from_millis(25);
const LONGEST_SPAN: Duration = Duration::from_secs(1);

/// An attempt that would have less time than this is not made: it would only turn a known reason into a deadline.
const LEAST_ATTEMPT: Duration = Duration::from_millis(20);

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

/// How far a call has come with its attempts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pacing {
    deadline: Deadline,
    /// How long all pauses together may be: what the deadline left at the start. Also where sleep takes no time.
    allowance: Duration,
    /// Whether throttles are waited out until the deadline, however many attempts that takes.
    is_patient: bool,
    made: u32,
    in_a_row: u32,
    faults_in_a_row: u32,
    borrowed: u32,
}

impl Pacing {
    /// For a single call, whose caller may well try again.
    pub(super) fn new(deadline: Deadline) -> Self {
        let allowance = deadline.remaining();
        Self { deadline, allowance, is_patient: false, made: 0, in_a_row: 0, faults_in_a_row: 0, borrowed: 0 }
    }

    /// For a part of a batch: giving up a part wastes the others.
    pub(super) fn patient(deadline: Deadline) -> Self {
        Self { is_patient: true, ..Self::new(deadline) }
    }

    /// Makes one attempt, which ends with the deadline.
    pub(super) async fn make<T>(
        &mut self,
        budget: &Budget,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if self.deadline.has_passed() {
            return Err(self.counted(Failure::deadline(false)));
        }
        self.made += 1;
        self.in_a_row += 1;
        let outcome = match tokio::time::timeout_at(self.deadline.instant(), attempt).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::deadline(true)),
        };
        match outcome {
            Ok(answer) => {
                budget.refund(self.borrowed.max(Budget::SUCCESS_GAIN));
                self.borrowed = 0;
                Ok(answer)
            }
            Err(failure) => Err(self.counted(failure)),
        }
    }

    /// The failure with the number of attempts that it took.
    pub(super) fn counted(&self, failure: Failure) -> Failure {
        Failure { upstream: failure.upstream.after(self.made), ..failure }
    }

    /// The last attempt brought the call forward, though not to its end: the next pause is a first one again.
    pub(super) fn progressed(&mut self) {
        self.in_a_row = 1;
    }

    /// How long to wait before the next attempt, or `None` if there is to be none.
    ///
    /// There is none either if the deadline would pass while waiting: the reason for the failure, known now, says more
    /// than the deadline would.
    pub(super) fn pause_after(
        &mut self,
        failure: &FailureKind,
        runtime: &Runtime,
        budget: &Budget,
    ) -> Option<Duration> {
        self.faults_in_a_row = if failure.is_fault() { self.faults_in_a_row + 1 } else { 0 };
        let counted = if self.is_patient { self.faults_in_a_row } else { self.in_a_row };
        let may_go_on = counted < MAX_ATTEMPTS;
        if !failure.is_passing() || !may_go_on {
            return None;
        }
        let doublings = self.in_a_row.saturating_sub(1).min(16);
        let span = FIRST_SPAN.saturating_mul(1 << doublings).min(LONGEST_SPAN);
        let pause = span.mul_f64(runtime.random.fraction());
        if pause >= self.allowance || pause + LEAST_ATTEMPT >= self.deadline.remaining() {
            return None;
        }
        if failure.is_fault() {
            if !budget.take() {
                return None;
            }
            self.borrowed = Budget::RETRY_COST;
        }
        self.allowance -= pause;
        Some(pause)
    }
}

/// The attempts of one call, with all they need.
#[derive(Debug)]
pub(super) struct Attempts<'a> {
    runtime: &'a Runtime,
    budget: &'a Budget,
    pacing: Pacing,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(runtime: &'a Runtime, budget: &'a Budget, pacing: Pacing) -> Self {
        Self { runtime, budget, pacing }
    }

    /// Makes one attempt, which ends with the deadline.
    pub(super) async fn make<T>(&mut self, attempt: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        self.pacing.make(self.budget, attempt).await
    }

    /// The last attempt left a part undone. `progressed` if it brought the call forward at all.
    pub(super) fn partly_done(&mut self, progressed: bool) -> Failure {
        if progressed {
            self.pacing.progressed();
        }
        self.pacing.counted(Failure::throttled())
    }

    /// Waits until the next attempt is due, or returns false if there is to be none.
    pub(super) async fn another_after(&mut self, failure: &FailureKind) -> bool {
        let pause = self.pacing.pause_after(failure, self.runtime, self.budget);
        if let Some(pause) = pause {
            self.runtime.pause(pause).await;
        }
        pause.is_some()
    }
}
