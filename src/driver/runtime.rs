use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, TokioSleep};
use tokio::runtime::Handle;

use super::clock::{Clock, SystemClock};

/// The source of the jitter of retries.
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

/// The threads that run the calls. Load of other processes is not counted: a thread that was idle and now waits for a core
/// still counts as idle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Workers {
    /// How many there are.
    pub threads: f64,
    /// How many of them were idle recently, on average.
    pub idle: f64,
}

/// Measures how busy the workers are.
pub trait Load: fmt::Debug + Send + Sync {
    /// The recent average.
    fn workers(&self) -> Workers;
}

/// Measures the current tokio runtime. Always call it from the same runtime.
#[derive(Debug)]
pub struct TokioLoad(Mutex<Sample>);

/// How busy the threads of a runtime were when the sample was taken.
#[derive(Debug)]
struct Sample {
    taken: Instant,
    /// Busy time of all threads together since the runtime started.
    busy: Duration,
    threads: f64,
    /// Moving average of the busy threads. It may briefly exceed `threads`, because tokio reports busy time with a delay.
    busy_threads: f64,
}

impl TokioLoad {
    /// Shortest time between samples. Over less time, a single task of one thread would dominate the sample.
    const PERIOD: Duration = Duration::from_millis(20);
}

impl Default for TokioLoad {
    /// Busy, until the first sample.
    fn default() -> Self {
        Self(Mutex::new(Sample { taken: Instant::now(), busy: Duration::ZERO, threads: 1.0, busy_threads: 1.0 }))
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
        sample.workers()
    }
}

impl Sample {
    /// The sample taken `elapsed` after this one.
    fn next(&self, elapsed: Duration, busy: Duration, threads: usize) -> Self {
        let busy_threads = busy.saturating_sub(self.busy).as_secs_f64() / elapsed.as_secs_f64();
        Self {
            taken: self.taken + elapsed,
            busy,
            threads: u32::try_from(threads).map_or(f64::MAX, f64::from),
            busy_threads: (self.busy_threads * 7.0 + busy_threads) / 8.0,
        }
    }

    fn workers(&self) -> Workers {
        Workers { threads: self.threads, idle: (self.threads - self.busy_threads).clamp(0.0, self.threads) }
    }
}

/// Time, randomness, sleep and load, injected so that tests never wait.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// Decides what has expired.
    pub clock: Arc<dyn Clock>,
    /// Jitters retries.
    pub random: Arc<dyn Random>,
    /// Waits between retries.
    pub sleep: SharedAsyncSleep,
    /// Decides how many calls are coalesced.
    pub load: Arc<dyn Load>,
}

impl Runtime {
    /// The clock, generator, timer and load of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            load: Arc::new(TokioLoad::default()),
        }
    }

    pub(crate) async fn pause(&self, duration: Duration) {
        self.sleep.sleep(duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn sample() -> Sample {
        Sample { taken: Instant::now(), busy: Duration::from_secs(7), threads: 2.0, busy_threads: 2.0 }
    }

    #[test]
    fn threads_that_are_not_busy_are_idle() {
        let busy = sample();
        assert_eq!(busy.workers(), Workers { threads: 2.0, idle: 0.0 });
        let less = busy.next(SECOND, Duration::from_secs(7), 2);
        assert_eq!(less.workers(), Workers { threads: 2.0, idle: 0.25 });
        assert_eq!(less.taken, busy.taken + SECOND);
    }

    /// tokio adds the busy time of a thread when it parks, so one sample sees none of it and the next one too much.
    #[test]
    fn a_busy_thread_does_not_count_as_idle_when_its_time_is_reported_late() {
        let mut sample = sample();
        for second in 0..100 {
            let reported = Duration::from_secs(7 + 4 * (second / 2));
            sample = sample.next(SECOND, reported, 2);
        }
        assert!(sample.workers().idle < 0.3, "{sample:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_load_of_a_tokio_runtime_is_measured() {
        let load = TokioLoad::default();
        load.0.lock().unwrap().taken -= Duration::from_mins(1);
        let Workers { threads, idle } = load.workers();
        assert!((threads - 2.0).abs() < f64::EPSILON);
        assert!(idle > 1.0, "{idle}");
    }
}
