use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::driver::deadline::Deadline;

/// The oldest call comes first as long as it has waited less than this part of its time, and has so many times the time left that
/// a call takes. Otherwise the newest comes first: the oldest would probably be answered too late, and so would all after it.
const PATIENT_PART: u32 = 2;
const SPARE: u32 = 2;

/// Calls that wait for a slot, in the order in which they came.
#[derive(Debug)]
pub(super) struct Waiting<G> {
    calls: BTreeMap<u64, WaitingCall<G>>,
    next: u64,
}

#[derive(Debug)]
struct WaitingCall<G> {
    since: Instant,
    deadline: Option<Deadline>,
    grant: G,
}

impl<G> Waiting<G> {
    pub(super) fn new() -> Self {
        Self { calls: BTreeMap::new(), next: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Adds a call, and returns its ticket.
    pub(super) fn add(&mut self, grant: G, now: Instant, deadline: Option<Deadline>) -> u64 {
        let ticket = self.next;
        self.next += 1;
        self.calls.insert(ticket, WaitingCall { since: now, deadline, grant });
        ticket
    }

    pub(super) fn remove(&mut self, ticket: u64) {
        self.calls.remove(&ticket);
    }

    /// The call that is sent next, if a call takes as long as is expected. `None` if none would be answered in time.
    pub(super) fn next(&mut self, expected: Duration, now: Instant) -> Option<(G, Option<Deadline>)> {
        let oldest = self.calls.first_key_value().filter(|(_, call)| call.is_patient(expected, now));
        let newest = || self.calls.last_key_value().filter(|(_, call)| call.time_left(now) >= expected);
        let (ticket, _) = oldest.or_else(newest)?;
        let ticket = *ticket;
        self.calls.remove(&ticket).map(|call| (call.grant, call.deadline))
    }
}

impl<G> WaitingCall<G> {
    fn is_patient(&self, expected: Duration, now: Instant) -> bool {
        let waited = now.saturating_duration_since(self.since);
        self.time_left(now) > waited * (PATIENT_PART - 1) && self.time_left(now) >= expected * SPARE
    }

    fn time_left(&self, now: Instant) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| deadline.instant().saturating_duration_since(now))
    }
}
