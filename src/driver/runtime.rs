use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, TokioSleep};

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

/// Time, randomness and sleep, injected so that tests never wait for any of them.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// Decides what has expired.
    pub clock: Arc<dyn Clock>,
    /// Jitters retries.
    pub random: Arc<dyn Random>,
    /// Waits between retries.
    pub sleep: SharedAsyncSleep,
}

impl Runtime {
    /// The machine's own.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
        }
    }

    pub(super) async fn pause(&self, duration: Duration) {
        self.sleep.sleep(duration).await;
    }
}
