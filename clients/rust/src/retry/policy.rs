use std::time::Duration;

/// How calls that failed with `UNAVAILABLE` or `RESOURCE_EXHAUSTED` are sent again.
///
/// Only calls that the proto declares as repeatable are, always with the same request id, and never after the call's
/// deadline. A server's own word, `grpc-retry-pushback-ms` or `RetryInfo`, goes before the backoff. Many failures in a
/// row stop the retries of all calls of a client, as gRPC proposal A6 describes, so that they do not keep a server down.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// How often a call is sent at most, the first time included. 1: never again.
    pub max_attempts: u32,
    /// The pause before the second attempt, give or take a fifth.
    pub initial_backoff: Duration,
    /// The longest pause.
    pub max_backoff: Duration,
    /// By how much each pause is longer than the one before.
    pub backoff_multiplier: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            initial_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            backoff_multiplier: 2.0,
        }
    }
}

impl RetryPolicy {
    /// Sends every call once.
    #[must_use]
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// The pause after so many attempts; `fraction` in 0.0..1.0 is the jitter.
    pub(super) fn backoff(&self, attempts: u32, fraction: f64) -> Duration {
        let exponent = i32::try_from(attempts.saturating_sub(1)).unwrap_or(i32::MAX);
        let pause_s = self.initial_backoff.as_secs_f64() * self.backoff_multiplier.powi(exponent);
        let pause_s = pause_s.min(self.max_backoff.as_secs_f64()) * (0.8 + 0.4 * fraction);
        Duration::try_from_secs_f64(pause_s).unwrap_or(self.max_backoff)
    }
}
