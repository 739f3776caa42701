mod hangs;
mod hedges;

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::Instant;

use self::hangs::Hangs;
use self::hedges::Hedges;
use crate::driver::runtime::Workers;
use crate::driver::upstream::InFlight;

/// Uncoalesced calls per second per worker; the rest are coalesced. A call costs the server some 60 microseconds of CPU, so
/// these calls take about 4 % of the worker.
///
/// This must stay far below what the machine can send. On a busy machine calls take long. If longer calls allowed more calls in
/// flight, the machine would become even busier, until nothing was coalesced.
const CALLS_PER_WORKER: f64 = 600.0;

/// Further uncoalesced calls per second per idle worker. A batch takes as long as its slowest key, so smaller batches are
/// answered sooner if there is CPU to spare.
const CALLS_PER_IDLE_WORKER: f64 = 16_000.0;

/// Idle fraction to ignore. On a busy machine, workers that wait for a core look idle.
const IGNORED_IDLE: f64 = 0.1;

/// Bounds of the uncoalesced calls in flight, however fast or slow DynamoDB answers.
const MIN_IN_FLIGHT: usize = 2;
const MAX_IN_FLIGHT: usize = 64;

/// A member waits for its batch this many times the usual duration of a call.
const TIMEOUT_FACTOR: u32 = 4;
const MIN_TIMEOUT: Duration = Duration::from_millis(20);

/// Pause of coalescing after DynamoDB denied access to the batch action.
const DISABLED_FOR: Duration = Duration::from_mins(1);

/// Measurements of a call that ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) time: Duration,
    /// Bytes of the answer per member; `None` if it had no data.
    pub(crate) bytes: Option<usize>,
}

/// Members that wait to be sent in one call.
pub(crate) trait Batch: Default + Send {
    type Member: Send;

    fn push(&mut self, member: Self::Member);
    fn is_empty(&self) -> bool;
    /// Whether to add no more members, if each takes about `usual_bytes`.
    fn is_full(&self, usual_bytes: usize) -> bool;
}

/// The calls of one kind to one table: the number in flight, and the waiting batch.
#[derive(Debug)]
pub(crate) struct BatchQueue<B> {
    state: Mutex<State<B>>,
    /// All calls with which they share a limit. More permits than it allows would let calls wait alone that could go together.
    in_flight: Arc<InFlight>,
}

#[derive(Debug)]
struct State<B> {
    in_flight: usize,
    waiting: B,
    /// Whether the holder of a permit waits for calls that arrive at the same time.
    is_collecting: bool,
    /// Moving average of the duration of a call.
    usual_time: Duration,
    /// Moving average that follows faster calls soon and slower ones late: what DynamoDB takes. A call that waits for a busy
    /// worker takes longer, and more calls in flight would make that worse.
    fast_time: Duration,
    /// Moving average of the answer's bytes per member.
    usual_bytes: usize,
    calls_per_second: f64,
    disabled_until: Option<Instant>,
    hangs: Hangs,
    hedges: Hedges,
}

/// What a new call does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum QueueDecision {
    /// It has a permit and is sent at once.
    Send,
    /// It has a permit and should [`collect`](BatchQueue::collect) others before it is sent.
    Collect,
    /// It has to join the waiting batch.
    Wait,
}

/// What joining the batch led to.
pub(crate) enum Joined<B: Batch> {
    /// A permit had become free: the call is sent alone.
    Alone(B::Member),
    /// The call waits.
    Waits,
    /// The batch is full and is sent now, with an additional permit.
    Full(B),
}

impl<B: Batch> BatchQueue<B> {
    /// A queue of calls that share the limit of these.
    pub(crate) fn of(in_flight: &Arc<InFlight>) -> Self {
        let state = State {
            in_flight: 0,
            waiting: B::default(),
            is_collecting: false,
            usual_time: Duration::ZERO,
            fast_time: Duration::ZERO,
            usual_bytes: 0,
            calls_per_second: CALLS_PER_WORKER,
            disabled_until: None,
            hangs: Hangs::default(),
            hedges: Hedges::default(),
        };
        Self { state: Mutex::new(state), in_flight: Arc::clone(in_flight) }
    }

    /// The calls with which they share a limit.
    pub(crate) fn in_flight(&self) -> &Arc<InFlight> {
        &self.in_flight
    }

    /// Takes a permit for a call with this key, if there is one.
    pub(crate) fn enter(&self, key: &str) -> QueueDecision {
        let now = Instant::now();
        let mut state = self.state();
        if state.hangs.suspects(key, now) {
            state.in_flight += 1;
            return QueueDecision::Send;
        }
        if state.is_collecting || !state.has_permit(self.in_flight.limit(), now) {
            return QueueDecision::Wait;
        }
        state.in_flight += 1;
        // Only the last permit collects. Answers of one call arrive together, and their callers call again together: while there are
        // permits, calls that went out together once would go out together for ever, each as slow as the slowest of them.
        let has_more = state.in_flight < state.max_in_flight(self.in_flight.limit());
        if state.in_flight == 1 || has_more || state.is_disabled(now) {
            return QueueDecision::Send;
        }
        state.is_collecting = true;
        QueueDecision::Collect
    }

