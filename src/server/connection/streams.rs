//! Runs the stream tasks of a connection and cancels those whose client does not read.
//!
//! hyper spawns a task for each stream, which waits for the response and sends it. While the client's window is closed,
//! that task polls none of our code, so only its executor can end it. Dropping the task resets the stream and frees its
//! memory.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::server::refusals::{Refusals, Refused};

/// Maximum number of stream tasks for each connection. Each takes some kilobytes.
const MAX_TASKS: usize = 8192;

/// The executor of one connection's streams. Clones share it.
#[derive(Debug, Clone)]
pub(in crate::server) struct Streams(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The stream of the next task: hyper calls the service and then spawns the task.
    next: Mutex<Option<Arc<Stream>>>,
    active: AtomicUsize,
    begun: AtomicU64,
    stall_timeout: Duration,
    cancelled_early: Mutex<CancelBudget>,
    flooded: CancellationToken,
    refusals: Refusals,
}

/// A token bucket for streams that the client cancels before their requests are complete.
///
/// A client with deadlines of a millisecond cancels many streams before it has sent the request, but no more than it
/// has calls. A flood of resets ("rapid reset", CVE-2023-44487) costs its sender nothing and has no such bound.
#[derive(Debug)]
struct CancelBudget {
    left: f64,
    at: Instant,
}

impl CancelBudget {
    const BURST: f64 = 20_000.0;
    const PER_SECOND: f64 = 1_000.0;

    /// Counts a cancelled stream. False if it is one too many.
    fn count(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * Self::PER_SECOND;
        *self = Self { left: (self.left + earned).min(Self::BURST) - 1.0, at: now };
        self.left >= 0.0
    }
}

/// State that a stream's task and its response share.
#[derive(Debug, Default)]
pub(in crate::server) struct Stream {
    /// The deadline of the task; not set before the response begins, and for streams without a deadline.
    until: OnceLock<Instant>,
    /// Counts the chunks of the response: odd while the client has to read, even while the next chunk is produced.
    progress: AtomicU64,
}

impl Streams {
    pub(super) fn new(stall_timeout: Duration, refusals: Refusals) -> Self {
        let (active, begun) = (AtomicUsize::new(0), AtomicU64::new(0));
        let cancelled_early = Mutex::new(CancelBudget { left: CancelBudget::BURST, at: Instant::now() });
        let (next, flooded) = (Mutex::new(None), CancellationToken::new());
        Self(Arc::new(Shared { next, active, begun, stall_timeout, cancelled_early, flooded, refusals }))
    }

    /// Starts a stream. The next spawned task belongs to it.
    ///
    /// HTTP/2 limits open streams, but not streams that the client has reset and whose tasks have not ended yet.
    pub(in crate::server) fn begin(&self) -> Arc<Stream> {
        if self.active() > MAX_TASKS {
            self.0.flooded.cancel();
        }
        let stream = Arc::new(Stream::default());
        *self.0.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&stream));
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        stream
    }

    /// Records that the client cancelled a stream before its request was complete.
    pub(in crate::server) fn cancelled_early(&self) {
        let mut cancelled_early = self.0.cancelled_early.lock().unwrap_or_else(PoisonError::into_inner);
        if !cancelled_early.count(Instant::now()) {
            self.0.flooded.cancel();
        }
    }

    /// Resolves when the client has cancelled too many.
    pub(super) async fn flooded(&self) {
        self.0.flooded.cancelled().await;
        self.0.refusals.count(Refused::Flood);
    }

    /// Whether the client has cancelled too many.
    pub(super) fn is_flooded(&self) -> bool {
        self.0.flooded.is_cancelled()
    }

    /// Open streams.
    pub(super) fn active(&self) -> usize {
        self.0.active.load(Ordering::Relaxed)
    }

    /// Streams started so far.
    pub(super) fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::Relaxed)
    }
}

impl Stream {
    /// Sets the deadline by which the client has to read the response.
    pub(in crate::server) fn respond_until(&self, until: Instant) {
        // A stream has one response.
        let _set_before = self.until.set(until);
    }

    /// A chunk was handed to HTTP/2: now the client has to read.
    pub(in crate::server) fn sent_chunk(&self) {
        let before = self.progress.load(Ordering::Relaxed);
        self.progress.store((before + 2) | 1, Ordering::Relaxed);
    }

    /// The next chunk is being produced: the client has nothing to do.
    pub(in crate::server) fn producing_chunk(&self) {
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

/// Counts an active stream while it exists.
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
    /// A stream's task. It ends early if the client does not read the response.
    struct Task<F> {
        #[pin]
        work: F,
        stream: Arc<Stream>,
        // Only set for responses that are not sent at once.
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
            let sent_chunk = progress % 2 == 1;
            if sent_chunk || now >= until {
                this.running.0.refusals.count(Refused::Unread);
                return Poll::Ready(());
            }
            // The client is waiting for us, not the reverse.
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
        let mut cancelled_early = CancelBudget { left: CancelBudget::BURST, at: begun };
        assert!((0..20_000).all(|_| cancelled_early.count(begun)));
        assert!(!cancelled_early.count(begun));
        let later = begun + Duration::from_secs(1);
        assert!((0..999).all(|_| cancelled_early.count(later)));
        assert!(!cancelled_early.count(later));
    }
}
