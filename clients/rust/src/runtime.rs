use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// Time, sleep and chance, as deadlines and retries need them. Injected so that a test of either never waits.
pub trait Runtime: fmt::Debug + Send + Sync {
    /// A clock that never steps back.
    fn now(&self) -> Instant;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// A number in 0.0..1.0, for jitter.
    fn fraction(&self) -> f64;
}

/// The machine's clock, Tokio's timer and the process-wide generator. Jitter needs no secrecy.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioRuntime;

impl Runtime for TokioRuntime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the sleep that is injected everywhere else")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn fraction(&self) -> f64 {
        fastrand::f64()
    }
}
