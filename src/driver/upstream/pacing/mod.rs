//! Paces what DynamoDB throttles, so that attempts that bring nothing forward stay few, and the excess is refused at once.
//!
//! As long as nothing is throttled, nothing is paced or counted. After a throttle the successes are counted, and calls go out at
//! little more than the rate that succeeds. A throttle of the whole table paces the table; one of a hot key paces this key only.
//! Sources: "Timeouts, retries, and backoff with jitter" (Amazon Builders' Library) on retries that multiply load, and "Throttling
//! in DynamoDB" (Developer Guide) on tables, indexes and key ranges.

mod pace;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use self::pace::Pace;
pub(crate) use self::pace::Turn;
use super::in_flight::InFlight;
use crate::driver::error::Upstream;

/// Keys that may be hot. With more of them, the whole table is throttled.
const MAX_KEYS: usize = 32;

/// Throttles in a window that make a key hot.
const HOT: f64 = 3.0;

/// Paces the reads or the writes of one table.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    pub(crate) in_flight: Arc<InFlight>,
    /// Whether anything was throttled lately. Only then is the lock taken.
    is_active: AtomicBool,
    state: Mutex<State>,
}

/// The pacers of one table. DynamoDB limits reads and writes separately.
#[derive(Debug, Default)]
pub(crate) struct Pacers {
    pub(crate) reads: Pacer,
    pub(crate) writes: Pacer,
}

#[derive(Debug, Default)]
struct State {
    table: Option<Pace>,
    /// By the hash of the key. A hash that two keys share paces both.
    keys: HashMap<u64, Pace>,
    hasher: RandomState,
    /// How far its time is ahead, because waits took less time than they should. Zero unless a test injects such waits.
    ahead: Duration,
}

/// A call as the pacer sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paced<'a> {
    pub(crate) pacer: &'a Pacer,
    /// The key, if the call has only one.
    pub(crate) key: Option<&'a str>,
    /// The number of items.
    pub(crate) items: usize,
    /// Whether its attempts take their slots themselves, as those that may be shared do.
    pub(crate) takes_slots: bool,
}

/// What DynamoDB throttles, as far as its answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Throttled {
    Key,
    Table,
    Unknown,
}

impl Throttled {
    /// Reasons are such as `TableWriteKeyRangeThroughputExceeded` and `TableReadProvisionedThroughputExceeded`.
    fn of(upstream: &Upstream) -> Self {
        let reasons = upstream.throttle_reasons();
        match reasons.first() {
            None => Self::Unknown,
            Some(_) if reasons.iter().all(|reason| reason.contains("KeyRange")) => Self::Key,
            Some(_) => Self::Table,
        }
    }
}

impl<'a> Paced<'a> {
    /// Of this many items, of which the only one may have this key.
    pub(crate) fn new(pacer: &'a Pacer, key: Option<&'a str>, items: usize) -> Self {
        Self { pacer, key, items, takes_slots: false }
    }
}

impl Paced<'_> {
    /// The calls among which the attempt needs a slot, unless it takes one itself.
    pub(super) fn slots(&self) -> Option<Arc<InFlight>> {
        (!self.takes_slots).then(|| Arc::clone(&self.pacer.in_flight))
    }

    /// Reserves a place. Returns how long to wait for it.
    ///
    /// # Errors
    /// See [`Pace::reserve`].
    pub(super) fn reserve(&self, now: Instant, turn: Turn) -> Result<Duration, Duration> {
        if !self.pacer.is_active.load(Ordering::Relaxed) {
            return Ok(Duration::ZERO);
        }
        self.pacer.with_state(|state| {
            let now = now + state.ahead;
            state.end_calm(now);
            self.pacer.is_active.store(!state.is_empty(), Ordering::Relaxed);
            let key = self.key.map(|key| state.hasher.hash_one(key));
            let of_key = match key.and_then(|key| state.keys.get_mut(&key)) {
                Some(pace) => pace.reserve(1.0, now, turn)?,
                None => Duration::ZERO,
            };
            let of_table = match &mut state.table {
                Some(pace) => pace.reserve(weight(self.items), now, turn)?,
                None => Duration::ZERO,
            };
            Ok(of_key.max(of_table))
        })
    }

    /// A wait took so much less time than it should.
    pub(super) fn skip(&self, time: Duration) {
        if !time.is_zero() {
            self.pacer.with_state(|state| state.ahead += time);
        }
    }

    /// Counts an answer that left some items unprocessed.
    pub(super) fn answered(&self, left: usize, now: Instant) {
        if left > 0 {
            self.throttled(left, &Upstream::default(), now);
        }
        if self.pacer.is_active.load(Ordering::Relaxed) {
            let succeeded = weight(self.items.saturating_sub(left));
            self.pacer.with_state(|state| state.count(self.key, (succeeded, 0.0), now + state.ahead));
        }
    }

    /// Counts items that DynamoDB throttled.
    pub(super) fn throttled(&self, items: usize, upstream: &Upstream, now: Instant) {
        self.pacer
            .with_state(|state| state.throttle(self.key, weight(items), Throttled::of(upstream), now + state.ahead));
        self.pacer.is_active.store(true, Ordering::Relaxed);
    }
}

impl Pacer {
    fn with_state<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        // The state is consistent between any two statements, so a poisoned lock does not matter.
        run(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.table.is_none() && self.keys.is_empty()
    }

    fn end_calm(&mut self, now: Instant) {
        self.keys.retain(|_, pace| !pace.is_calm(now));
        self.table.take_if(|pace| pace.is_calm(now));
    }

    fn count(&mut self, key: Option<&str>, (succeeded, throttled): (f64, f64), now: Instant) {
        if let Some(key) = key {
            let key = self.hasher.hash_one(key);
            if let Some(pace) = self.keys.get_mut(&key) {
                pace.count(succeeded, throttled, now);
            }
        }
        if let Some(pace) = &mut self.table {
            pace.count(succeeded, throttled, now);
        }
    }

    /// Without a reason, a key that is throttled again and again is hot, and any other throttle is the table's.
    fn throttle(&mut self, key: Option<&str>, items: f64, throttled: Throttled, now: Instant) {
        let key = key.filter(|_| throttled != Throttled::Table).map(|key| self.hasher.hash_one(key));
        let is_hot = key.is_some_and(|key| self.throttle_key(key, now));
        if throttled == Throttled::Key && key.is_some() {
            return;
        }
        if !is_hot || self.keys.len() >= MAX_KEYS {
            self.table.get_or_insert_with(|| Pace::new(now)).count(0.0, items, now);
        }
    }

    /// Returns whether the key is hot.
    fn throttle_key(&mut self, key: u64, now: Instant) -> bool {
        if self.keys.len() >= MAX_KEYS && !self.keys.contains_key(&key) {
            // The key that was throttled least makes room.
            let least = self.keys.iter().min_by(|(_, a), (_, b)| a.throttled().total_cmp(&b.throttled()));
            if let Some(least) = least.map(|(key, _)| *key) {
                self.keys.remove(&least);
            }
        }
        let pace = self.keys.entry(key).or_insert_with(|| Pace::new(now));
        let is_hot = pace.is_paced() || pace.throttled() + 1.0 >= HOT;
        pace.count(0.0, 1.0, now);
        is_hot
    }
}

#[expect(clippy::cast_precision_loss, reason = "no call has so many items")]
fn weight(items: usize) -> f64 {
    items as f64
}

#[cfg(test)]
mod tests;
