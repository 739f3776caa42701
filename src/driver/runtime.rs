use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, TokioSleep};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::model::Millis;

/// The wall clock that decides what has expired.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Milliseconds since the Unix epoch. Never less than an earlier call returned.
    fn now(&self) -> Millis;
}

/// The machine's clock, which never steps back within a process: an entry that was seen as expired stays so.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time that is injected comes from")]
    fn now(&self) -> Millis {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        self.latest.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

/// Where the jitter of retries comes from.
pub trait Random: fmt::Debug + Send + Sync {
    /// A number in 0.0..1.0.
    fn fraction(&self) -> f64;
}

/// The process-wide generator. Jitter needs no secrecy.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fraction(&self) -> f64 {
        fastrand::f64()
    }
}

/// The threads that run the calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Workers {
    /// How many there are.
    pub threads: f64,
    /// How many of them had nothing to do, lately, on average.
    pub idle: f64,
}

/// How much those threads have to do.
pub trait Load: fmt::Debug + Send + Sync {
    /// As it was lately.
    fn workers(&self) -> Workers;
}

/// What tokio says of the runtime that asks.
#[derive(Debug)]
pub struct TokioLoad(Mutex<Sample>);

/// How long the threads of a runtime had been busy at some moment, all together.
#[derive(Debug)]
struct Sample {
    taken: Instant,
    busy: Duration,
    workers: Workers,
}

impl TokioLoad {
    /// Over less time than this, what one thread happens to do would count for too much.
    const PERIOD: Duration = Duration::from_millis(20);
}

impl Default for TokioLoad {
    /// Busy, until more is known.
    fn default() -> Self {
        Self(Mutex::new(Sample {
            taken: Instant::now(),
            busy: Duration::ZERO,
            workers: Workers { threads: 1.0, idle: 0.0 },
        }))
    }
}

impl Load for TokioLoad {
    fn workers(&self) -> Workers {
        let mut sample = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = sample.taken.elapsed();
        if elapsed >= Self::PERIOD
            && let Ok(runtime) = Handle::try_current()
        {
            let metrics = runtime.metrics();
            let busy = (0..metrics.num_workers()).map(|worker| metrics.worker_total_busy_duration(worker)).sum();
            *sample = sample.next(elapsed, busy, metrics.num_workers());
        }
        sample.workers
    }
}

impl Sample {
    /// The sample after this one, and a moving average of the two.
    fn next(&self, elapsed: Duration, busy: Duration, threads: usize) -> Self {
        let threads = u32::try_from(threads).map_or(f64::MAX, f64::from);
        let busy_threads = busy.saturating_sub(self.busy).as_secs_f64() / elapsed.as_secs_f64();
        let idle = (threads - busy_threads).clamp(0.0, threads);
        let workers = Workers { threads, idle: f64::midpoint(self.workers.idle, idle) };
        Self { taken: self.taken + elapsed, busy, workers }
    }
}

/// Time, randomness, sleep and load, injected so that tests never wait for any of them.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// Decides what has expired.
    pub clock: Arc<dyn Clock>,
    /// Jitters retries.
    pub random: Arc<dyn Random>,
    /// Waits between retries.
    pub sleep: SharedAsyncSleep,
    /// Decides how many calls share one.
    pub load: Arc<dyn Load>,
}

impl Runtime {
    /// The machine's own.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            load: Arc::new(TokioLoad::default()),
        }
    }

    pub(super) async fn pause(&self, duration: Duration) {
        self.sleep.sleep(duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_idle_is_what_is_not_busy() {
        let busy = Sample {
            taken: Instant::now(),
            busy: Duration::from_secs(7),
            workers: Workers { threads: 2.0, idle: 0.0 },
        };
        let half = busy.next(Duration::from_secs(1), Duration::from_secs(8), 2);
        assert_eq!(half.workers, Workers { threads: 2.0, idle: 0.5 });
        let more = half.next(Duration::from_secs(1), Duration::from_secs(8), 2);
        assert_eq!(more.workers, Workers { threads: 2.0, idle: 1.25 });
        assert_eq!(more.taken, busy.taken + Duration::from_secs(2));
        // The clocks of several threads do not agree to the last microsecond.
        let beyond = more.next(Duration::from_secs(1), Duration::from_secs(11), 2);
        assert_eq!(beyond.workers, Workers { threads: 2.0, idle: 0.625 });
    }

    #[tokio::test]
    async fn a_runtime_tells_how_many_threads_it_has() {
        let load = TokioLoad::default();
        load.0.lock().unwrap().taken -= TokioLoad::PERIOD;
        let Workers { threads, idle } = load.workers();
        assert!((threads - 1.0).abs() < f64::EPSILON);
        assert!((0.0..=1.0).contains(&idle));
    }
}
