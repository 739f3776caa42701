mod answers;
mod usefulness;

use std::time::Duration;

use tokio::time::Instant;

use self::answers::Answers;
use self::usefulness::Usefulness;

/// The shortest and the longest time over which the first rate is measured, while calls are not paced yet. It ends early with
/// `ENOUGH` successes. It is not much shorter, since some backends count per second and take nothing at the end of each.
const FIRST_WINDOW: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(1));
/// The same for each later rate.
const WINDOW: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(2));
const ENOUGH: f64 = 10.0;

/// After each window without a throttle a window with this headroom finds out whether DynamoDB takes more by now.
const HEADROOM: f64 = 1.2;
/// What is added to the rate, so that it can grow from nothing: calls per second, and with headroom.
const LEAST: f64 = 0.5;
const LEAST_HEADROOM: f64 = 1.0;

/// The first rate is at least this part of the attempts before. If none of these succeeded, they say little about what would.
const LEAST_PART: f64 = 0.05;

/// A rate with headroom grows this much with each window without a throttle: first, and from then on.
const GROWTH: f64 = 2.0;
const FURTHER_GROWTH: f64 = 4.0;

/// Pacing begins if at least this part of the answers is a throttle. Fewer are left to the retries.
const WORTH_PACING: f64 = 0.25;

/// Pause of pacing after it did not help. It doubles each time, up to the longest.
const USELESS_FOR: Duration = Duration::from_secs(10);
const LONGEST_USELESS: Duration = Duration::from_mins(2);

/// After this many windows with headroom and without a throttle, and once no call waits, nothing is paced any more.
const CALM_WINDOWS: u32 = 4;

/// The longest time after which a refused call is asked to come again.
const LONGEST_PROMISE: Duration = Duration::from_secs(30);

/// Who asks for a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// The longest time that it would wait.
    pub(in crate::driver::upstream) longest: Duration,
    pub(in crate::driver::upstream) is_of_batch: bool,
}

/// Spreads calls to what DynamoDB throttles, at the rate that it was measured to take.
#[derive(Debug)]
pub(super) struct Pace {
    started: Instant,
    answers: Answers,
    /// Successes per second.
    measured: f64,
    /// Calls per second; `None` while they are measured without a limit.
    rate: Option<f64>,
    has_headroom: bool,
    /// Whether a call had to wait in this window.
    holds_back: bool,
    calm_windows: u32,
    usefulness: Usefulness,
    useless_until: Option<Instant>,
    useless_for: Duration,
    /// When the next call and the next part of a batch are due.
    next: [Instant; 2],
    /// When the next refused call may come again.
    promised: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            started: now,
            answers: Answers::default(),
            measured: 0.0,
            rate: None,
            has_headroom: false,
            holds_back: false,
            calm_windows: 0,
            usefulness: Usefulness::default(),
            useless_until: None,
            useless_for: USELESS_FOR,
            next: [now; 2],
            promised: now,
        }
    }

    /// Reserves a place for a call, and returns how long to wait for it.
    ///
    /// # Errors
    /// The wait would be longer than `longest`. Returns after how long a place will be free for this call, if those that were
    /// refused before it come again when they were told.
    pub(super) fn reserve(&mut self, weight: f64, now: Instant, turn: Turn) -> Result<Duration, Duration> {
        let Some(rate) = self.rate else { return Ok(Duration::ZERO) };
        let Turn { longest, is_of_batch } = turn;
        let [single, batch] = &mut self.next;
        let (next, other) = if is_of_batch { (batch, single) } else { (single, batch) };
        // Calls and parts of batches have half of the rate each, while both wait.
        let rate = if *other > now { rate / 2.0 } else { rate };
        let due = (*next).max(now);
        let wait = due - now;
        self.holds_back |= !wait.is_zero();
        if wait > longest {
            let promised = self.promised.max(due);
            self.promised = (promised + Duration::from_secs_f64(1.0 / rate)).min(now + LONGEST_PROMISE);
            return Err(promised - now);
        }
        // A large batch does not keep the others waiting for more than a second.
        *next = due + Duration::from_secs_f64((weight / rate).min(1.0));
        Ok(wait)
    }

    /// Counts an answer.
    pub(super) fn count(&mut self, succeeded: f64, throttled: f64, now: Instant) {
        self.answers.succeeded += succeeded;
        self.answers.throttled += throttled;
        let elapsed = now - self.started;
        let (shortest, longest) = if self.rate.is_some() { WINDOW } else { FIRST_WINDOW };
        if elapsed >= shortest && self.answers.succeeded >= ENOUGH || elapsed >= longest {
            self.answers.seconds = elapsed.as_secs_f64();
            self.end_window(now);
            (self.started, self.answers, self.holds_back) = (now, Answers::default(), false);
        }
    }

    fn end_window(&mut self, now: Instant) {
        let answers = self.answers;
        let is_throttled = answers.throttled > 0.0;
        let is_calm = !is_throttled && (self.has_headroom || self.rate.is_none());
        self.calm_windows = if is_calm { self.calm_windows + 1 } else { 0 };
        match self.rate {
            None => {
                self.measured = answers.succeeded.max(answers.all() * LEAST_PART) / answers.seconds;
                self.usefulness.restart(answers);
                let is_useless = self.useless_until.is_some_and(|until| now < until);
                if answers.part_throttled() >= WORTH_PACING && answers.all() >= ENOUGH && !is_useless {
                    self.set_rate(false);
                }
            }
            Some(_) if self.usefulness.is_refuted_by(answers) => {
                self.rate = None;
                self.useless_until = Some(now + self.useless_for);
                self.useless_for = (self.useless_for * 2).min(LONGEST_USELESS);
            }
            Some(_) if is_throttled => {
                let succeeded = answers.successes_per_second();
                self.measured = if self.has_headroom { succeeded } else { self.measured.midpoint(succeeded) };
                self.set_rate(false);
            }
            Some(rate) if self.has_headroom => {
                self.measured = answers.successes_per_second();
                self.rate = Some(rate * if self.calm_windows > 1 { FURTHER_GROWTH } else { GROWTH });
            }
            Some(_) => self.set_rate(true),
        }
    }

    fn set_rate(&mut self, has_headroom: bool) {
        self.has_headroom = has_headroom;
        let rate = if has_headroom { self.measured * HEADROOM + LEAST_HEADROOM } else { self.measured + LEAST };
        self.rate = Some(rate);
    }

    /// Whether there have been no throttles for so long that nothing needs to be paced.
    pub(super) fn is_calm(&self, now: Instant) -> bool {
        let is_idle = now - self.started > WINDOW.1 * CALM_WINDOWS;
        self.calm_windows >= CALM_WINDOWS && !self.holds_back || is_idle
    }

    /// Whether the rate is known.
    pub(super) fn is_paced(&self) -> bool {
        self.rate.is_some()
    }

    /// Throttles in the current window.
    pub(super) fn throttled(&self) -> f64 {
        self.answers.throttled
    }
}

#[cfg(test)]
mod tests;
