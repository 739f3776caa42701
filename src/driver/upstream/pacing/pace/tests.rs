use std::collections::VecDeque;

use super::*;

const LONGEST: Duration = Duration::from_millis(500);
const SINGLE: Turn = Turn { longest: LONGEST, is_of_batch: false };
const BATCH: Turn = Turn { longest: LONGEST, is_of_batch: true };

/// What throttles the calls.
#[derive(Debug, Clone, Copy)]
enum Backend {
    /// So many calls per second, and at most so many that were saved.
    Bucket { limit: f64, saved: f64 },
    /// So many calls in each second of the clock.
    PerSecond { limit: f64 },
    /// This part of the calls, chosen by chance.
    Chance { part: f64 },
}

/// A backend, and calls that come to it through a pace for some seconds.
struct Trial {
    backend: Backend,
    pace: Pace,
    start: Instant,
    tokens: f64,
    filled: f64,
    random: u64,
}

/// What came of the calls of the last seconds, per second.
#[derive(Debug, Default)]
struct Outcome {
    done: f64,
    throttled: f64,
}

impl Trial {
    fn new(backend: Backend) -> Self {
        let start = Instant::now();
        Self { backend, pace: Pace::new(start), start, tokens: 1.0, filled: 0.0, random: 7 }
    }

    /// The next number of a linear congruential generator.
    fn random(&mut self) -> f64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.random >> 40).unwrap()) / f64::from(1 << 24)
    }

    fn takes_call(&mut self, at: f64) -> bool {
        match self.backend {
            Backend::Bucket { limit, saved } => {
                self.tokens = (self.tokens + (at - self.filled) * limit).min(saved);
                self.filled = at;
            }
            Backend::PerSecond { limit } if at.floor() > self.filled => {
                (self.tokens, self.filled) = (limit, at.floor());
            }
            Backend::PerSecond { .. } => {}
            Backend::Chance { part } => return self.random() >= part,
        }
        let takes = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(takes));
        takes
    }

    /// Offers `offered` calls per second between two seconds; each throttled one once more. Returns the outcome after the first
    /// five seconds.
    fn run(&mut self, offered: u32, from: u32, to: u32) -> Outcome {
        let mut sends: VecDeque<(f64, bool)> = VecDeque::new();
        let mut outcome = Outcome::default();
        let measured = f64::from(to - from - 5);
        for call in offered * from..offered * to {
            let now = f64::from(call) / f64::from(offered);
            let mut turns = vec![true];
            while let Some((at, is_first)) = sends.pop_front_if(|(at, _)| *at <= now) {
                let succeeds = self.takes_call(at);
                let (done, throttled) = if succeeds { (1.0, 0.0) } else { (0.0, 1.0) };
                self.pace.count(done, throttled, self.start + Duration::from_secs_f64(now));
                if now >= f64::from(from + 5) {
                    outcome.done += done / measured;
                    outcome.throttled += throttled / measured;
                }
                if is_first && !succeeds {
                    turns.push(false);
                }
            }
            for is_first in turns {
                let asked = self.start + Duration::from_secs_f64(now);
                if let Ok(wait) = self.pace.reserve(1.0, asked, SINGLE) {
                    sends.push_back((now + wait.as_secs_f64(), is_first));
                    sends.make_contiguous().sort_by(|(a, _), (b, _)| a.total_cmp(b));
                }
            }
        }
        outcome
    }
}

#[test]
fn what_is_throttled_is_sent_little_above_the_rate_that_succeeds() {
    for (offered, limit) in [(400, 40.0), (50, 40.0), (42, 40.0), (100, 10.0), (400, 5.0), (4000, 1000.0), (400, 200.0)]
    {
        // DynamoDB saves up to five minutes of what was not used.
        let buckets = [0.1, 1.0, 10.0].map(|seconds| Backend::Bucket { limit, saved: (limit * seconds).max(4.0) });
        for (backend, least) in
            buckets.map(|bucket| (bucket, 0.95)).into_iter().chain([(Backend::PerSecond { limit }, 0.85)])
        {
            let Outcome { done, throttled } = Trial::new(backend).run(offered, 0, 30);
            assert!(done >= least * limit, "{offered} offered to {backend:?}: {done} done");
            assert!(throttled <= 0.3 * f64::from(offered), "{offered} offered to {backend:?}: {throttled} throttled");
        }
    }
}

#[test]
fn the_rate_follows_a_limit_that_rises() {
    let mut trial = Trial::new(Backend::Bucket { limit: 40.0, saved: 40.0 });
    trial.run(400, 0, 20);
    trial.backend = Backend::Bucket { limit: 4000.0, saved: 4000.0 };
    let Outcome { done, throttled } = trial.run(400, 20, 40);
    assert!(done >= 399.0 && throttled < 1.0, "{done} done, {throttled} throttled");
    assert!(trial.pace.is_calm(trial.pace.started));
}

#[test]
fn the_rate_follows_a_limit_that_falls() {
    let mut trial = Trial::new(Backend::Bucket { limit: 300.0, saved: 300.0 });
    trial.run(400, 0, 20);
    trial.backend = Backend::Bucket { limit: 30.0, saved: 30.0 };
    let Outcome { done, throttled } = trial.run(400, 20, 40);
    assert!(done >= 28.0 && throttled < 60.0, "{done} done, {throttled} throttled");
}

#[test]
fn throttles_by_chance_are_not_paced_for_long() {
    for (offered, part) in [(400, 0.3), (400, 0.4), (400, 0.6), (100, 0.5)] {
        let mut trial = Trial::new(Backend::Chance { part });
        let Outcome { done, .. } = trial.run(offered, 0, 60);
        // Half of what is throttled succeeds the second time.
        let expected = f64::from(offered) * (1.0 - part * part);
        assert!(done >= 0.7 * expected, "{part} of {offered} throttled by chance: {done} done of {expected}");
    }
}

#[test]
fn nothing_is_calm_while_calls_wait() {
    let mut pace = Pace::new(Instant::now());
    let now = pace.started + FIRST_WINDOW.0;
    pace.count(10.0, 90.0, now);
    let mut now = now;
    for _ in 0..3 * CALM_WINDOWS {
        while pace.reserve(1.0, now, SINGLE).is_ok() {}
        assert!(!pace.is_calm(now));
        now += WINDOW.0;
        pace.count(ENOUGH, 0.0, now);
    }
    now += WINDOW.0;
    pace.count(ENOUGH, 0.0, now);
    assert!(pace.is_calm(now));
}

#[test]
fn refused_calls_are_told_to_come_one_after_the_other() {
    let now = Instant::now();
    let mut pace = Pace::new(now);
    pace.count(20.0, 20.0, now + FIRST_WINDOW.0);
    let rate = pace.rate.unwrap();
    let later = now + FIRST_WINDOW.0;
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
fn batches_do_not_keep_calls_waiting() {
    let now = Instant::now();
    let mut pace = Pace::new(now);
    pace.count(20.0, 20.0, now + FIRST_WINDOW.0);
    let later = now + FIRST_WINDOW.0;
    for _ in 0..10 {
        let _part = pace.reserve(25.0, later, BATCH);
    }
    assert_eq!(pace.reserve(1.0, later, SINGLE), Ok(Duration::ZERO));
}
