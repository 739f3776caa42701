use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// A call that was overtaken by so much hangs. DynamoDB has not queued it: it has answered calls that were sent later.
const HANG_FACTOR: u32 = 4;
const MIN_HANG: Duration = Duration::from_millis(100);

/// How long a call that its caller has left counts as in flight, if no answer to a later call shows that it has ended.
const FORGET_AFTER: Duration = Duration::from_secs(1);

/// The calls in flight, in the order in which they were sent.
#[derive(Debug)]
pub(super) struct Sent {
    calls: VecDeque<SentCall>,
    /// The number of the first call in the queue.
    first: u64,
    in_flight: usize,
    /// When the latest of the calls that were answered was sent.
    latest_answered: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct SentCall {
    at: Instant,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    InFlight,
    Answered,
    /// The caller left without an answer. DynamoDB may still work on it.
    Left(Instant),
}

impl Sent {
    pub(super) fn new() -> Self {
        Self { calls: VecDeque::new(), first: 0, in_flight: 0, latest_answered: None }
    }

    /// The calls on which DynamoDB works, as far as that is known.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Adds a call, and returns its number.
    pub(super) fn add(&mut self, now: Instant) -> u64 {
        self.calls.push_back(SentCall { at: now, state: State::InFlight });
        self.in_flight += 1;
        self.first + self.calls.len() as u64 - 1
    }

    /// A call was answered. Returns how long it took, or `None` if it counted as hanging.
    pub(super) fn answer(&mut self, number: u64, now: Instant) -> Option<Duration> {
        let call = self.call(number)?;
        call.state = State::Answered;
        let at = call.at;
        self.in_flight -= 1;
        self.latest_answered = self.latest_answered.max(Some(at));
        Some(now.saturating_duration_since(at))
    }

    /// A call was never sent, so it has overtaken no other.
    pub(super) fn take_back(&mut self, number: u64) {
        if let Some(call) = self.call(number) {
            call.state = State::Answered;
            self.in_flight -= 1;
        }
    }

    /// The caller of a call left. Returns after how long, or `None` if the call counted as hanging.
    pub(super) fn leave(&mut self, number: u64, now: Instant) -> Option<Duration> {
        let call = self.call(number)?;
        call.state = State::Left(now);
        Some(now.saturating_duration_since(call.at))
    }

    fn call(&mut self, number: u64) -> Option<&mut SentCall> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.calls.get_mut(index)
    }

    /// Forgets the calls at the front that have ended, that hang, or that their callers left long ago.
    pub(super) fn clean(&mut self, usual_time: Duration, now: Instant) {
        let hang_after = (usual_time * HANG_FACTOR).max(MIN_HANG);
        let overtaken_before = self.latest_answered.and_then(|latest| latest.checked_sub(hang_after));
        while let Some(call) = self.calls.front() {
            let is_overtaken = overtaken_before.is_some_and(|before| call.at < before);
            let is_over = match call.state {
                State::Answered => true,
                State::InFlight => is_overtaken,
                State::Left(at) => is_overtaken || now.saturating_duration_since(at) >= FORGET_AFTER,
            };
            if !is_over {
                return;
            }
            self.in_flight -= usize::from(call.state != State::Answered);
            self.calls.pop_front();
            self.first += 1;
        }
    }
}
