use std::time::Duration;

use tokio::time::Instant;

/// Shortest time over which the rate is measured, and longest, if there are fewer than `ENOUGH` answers.
const WINDOW: Duration = Duration::from_millis(500);
const LONGEST_WINDOW: Duration = Duration::from_secs(2);
const ENOUGH: f64 = 10.0;

/// How far the rate is above what succeeded. It finds out whether DynamoDB takes more by now. A sixth of the attempts is throttled
/// then, at most.
const HEADROOM: f64 = 1.2;
/// The least rate per second.
const LEAST: f64 = 0.5;

/// After this many windows without a throttle, nothing is paced any more.
const CALM_WINDOWS: u32 = 4;

/// The longest time after which a refused call is asked to come again.
const LONGEST_PROMISE: Duration = Duration::from_secs(30);

/// Spreads calls to what DynamoDB throttles, at the rate that it was measured to take.
#[derive(Debug)]
pub(super) struct Pace {
    window_started: Instant,
    succeeded: f64,
    throttled: f64,
    /// Moving average of successes per second.
    measured: f64,
    /// Calls per second; `None` during the first window.
    rate: Option<f64>,
    calm_windows: u32,
    /// When the next call is due.
    next: Instant,
    /// When the next refused call may come again.
    promised: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            window_started: now,
            succeeded: 0.0,
            throttled: 0.0,
            measured: 0.0,
            rate: None,
            calm_windows: 0,
            next: now,
            promised: now,
        }
    }

    /// Reserves a place for a call, and returns how long to wait for it.
    ///
    /// # Errors
    /// The wait would be longer than `longest`. Returns after how long a place will be free for this call, if those that were
    /// refused before it come again when they were told.
    pub(super) fn reserve(&mut self, weight: f64, now: Instant, longest: Duration) -> Result<Duration, Duration> {
        let Some(rate) = self.rate else { return Ok(Duration::ZERO) };
        let due = self.next.max(now);
        let wait = due - now;
        if wait > longest {
            let promised = self.promised.max(due);
            self.promised = (promised + Duration::from_secs_f64(1.0 / rate)).min(now + LONGEST_PROMISE);
            return Err(promised - now);
        }
        // A large batch does not keep the others waiting for more than a second.
        self.next = due + Duration::from_secs_f64((weight / rate).min(1.0));
        Ok(wait)
    }

    /// Counts an answer.
    pub(super) fn count(&mut self, succeeded: f64, throttled: f64, now: Instant) {
        self.succeeded += succeeded;
        self.throttled += throttled;
        let elapsed = now - self.window_started;
        let is_over = elapsed >= WINDOW && self.succeeded + self.throttled >= ENOUGH || elapsed >= LONGEST_WINDOW;
        if is_over {
            self.end_window(elapsed.as_secs_f64());
            (self.window_started, self.succeeded, self.throttled) = (now, 0.0, 0.0);
        }
    }

    fn end_window(&mut self, seconds: f64) {
        let measured = self.succeeded / seconds;
        if self.throttled > 0.0 {
            self.calm_windows = 0;
            self.measured = if self.rate.is_none() { measured } else { (self.measured + measured) / 2.0 };
            self.rate = Some(self.measured * HEADROOM + LEAST);
        } else {
            self.calm_windows += 1;
            self.measured = measured;
            self.rate = self.rate.map(|rate| rate * 2.0);
        }
    }

    /// Whether there have been no throttles for so long that nothing needs to be paced.
    pub(super) fn is_calm(&self, now: Instant) -> bool {
        self.calm_windows >= CALM_WINDOWS || now - self.window_started > LONGEST_WINDOW * CALM_WINDOWS
    }

    /// Whether the rate is known.
    pub(super) fn is_paced(&self) -> bool {
        self.rate.is_some()
    }

    /// Throttles in the current window.
    pub(super) fn throttled(&self) -> f64 {
        self.throttled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_millis(500);

    /// Offers `offered` calls per second for some seconds to a backend that takes `limit` per second. Returns the successes and the
    /// throttled attempts of the last ten seconds, per second.
    fn run(pace: &mut Pace, offered: u32, limit: u32, seconds: u32) -> (f64, f64) {
        let start = Instant::now() + Duration::from_secs(1000);
        pace.window_started = start;
        (pace.next, pace.promised) = (start, start);
        let (mut tokens, mut done, mut wasted) = (1.0_f64, 0.0, 0.0);
        let mut sends: Vec<Instant> = Vec::new();
        let mut filled = start;
        for call in 0..offered * seconds {
            let now = start + Duration::from_secs(1) * call / offered;
            if let Ok(wait) = pace.reserve(1.0, now, LONGEST) {
                sends.push(now + wait);
            }
            while sends.first().is_some_and(|at| *at <= now) {
                let at = sends.remove(0);
                tokens = (tokens + (at - filled).as_secs_f64() * f64::from(limit)).min(4.0);
                filled = at;
                let succeeds = tokens >= 1.0;
                tokens -= f64::from(u8::from(succeeds));
                pace.count(f64::from(u8::from(succeeds)), f64::from(u8::from(!succeeds)), now);
                if call >= offered * (seconds - 10) {
                    if succeeds { done += 0.1 } else { wasted += 0.1 }
                }
            }
        }
        (done, wasted)
    }

    #[test]
    fn what_is_throttled_is_sent_little_above_the_rate_that_succeeds() {
        for (offered, limit) in [(400, 40), (50, 40), (400, 5), (4000, 1000), (41, 40)] {
            let (done, wasted) = run(&mut Pace::new(Instant::now()), offered, limit, 30);
            assert!(done >= 0.95 * f64::from(limit), "{offered} offered, {limit} taken: {done} done");
            assert!(wasted <= 0.3 * f64::from(offered), "{offered} offered, {limit} taken: {wasted} wasted");
        }
    }

    #[test]
    fn the_rate_follows_a_limit_that_rises() {
        let mut pace = Pace::new(Instant::now());
        run(&mut pace, 400, 40, 20);
        let (done, wasted) = run(&mut pace, 400, 4000, 20);
        assert!(done >= 399.0 && wasted < 1.0, "{done} done, {wasted} wasted");
        assert!(pace.calm_windows >= CALM_WINDOWS);
    }

    #[test]
    fn refused_calls_are_told_to_come_one_after_the_other() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        pace.count(20.0, 20.0, now + WINDOW);
        let rate = pace.rate.unwrap();
        let later = now + WINDOW;
        while pace.reserve(1.0, later, LONGEST).is_ok() {}
        let first = pace.reserve(1.0, later, LONGEST).unwrap_err();
        let second = pace.reserve(1.0, later, LONGEST).unwrap_err();
        assert!(first > LONGEST);
        assert_eq!(second - first, Duration::from_secs_f64(1.0 / rate));
        for _ in 0..10_000 {
            assert!(pace.reserve(1.0, later, LONGEST).unwrap_err() <= LONGEST_PROMISE);
        }
    }
}
