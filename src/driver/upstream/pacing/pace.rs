use std::time::Duration;

use tokio::time::Instant;

/// Shortest time over which the rate is measured, and longest, if there are fewer than `ENOUGH` answers.
const WINDOW: Duration = Duration::from_millis(500);
const LONGEST_WINDOW: Duration = Duration::from_secs(2);
const ENOUGH: f64 = 10.0;

/// How far the rate is above what succeeded. It finds out whether DynamoDB takes more by now. A sixth of the attempts is throttled
/// then, at most.
const HEADROOM: f64 = 1.2;
/// What is added to the rate: so many attempts per second never make a difference to DynamoDB.
const LEAST: f64 = 5.0;

/// Pacing begins if at least this part of the answers is a throttle. Fewer are left to the retries.
const WORTH_PACING: f64 = 0.25;

/// Whether pacing helps shows once calls go out at this part of the rate at first. If the part that is throttled has not fallen to
/// `LOWER` of that at first, then something other than the rate throttles, and pacing would slow calls down for nothing.
const SLOWER: f64 = 0.75;
const LOWER: f64 = 0.7;
/// Pause of pacing after it did not help.
const USELESS_FOR: Duration = Duration::from_secs(10);

/// After this many windows without a throttle, nothing is paced any more.
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
    window_started: Instant,
    succeeded: f64,
    throttled: f64,
    /// Moving average of successes per second.
    measured: f64,
    /// Calls per second; `None` during the first window.
    rate: Option<f64>,
    calm_windows: u32,
    /// The answers per second before calls were paced, and which part of them was a throttle.
    unpaced: (f64, f64),
    useless_until: Option<Instant>,
    /// When the next call and the next part of a batch are due.
    next: [Instant; 2],
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
            unpaced: (0.0, 0.0),
            useless_until: None,
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
        self.succeeded += succeeded;
        self.throttled += throttled;
        let elapsed = now - self.window_started;
        let is_over = elapsed >= WINDOW && self.succeeded + self.throttled >= ENOUGH || elapsed >= LONGEST_WINDOW;
        if is_over {
            self.end_window(elapsed.as_secs_f64(), now);
            (self.window_started, self.succeeded, self.throttled) = (now, 0.0, 0.0);
        }
    }

    fn end_window(&mut self, seconds: f64, now: Instant) {
        let answers = self.succeeded + self.throttled;
        let (measured, answered) = (self.succeeded / seconds, answers / seconds);
        let throttled = self.throttled / answers.max(1.0);
        self.calm_windows = if self.throttled > 0.0 { 0 } else { self.calm_windows + 1 };
        match self.rate {
            None => {
                self.measured = measured;
                self.unpaced = (answered, throttled);
                let is_useless = self.useless_until.is_some_and(|until| now < until);
                if throttled >= WORTH_PACING && answers >= ENOUGH && !is_useless {
                    self.rate = Some(measured * HEADROOM + LEAST);
                }
            }
            Some(_)
                if answered <= SLOWER * self.unpaced.0 && throttled > LOWER * self.unpaced.1 && answers >= ENOUGH =>
            {
                self.rate = None;
                self.useless_until = Some(now + USELESS_FOR);
            }
            Some(_) if self.throttled > 0.0 => {
                self.measured = self.measured.midpoint(measured);
                self.rate = Some(self.measured * HEADROOM + LEAST);
            }
            Some(rate) => {
                self.measured = measured;
                self.rate = Some(rate * 2.0);
            }
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
    const SINGLE: Turn = Turn { longest: LONGEST, is_of_batch: false };
    const BATCH: Turn = Turn { longest: LONGEST, is_of_batch: true };

    /// Offers `offered` calls per second for some seconds to a backend that takes `limit` per second. Returns the successes and the
    /// throttled attempts of the last ten seconds, per second.
    fn run(pace: &mut Pace, offered: u32, limit: u32, seconds: u32) -> (f64, f64) {
        let start = Instant::now() + Duration::from_secs(1000);
        pace.window_started = start;
        (pace.next, pace.promised) = ([start; 2], start);
        let (mut tokens, mut done, mut wasted) = (1.0_f64, 0.0, 0.0);
        let mut sends: Vec<Instant> = Vec::new();
        let mut filled = start;
        for call in 0..offered * seconds {
            let now = start + Duration::from_secs(1) * call / offered;
            if let Ok(wait) = pace.reserve(1.0, now, SINGLE) {
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
        while pace.reserve(1.0, later, SINGLE).is_ok() {}
        let first = pace.reserve(1.0, later, SINGLE).unwrap_err();
        let second = pace.reserve(1.0, later, SINGLE).unwrap_err();
        assert!(first > LONGEST);
        assert_eq!(second, first + Duration::from_secs_f64(1.0 / rate));
        for _ in 0..10_000 {
            assert!(pace.reserve(1.0, later, SINGLE).unwrap_err() <= LONGEST_PROMISE);
        }
    }

    #[test]
    fn throttles_that_do_not_depend_on_the_rate_stop_pacing() {
        let mut pace = Pace::new(Instant::now());
        let start = Instant::now();
        let mut sent = 0;
        for call in 0..4000 {
            let now = start + Duration::from_secs(1) * call / 400;
            if pace.reserve(1.0, now, SINGLE).is_ok() {
                sent += 1;
                let throttled = f64::from(u8::from(sent % 10 < 4));
                pace.count(1.0 - throttled, throttled, now);
            }
        }
        assert!(sent > 3500, "{sent} of 4000 sent");
    }

    #[test]
    fn batches_do_not_keep_calls_waiting() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        pace.count(20.0, 20.0, now + WINDOW);
        let later = now + WINDOW;
        for _ in 0..10 {
            let _part = pace.reserve(25.0, later, BATCH);
        }
        assert_eq!(pace.reserve(1.0, later, SINGLE), Ok(Duration::ZERO));
    }
}
