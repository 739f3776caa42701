use std::time::Duration;

use tokio::time::Instant;

use super::limit::Limit;
use super::sent::Sent;
use super::waiting::Waiting;
use crate::driver::deadline::Deadline;

/// If nothing was answered for so many times the usual time, within these bounds, a call more goes out after each `STALL_STEP`.
/// It finds out whether DynamoDB answers again, or whether only what is in flight hangs.
const STALL: Duration = Duration::from_millis(250);
const STALL_FACTOR: u32 = 8;
const LONGEST_STALL: Duration = Duration::from_secs(2);
const STALL_STEP: Duration = Duration::from_millis(100);

/// Who may be in flight, and who waits. `G` is how a call that waits gets its slot.
#[derive(Debug)]
pub(super) struct Slots<G> {
    limit: Limit,
    sent: Sent,
    waiting: Waiting<G>,
    /// When a call was last answered, or sent in spite of the limit.
    last_progress: Instant,
}

/// How a call in flight ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Answered,
    /// Its caller left at its deadline.
    Missed,
    /// Its caller left earlier.
    Left,
    /// It was never sent.
    Unused,
}

impl<G> Slots<G> {
    pub(super) fn new(now: Instant) -> Self {
        Self { limit: Limit::new(now), sent: Sent::new(), waiting: Waiting::new(), last_progress: now }
    }

    /// The most calls in flight.
    pub(super) fn limit(&self) -> usize {
        self.limit.get()
    }

    /// The number of calls that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes a slot, if there is one and no other call waits for it.
    pub(super) fn enter(&mut self, now: Instant) -> Option<u64> {
        let has_room = self.waiting.is_empty() && self.has_room(now);
        has_room.then(|| self.send(now))
    }

    /// Adds a call that waits, and returns its ticket.
    pub(super) fn wait(&mut self, grant: G, deadline: Option<Deadline>, now: Instant) -> u64 {
        self.waiting.add(grant, now, deadline)
    }

    /// A call stops waiting.
    pub(super) fn leave(&mut self, ticket: u64) {
        self.waiting.remove(ticket);
    }

    /// Takes a slot for a call that waits.
    pub(super) fn next(&mut self, now: Instant) -> Option<(u64, G, Option<Deadline>)> {
        if self.waiting.is_empty() {
            return None;
        }
        let next = if self.has_room(now) { self.waiting.next(self.expected_time(), now) } else { None };
        if !self.waiting.is_empty() {
            self.limit.full();
        }
        next.map(|(grant, deadline)| (self.send(now), grant, deadline))
    }

    /// A call in flight ended.
    pub(super) fn end(&mut self, number: u64, end: End, now: Instant) {
        match end {
            End::Answered => {
                if let Some(time) = self.sent.answer(number, now) {
                    self.limit.answered(time, self.sent.in_flight(), now);
                }
                self.last_progress = now;
            }
            End::Missed => {
                if let Some(time) = self.sent.leave(number, now) {
                    self.limit.missed(time, self.sent.in_flight(), now);
                }
            }
            End::Left => drop(self.sent.leave(number, now)),
            End::Unused => self.sent.take_back(number),
        }
    }

    /// What a call will take. If none is in flight, nobody knows: it can be less than it was.
    fn expected_time(&self) -> Duration {
        if self.sent.in_flight() == 0 { Duration::ZERO } else { self.limit.recent_time() }
    }

    /// Whether one more call may be in flight.
    fn has_room(&mut self, now: Instant) -> bool {
        let usual_time = self.limit.usual_time();
        self.sent.clean(usual_time, now);
        if self.sent.in_flight() < self.limit.get() {
            return true;
        }
        let stall = (usual_time * STALL_FACTOR).clamp(STALL, LONGEST_STALL);
        let is_stalled = now.saturating_duration_since(self.last_progress) >= stall;
        if is_stalled {
            // The next one goes out after a step.
            self.last_progress += STALL_STEP;
        }
        is_stalled
    }

    fn send(&mut self, now: Instant) -> u64 {
        let number = self.sent.add(now);
        self.limit.sent(self.sent.in_flight(), now);
        number
    }
}

#[cfg(test)]
mod tests;
