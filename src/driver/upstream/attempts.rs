//! Decides when a call makes another attempt and when it gives up.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::budget::Budget;
use super::failure::{Failure, FailureKind};
use super::in_flight::{InFlight, Slot};
use super::pacing::Turn;
use crate::driver::deadline::Deadline;
use crate::driver::runtime::Runtime;

/// The most attempts of one call. AWS SDKs use 4 to 10 for DynamoDB.
const MAX_ATTEMPTS: u32 = 8;

/// Pauses between attempts: full jitter over a span that doubles. Source: "Exponential Backoff And Jitter", AWS Architecture
/// Blog. The first span is the one that AWS SDKs use for DynamoDB.
const FIRST_SPAN: Duration = Duration::from_millis(25);
const LONGEST_SPAN: Duration = Duration::from_secs(1);

/// The least time for an attempt. With less, the call returns the failure that it knows instead of a passed deadline.
const MIN_ATTEMPT: Duration = Duration::from_millis(20);

/// The longest time that a call waits for its turn while its table or key is throttled.
const LONGEST_TURN: Duration = Duration::from_millis(500);

/// What a call waits out until its deadline. Of any other transient failure it gives up after [`MAX_ATTEMPTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Nothing: the caller can easily call again.
    Limited,
    /// Throttles and conflicts: giving up one part would waste the others.
    Throttles,
    /// All transient failures, for a part of a batch. Once the retry budget is used up, its retries of faults wait for their
    /// turn instead of giving up.
    AllFailures,
}

/// The attempts of one call so far.
#[derive(Debug, Clone)]
pub(crate) struct Attempts {
    deadline: Deadline,
    /// Time left for pauses. It also ends a call whose injected sleep takes no time.
    pause_allowance: Duration,
    patience: Patience,
    made: u32,
    without_progress: u32,
    faults_in_a_row: u32,
    /// Tokens that the last retry took from the budget.
    borrowed: u32,
}

impl Attempts {
    pub(crate) fn new(deadline: Deadline, patience: Patience) -> Self {
        let pause_allowance = deadline.remaining();
        Self { deadline, pause_allowance, patience, made: 0, without_progress: 0, faults_in_a_row: 0, borrowed: 0 }
    }

    /// Makes one attempt, and cancels it at the deadline.
    pub(super) async fn make<T>(
        &mut self,
        budget: &Budget,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if self.deadline.has_passed() {
            return Err(self.counted(Failure::deadline(false)));
        }
        self.made += 1;
        self.without_progress += 1;
        let outcome = match timeout_at(self.deadline.instant(), attempt).await {
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

    /// Adds the number of attempts to the failure.
    fn counted(&self, failure: Failure) -> Failure {
        Failure { upstream: failure.upstream.after(self.made), ..failure }
    }

    /// Records that DynamoDB left a part of the last attempt unprocessed. If `progressed`, the pauses start from the first span
    /// again.
    pub(super) fn left_unprocessed(&mut self, progressed: bool) -> Failure {
        if progressed {
            self.without_progress = 1;
        }
        self.counted(Failure::throttled())
    }

    /// How the call waits for its turn.
    pub(super) fn turn(&self) -> Turn {
        let longest = LONGEST_TURN.min(self.deadline.remaining().saturating_sub(MIN_ATTEMPT)).min(self.pause_allowance);
        Turn { longest, is_of_batch: self.patience == Patience::AllFailures }
    }

    /// How long a call that got no turn pauses before it asks again. `None` if it should give up.
    pub(super) fn pause_for_turn(&mut self, after: Duration, runtime: &Runtime) -> Option<Duration> {
        if self.patience == Patience::Limited {
            return None;
        }
        let pause = FIRST_SPAN + after.min(LONGEST_SPAN).mul_f64(runtime.random.fraction());
        let fits = pause < self.pause_allowance && pause + MIN_ATTEMPT < self.deadline.remaining();
        fits.then(|| {
            self.pause_allowance -= pause;
            pause
        })
    }

    /// Waits until the next attempt may be in flight. `None` if it needs no permission.
    ///
    /// # Errors
    /// There is none in time.
    pub(super) async fn enter(&self, in_flight: Option<Arc<InFlight>>) -> Result<Option<Slot>, Failure> {
        let Some(in_flight) = in_flight else { return Ok(None) };
        let latest = self.deadline.instant().checked_sub(MIN_ATTEMPT).unwrap_or_else(|| self.deadline.instant());
        let slot = timeout_at(latest, in_flight.enter(Some(self.deadline))).await;
        slot.map(Some).map_err(|_| self.counted(Failure::deadline(false)))
    }

    /// The failure of a call that got no turn.
    pub(super) fn refused_until(&self, after: Duration) -> Failure {
        let Failure { kind, upstream } = self.counted(Failure::throttled());
        Failure { kind, upstream: upstream.retry_after(after) }
    }

    /// Waits until the next attempt is due. Returns false if the call should give up.
    pub(super) async fn wait_for_next(&mut self, failure: &FailureKind, runtime: &Runtime, budget: &Budget) -> bool {
        let pause = self.pause_after(failure, runtime, budget);
        if let Some(pause) = pause {
            runtime.pause(pause).await;
        }
        pause.is_some()
    }

    /// The pause before the next attempt. `None` if the call should give up; also if the deadline would pass during the pause,
    /// since the known failure says more than a passed deadline.
    fn pause_after(&mut self, failure: &FailureKind, runtime: &Runtime, budget: &Budget) -> Option<Duration> {
        self.faults_in_a_row = if failure.is_fault() { self.faults_in_a_row + 1 } else { 0 };
        let counted = match self.patience {
            Patience::Limited => self.without_progress,
            Patience::Throttles => self.faults_in_a_row,
            Patience::AllFailures => 0,
        };
        if !failure.is_transient() || counted >= MAX_ATTEMPTS {
            return None;
        }
        let doublings = self.without_progress.saturating_sub(1).min(16);
        let span = FIRST_SPAN.saturating_mul(1 << doublings).min(LONGEST_SPAN);
        let pause = span.mul_f64(runtime.random.fraction());
        if pause >= self.pause_allowance || pause + MIN_ATTEMPT >= self.deadline.remaining() {
            return None;
        }
        let pause = if failure.is_fault() { pause + self.pay_for_retry(failure, budget)? } else { pause };
        self.pause_allowance = self.pause_allowance.saturating_sub(pause);
        Some(pause)
    }

    /// Takes tokens for the retry of a fault. Returns the additional pause if there are none left and the call is patient.
    fn pay_for_retry(&mut self, failure: &FailureKind, budget: &Budget) -> Option<Duration> {
        let is_due = match failure {
            FailureKind::SharedFault { charge, .. } => charge.is_due(),
            other => other.is_fault(),
        };
        if !is_due {
            return Some(Duration::ZERO);
        }
        if budget.take() {
            self.borrowed = Budget::RETRY_COST;
            return Some(Duration::ZERO);
        }
        if self.patience != Patience::AllFailures {
            return None;
        }
        let longest = self.deadline.remaining().saturating_sub(LONGEST_SPAN + MIN_ATTEMPT).min(self.pause_allowance);
        budget.reserve_unpaid(Instant::now(), longest)
    }
}
