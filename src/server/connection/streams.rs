//! The tasks of one connection's streams, and when one of them is dropped.
//!
//! hyper gives each stream a task that waits for the answer and then sends it. While a piece of it waits for the client's
//! window, the task asks nobody anything, so only whoever runs the task can end it. A task that is dropped resets its stream,
//! and all that it holds is free.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::server::refusals::{Refusals, Refused};

/// How many tasks of streams one connection may have. Each takes some kilobytes.
const MAX_TASKS: usize = 8192;

/// Runs the streams of one connection. Clones run them together.
#[derive(Debug, Clone)]
pub(in crate::server) struct Streams(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The stream whose task comes next: hyper calls the service and spawns the task right after it.
    next: Mutex<Option<Arc<Stream>>>,
    active: AtomicUsize,
    begun: AtomicU64,
    stall_timeout: Duration,
    given_up: Mutex<GivenUp>,
    flooded: CancellationToken,
    refusals: Refusals,
}

/// How many more streams the client may give up before their requests are complete.
///
/// A client whose calls have deadlines of a millisecond gives up many before it has sent them, but only as many as it has calls.
/// A flood of resets ("rapid reset", CVE-2023-44487) costs its sender nothing, so it has no such bound.
#[derive(Debug)]
struct GivenUp {
    left: f64,
    at: Instant,
}

impl GivenUp {
    const BURST: f64 = 20_000.0;
    const PER_SECOND: f64 = 1_000.0;

    /// Whether this one is within the limit.
    fn count(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * Self::PER_SECOND;
        *self = Self { left: (self.left + earned).min(Self::BURST) - 1.0, at: now };
        self.left >= 0.0
    }
}

/// What a stream's task and its answer know of each other.
#[derive(Debug, Default)]
pub(in crate::server) struct Stream {
    /// When the task is dropped at the latest; none while the answer is awaited, and for streams that have no end.
    until: OnceLock<Instant>,
    /// How often a piece of the answer was handed over; odd while the client is waited for.
    progress: AtomicU64,
}

impl Streams {
    pub(super) fn new(stall_timeout: Duration, refusals: Refusals) -> Self {
        let (active, begun) = (AtomicUsize::new(0), AtomicU64::new(0));
        let given_up = Mutex::new(GivenUp { left: GivenUp::BURST, at: Instant::now() });
        let (next, flooded) = (Mutex::new(None), CancellationToken::new());
        Self(Arc::new(Shared { next, active, begun, stall_timeout, given_up, flooded, refusals }))
    }

    /// A stream begins. Its task is the next that is spawned.
    ///
    /// HTTP/2 bounds the streams that are open, but not those that the client has reset and whose tasks have not ended yet.
    pub(in crate::server) fn begin(&self) -> Arc<Stream> {
        if self.active() > MAX_TASKS {
            self.0.flooded.cancel();
        }
        let stream = Arc::new(Stream::default());
        *self.0.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&stream));
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        stream
    }

    /// The client has given a stream up before its request was complete.
    pub(in crate::server) fn given_up(&self) {
        let mut given_up = self.0.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        if !given_up.count(Instant::now()) {
            self.0.flooded.cancel();
        }
    }

    /// Resolves when the client has given up too many.
    pub(super) async fn flooded(&self) {
        self.0.flooded.cancelled().await;
        self.0.refusals.count(Refused::Flood);
    }

    /// Whether the client has given up too many.
    pub(super) fn is_flooded(&self) -> bool {
        self.0.flooded.is_cancelled()
    }

    /// How many there are now.
    pub(super) fn active(&self) -> usize {
        self.0.active.load(Ordering::Relaxed)
    }

    /// How many there have been.
    pub(super) fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::Relaxed)
    }
}

impl Stream {
    /// The answer has begun, and has to be taken by then.
    pub(in crate::server) fn answer_until(&self, until: Instant) {
        // A stream answers once.
        let _set_before = self.until.set(until);
    }

    /// A piece of the answer is handed over: from now on the client is waited for.
    pub(in crate::server) fn waits_for_client(&self) {
        let before = self.progress.load(Ordering::Relaxed);
        self.progress.store((before + 2) | 1, Ordering::Relaxed);
    }

    /// The next piece is being made: the client is not waited for.
    pub(in crate::server) fn waits_for_answer(&self) {
        let before = self.progress.load(Ordering::Relaxed);
        self.progress.store((before | 1) + 1, Ordering::Relaxed);
    }
}

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, work: F) {
        let stream = self.0.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        let running = Running::new(&self.0);
        tokio::spawn(Task { work, stream: stream.unwrap_or_default(), timer: None, seen: 0, running });
    }
}

/// One stream that is counted.
struct Running(Arc<Shared>);

impl Running {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.active.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(shared))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::Relaxed);
    }
}

pin_project! {
    /// The task of one stream. It ends early when the client does not take the answer.
    struct Task<F> {
        #[pin]
        work: F,
        stream: Arc<Stream>,
        // Only for answers that are not taken at once.
        timer: Option<Pin<Box<Sleep>>>,
        // The progress when the timer was set.
        seen: u64,
        running: Running,
    }
}

impl<F: Future<Output = ()>> Future for Task<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.work.poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let Some(until) = this.stream.until.get().copied() else { return Poll::Pending };
        let stall_timeout = this.running.0.stall_timeout;
        loop {
            let progress = this.stream.progress.load(Ordering::Relaxed);
            let now = Instant::now();
            if this.timer.is_none() || *this.seen != progress {
                *this.seen = progress;
                let at = until.min(now + stall_timeout);
                match this.timer {
                    Some(timer) => timer.as_mut().reset(at),
                    None => *this.timer = Some(Box::pin(sleep_until(at))),
                }
            }
            let Some(timer) = this.timer else { return Poll::Pending };
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let waits_for_client = progress % 2 == 1;
            if waits_for_client || now >= until {
                this.running.0.refusals.count(Refused::Unread);
                return Poll::Ready(());
            }
            // DynamoDB is slow, not the client.
            timer.as_mut().reset(until.min(now + stall_timeout));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_what_comes_faster_than_a_client_has_calls() {
        let begun = Instant::now();
        let mut given_up = GivenUp { left: GivenUp::BURST, at: begun };
        assert!((0..20_000).all(|_| given_up.count(begun)));
        assert!(!given_up.count(begun));
        let later = begun + Duration::from_secs(1);
        assert!((0..999).all(|_| given_up.count(later)));
        assert!(!given_up.count(later));
    }
}
