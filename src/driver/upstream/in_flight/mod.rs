//! Limits the calls in flight to what DynamoDB works on, so that calls do not wait where nobody can take them back.
//!
//! A server that is overloaded and does not throttle lets calls wait. Calls that miss their deadlines there are worked on for
//! nothing. So the calls in flight of the reads and the writes of each table are limited by what they take. The limit doubles
//! while calls wait here and are not slow, and is cut if they are slow or miss their deadlines. What is over the limit waits here.
//!
//! Sources: "Using load shedding to avoid overload" (Amazon Builders' Library) on work for callers that have left; Netflix's
//! concurrency-limits and Envoy's adaptive concurrency filter on limits that follow the latency; RFC 5681 on slow start, RFC 7661
//! on limits that are not used.

mod limit;
mod sent;
mod slots;
mod waiting;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use self::slots::{End, Slots};
use crate::driver::deadline::Deadline;

/// How often a call that waits makes sure that no free slot is left.
const STEP: Duration = Duration::from_millis(100);

/// The calls in flight of the reads or the writes of one table.
#[derive(Debug)]
pub(crate) struct InFlight {
    slots: Mutex<Slots<Grant>>,
    /// The limit, to be read without the lock.
    limit: AtomicUsize,
    /// The number of calls that wait, to be read without the lock.
    waiting: AtomicUsize,
}

/// How a call that waits gets its slot.
type Grant = oneshot::Sender<Slot>;

/// Permission for a call in flight.
#[derive(Debug)]
pub(crate) struct Slot {
    of: Arc<InFlight>,
    number: u64,
    /// When its caller leaves, if that is known. A caller who leaves earlier has other reasons than the time that the call took.
    deadline: Option<Deadline>,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Unused,
    InFlight,
    Answered,
    /// The lock is held by those who gave the slot away.
    Returned,
}

impl Default for InFlight {
    fn default() -> Self {
        let slots = Slots::new(Instant::now());
        Self { limit: AtomicUsize::new(slots.limit()), waiting: AtomicUsize::new(0), slots: Mutex::new(slots) }
    }
}

impl InFlight {
    /// Waits for a slot. Of the calls that wait, the oldest comes first, unless calls wait for long: then the newest. A call that
    /// could not be answered by its deadline waits on; its caller has to end that. A call without a deadline always can.
    pub(crate) async fn enter(self: &Arc<Self>, deadline: Option<Deadline>) -> Slot {
        let (mut granted, _ticket) = {
            let mut slots = self.slots();
            let now = Instant::now();
            if let Some(number) = slots.enter(now) {
                return self.slot(number, deadline);
            }
            let (grant, granted) = oneshot::channel();
            let ticket = slots.wait(grant, deadline, now);
            self.pass_on(&mut slots, now);
            (granted, Ticket { of: self, number: ticket })
        };
        loop {
            // The other end is dropped only with the ticket.
            if let Ok(Ok(slot)) = timeout(STEP, &mut granted).await {
                return slot;
            }
            self.pass_on(&mut self.slots(), Instant::now());
        }
    }

    /// The most calls in flight at the moment.
    pub(crate) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Whether calls wait for a slot.
    pub(crate) fn is_crowded(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// A limit that stops nobody.
    #[cfg(test)]
    pub(crate) fn unlimited() -> Arc<Self> {
        Arc::new(Self { limit: AtomicUsize::new(usize::MAX), ..Self::default() })
    }

    /// Gives free slots to calls that wait.
    fn pass_on(self: &Arc<Self>, slots: &mut Slots<Grant>, now: Instant) {
        while let Some((number, grant, deadline)) = slots.next(now) {
            if let Err(mut unused) = grant.send(self.slot(number, deadline)) {
                unused.phase = Phase::Returned;
                slots.end(number, End::Unused, now);
            }
        }
        self.publish(slots);
    }

    fn slot(self: &Arc<Self>, number: u64, deadline: Option<Deadline>) -> Slot {
        Slot { of: Arc::clone(self), number, deadline, phase: Phase::Unused }
    }

    fn publish(&self, slots: &Slots<Grant>) {
        self.limit.store(slots.limit(), Ordering::Relaxed);
        self.waiting.store(slots.waiting(), Ordering::Relaxed);
    }

    /// The state is consistent between any two statements, so a poisoned lock does not matter.
    fn slots(&self) -> MutexGuard<'_, Slots<Grant>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// The call is sent now. If the slot is dropped without an answer, the call counts as in flight for a while.
    pub(crate) fn sent(&mut self) {
        self.phase = Phase::InFlight;
    }

    /// The call has ended.
    pub(crate) fn answered(mut self) {
        self.phase = Phase::Answered;
    }

    fn end(&self, now: Instant) -> Option<End> {
        match self.phase {
            Phase::Unused => Some(End::Unused),
            Phase::Answered => Some(End::Answered),
            // A caller who leaves before the deadline has other reasons.
            Phase::InFlight if self.deadline.is_some_and(|deadline| now < deadline.instant()) => Some(End::Left),
            Phase::InFlight => Some(End::Missed),
            Phase::Returned => None,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let now = Instant::now();
        if let Some(end) = self.end(now) {
            let mut slots = self.of.slots();
            slots.end(self.number, end, now);
            self.of.pass_on(&mut slots, now);
        }
    }
}

/// The place of a call that waits. Its caller may stop waiting.
struct Ticket<'a> {
    of: &'a Arc<InFlight>,
    number: u64,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut slots = self.of.slots();
        slots.leave(self.number);
        self.of.publish(&slots);
    }
}

#[cfg(test)]
mod tests;