    /// Lets calls that arrived at the same time join, and takes them along. It yields once, so that this worker runs its other
    /// tasks: requests that a connection delivered together are sent together. There is no timer. If the worker is blocked
    /// meanwhile, the calls that joined time out, as they do behind any slow call.
    pub(crate) async fn collect(&self) -> B {
        let collecting = Collecting(self);
        yield_now().await;
        drop(collecting);
        mem::take(&mut self.state().waiting)
    }

    /// Joins the waiting batch, unless a permit has become free.
    pub(crate) fn join(&self, member: B::Member) -> Joined<B> {
        let mut state = self.state();
        if !state.is_collecting && state.has_permit(self.in_flight.limit(), Instant::now()) {
            state.in_flight += 1;
            return Joined::Alone(member);
        }
        state.waiting.push(member);
        if !state.waiting.is_full(state.usual_bytes) {
            return Joined::Waits;
        }
        state.in_flight += 1;
        Joined::Full(mem::take(&mut state.waiting))
    }

    /// Returns the permit of a call that ended, with its measurements if it was answered. The permit passes to the batch that
    /// this returns.
    pub(crate) fn leave(&self, measured: Option<Measured>, workers: Workers) -> Option<B> {
        let mut state = self.state();
        let idle = (workers.idle - IGNORED_IDLE * workers.threads).max(0.0);
        state.calls_per_second = CALLS_PER_WORKER * workers.threads + CALLS_PER_IDLE_WORKER * idle;
        if let Some(measured) = measured {
            state.learn(measured);
        }
        state.pass_on(self.in_flight.limit())
    }

    /// A call with these keys hangs, and must not hold its permit until its deadline. The permit passes to the batch that this
    /// returns.
    pub(crate) fn hang(&self, keys: &[&str]) -> Option<B> {
        let mut state = self.state();
        state.hangs.add(keys, Instant::now());
        state.pass_on(self.in_flight.limit())
    }

    /// A call that counted as hanging ended, with its measurements if it was answered.
    pub(crate) fn leave_late(&self, measured: Option<Measured>) {
        if let Some(measured) = measured {
            let mut state = self.state();
            state.learn(measured);
            state.hangs.clear();
        }
    }

    /// Takes the waiting batch after a member has timed out. The calls in flight hang, so the batch does not wait for one of
    /// their permits: it gets an additional one.
    pub(crate) fn flush(&self) -> Option<B> {
        let mut state = self.state();
        if state.waiting.is_empty() {
            return None;
        }
        state.in_flight += 1;
        Some(mem::take(&mut state.waiting))
    }

    /// How long a member waits before it does more than wait.
    pub(crate) fn member_timeout(&self) -> Duration {
        (self.state().usual_time * TIMEOUT_FACTOR).max(MIN_TIMEOUT)
    }

    /// After how long a call counts as hanging.
    pub(crate) fn hang_timeout(&self) -> Duration {
        Hangs::hang_after(self.state().usual_time)
    }

    /// Whether a member that has waited for its timeout may be read a second time, beside its batch.
    pub(crate) fn may_hedge(&self) -> bool {
        self.state().hedges.take()
    }

    /// Stops coalescing for a while: DynamoDB denied access to the batch action.
    pub(crate) fn disable(&self) {
        self.state().disabled_until = Some(Instant::now() + DISABLED_FOR);
    }

    /// The state is consistent between any two statements, so a poisoned lock does not matter.
    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls are being collected, until this is dropped.
struct Collecting<'a, B: Batch>(&'a BatchQueue<B>);

impl<B: Batch> Drop for Collecting<'_, B> {
    fn drop(&mut self) {
        self.0.state().is_collecting = false;
    }
}

impl<B: Batch> State<B> {
    fn learn(&mut self, Measured { time, bytes }: Measured) {
        self.usual_time = (self.usual_time * 7 + time) / 8;
        self.fast_time = match self.fast_time {
            Duration::ZERO => time,
            fast if time < fast => (fast * 7 + time) / 8,
            fast => (fast * 63 + time) / 64,
        };
        self.usual_bytes = bytes.map_or(self.usual_bytes, |bytes| (self.usual_bytes * 7 + bytes) / 8);
        self.hedges.answered();
    }

    /// Passes a permit to the waiting batch, or gives it up.
    fn pass_on(&mut self, limit: usize) -> Option<B> {
        if self.waiting.is_empty() || self.in_flight > self.max_in_flight(limit) {
            self.in_flight = self.in_flight.saturating_sub(1);
            return None;
        }
        Some(mem::take(&mut self.waiting))
    }

    fn is_disabled(&self, now: Instant) -> bool {
        self.hangs.pauses(now) || self.disabled_until.is_some_and(|until| now < until)
    }

    fn has_permit(&self, limit: usize, now: Instant) -> bool {
        self.is_disabled(now) || self.in_flight < self.max_in_flight(limit)
    }

    /// The calls in flight at a rate of `calls_per_second` (Little's law), as far as the limit allows.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    fn max_in_flight(&self, limit: usize) -> usize {
        let in_flight = (self.fast_time.as_secs_f64() * self.calls_per_second) as usize;
        in_flight.min(limit).clamp(MIN_IN_FLIGHT, MAX_IN_FLIGHT)
    }
}

#[cfg(test)]
mod tests;
