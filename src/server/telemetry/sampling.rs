//! Limits log lines per caller and call site.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata};
use tracing_subscriber::layer::{Context, Filter};

use super::{caller, writer};

/// Number of rate limiters for pairs of call site and caller. Pairs that hash to the same slot share one.
const SLOTS: usize = 1024;

/// Burst of lines that the process may log on its own behalf at one call site, for example one for each table at the
/// start.
const PROCESS_BURST: u32 = 100;

/// Time since some fixed moment.
type Now = Box<dyn Fn() -> Duration + Send + Sync>;

/// Decides which lines to suppress, and counts them.
///
/// At each call site, a caller may log `caller_rate` lines a second; all callers together may log `rate`. Bursts may be
/// twice as large. Lines without a caller (start, readiness, drain) have only the first limit, with a larger burst, so
/// that callers cannot displace them.
pub(super) struct Samples {
    slots: Box<[Bucket]>,
    total: Bucket,
    of_callers: Rate,
    of_process: Rate,
    of_total: Rate,
    hasher: RandomState,
    now: Now,
    left_out: Mutex<LeftOut>,
    /// Called for the first suppressed line after a report.
    wake: Box<dyn Fn() + Send + Sync>,
}

/// Suppressed lines by call site: its target and its line in the source.
type LeftOut = HashMap<(&'static str, u32), u64>;

impl Samples {
    pub(super) fn new(caller_rate: u32, rate: u32, now: Now, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self {
            slots: std::iter::repeat_with(Bucket::default).take(SLOTS).collect(),
            total: Bucket::default(),
            of_callers: Rate::new(caller_rate, caller_rate.saturating_mul(2)),
            of_process: Rate::new(caller_rate, caller_rate.saturating_mul(2).max(PROCESS_BURST)),
            of_total: Rate::new(rate, rate.saturating_mul(2)),
            hasher: RandomState::new(),
            now,
            left_out: Mutex::default(),
            wake,
        }
    }

    /// Whether to log the line; if not, counts it.
    pub(super) fn admit(&self, line: &'static Metadata<'static>, caller: Option<u64>) -> bool {
        let is_asked_for = *line.level() > Level::INFO;
        if is_asked_for || is_report(line) {
            return true;
        }
        let now = (self.now)();
        let slot = self.hasher.hash_one((line.callsite(), caller));
        let slot = usize::try_from(slot % SLOTS as u64).ok().and_then(|index| self.slots.get(index));
        let has_token = |rate| slot.is_none_or(|bucket| bucket.take(rate, now));
        let admitted = match caller {
            Some(_) => has_token(self.of_callers) && self.total.take(self.of_total, now),
            None => has_token(self.of_process),
        };
        if !admitted {
            self.leave_out(line);
        }
        admitted
    }

    fn leave_out(&self, line: &'static Metadata<'static>) {
        let mut left_out = self.left_out();
        let is_first = left_out.is_empty();
        *left_out.entry((line.target(), line.line().unwrap_or_default())).or_default() += 1;
        drop(left_out);
        if is_first {
            (self.wake)();
        }
    }

    pub(super) fn has_left_out(&self) -> bool {
        !self.left_out().is_empty()
    }

    /// The number of suppressed lines since the last call, and the call site with most of them.
    pub(super) fn take_left_out(&self) -> Option<(u64, String)> {
        let left_out = std::mem::take(&mut *self.left_out());
        let ((target, line), _) = left_out.iter().max_by_key(|(_, count)| **count)?;
        Some((left_out.values().sum(), format!("{target}:{line}")))
    }

    fn left_out(&self) -> MutexGuard<'_, LeftOut> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").field("of_callers", &self.of_callers).finish_non_exhaustive()
    }
}

/// Whether this is a report about missing lines; those have their own limit.
fn is_report(line: &Metadata<'_>) -> bool {
    line.target() == writer::TARGET
}

/// Lines a second and the burst.
#[derive(Debug, Clone, Copy)]
struct Rate {
    interval_ns: u64,
    burst: u32,
}

impl Rate {
    fn new(per_second: u32, burst: u32) -> Self {
        Self { interval_ns: 1_000_000_000 / u64::from(per_second.max(1)), burst }
    }
}

/// A token bucket, stored as the time at which it will be full (the generic cell rate algorithm). Zero means full.
#[derive(Debug, Default)]
struct Bucket(AtomicU64);

impl Bucket {
    fn take(&self, rate: Rate, now: Duration) -> bool {
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let longest_wait = rate.interval_ns.saturating_mul(u64::from(rate.burst.saturating_sub(1)));
        let with_one_less = |full: u64| {
            let full = full.max(now);
            (full - now <= longest_wait).then(|| full.saturating_add(rate.interval_ns))
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_one_less).is_ok()
    }
}

/// Sampling as a layer filter.
#[derive(Debug)]
pub(super) struct Sampling(pub(super) std::sync::Arc<Samples>);

impl<S> Filter<S> for Sampling {
    fn enabled(&self, _line: &Metadata<'_>, _context: &Context<'_, S>) -> bool {
        true
    }

    /// Not `always`, although [`Filter::enabled`] is true: tracing-subscriber 0.3.23 would then skip that call, and
    /// fail a debug assertion when [`Filter::event_enabled`] is false.
    fn callsite_enabled(&self, _line: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn event_enabled(&self, event: &Event<'_>, _context: &Context<'_, S>) -> bool {
        self.0.admit(event.metadata(), caller::current())
    }
}
