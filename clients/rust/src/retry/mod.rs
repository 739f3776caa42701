//! Sends a call again as gRPC proposal A6 describes, within the deadline of the call.
//!
//! Around the typed call, since a layer below it could not send a request's body twice.

mod policy;
mod throttle;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tonic::{Code, Status};

pub use policy::RetryPolicy;
use throttle::Throttle;

use uuid::Uuid;

use crate::error::{Failure, no_answer_in_time};
use crate::method::Method;
use crate::{Error, Runtime};

/// The longest deadline that is sent. gRPC has no word for one much longer.
const LONGEST_TIMEOUT: Duration = Duration::from_hours(100 * 24);

/// A call that was answered.
#[derive(Debug)]
pub(crate) struct Answered<T> {
    pub(crate) answer: T,
    /// Whether an attempt before the one that was answered may have changed something.
    pub(crate) in_doubt: bool,
}

/// A call that was given up.
#[derive(Debug)]
pub(crate) struct GivenUp {
    /// The failure of the last attempt.
    pub(crate) failure: Failure,
    /// Whether all attempts certainly changed nothing. One that may have is not undone by a later one that did not.
    pub(crate) changed_nothing: bool,
}

impl GivenUp {
    /// What the caller is told of a call that went under this id.
    pub(crate) fn into_error(self, method: Method, request_id: Uuid) -> Error {
        let Self { failure, changed_nothing } = self;
        if changed_nothing || !method.writes() {
            Error::Failed(Box::new(failure))
        } else {
            Error::OutcomeUnknown { request_id, source: Box::new(failure) }
        }
    }
}

/// Sends the calls of one client.
#[derive(Debug)]
pub(crate) struct Sender {
    policy: RetryPolicy,
    throttle: Throttle,
    runtime: Arc<dyn Runtime>,
}

impl Sender {
    pub(crate) fn new(policy: RetryPolicy, runtime: Arc<dyn Runtime>) -> Self {
        Self { policy, throttle: Throttle::default(), runtime }
    }

    /// Makes attempts until one succeeds, the policy ends or the next one would begin after the deadline. `attempt` is
    /// given the time that is left.
    pub(crate) async fn send<T, F>(
        &self,
        method: Method,
        timeout: Duration,
        mut attempt: impl FnMut(Duration) -> F,
    ) -> Result<Answered<T>, GivenUp>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let deadline = self.deadline(timeout);
        let mut changed_nothing = true;
        let mut attempts = 0;
        loop {
            let left = self.left(deadline);
            let failure = match self.within(left, attempt(left)).await {
                Ok(answer) => {
                    self.throttle.succeeded();
                    return Ok(Answered { answer, in_doubt: !changed_nothing });
                }
                Err(status) => Failure::from(status),
            };
            attempts += 1;
            changed_nothing &= failure.changed_nothing();
            match self.pause(method, attempts, &failure, deadline) {
                Some(pause) => self.runtime.sleep(pause).await,
                None => return Err(GivenUp { failure, changed_nothing }),
            }
        }
    }

    /// The moment by which a call that is given this long ends.
    pub(crate) fn deadline(&self, timeout: Duration) -> Instant {
        self.runtime.now() + timeout.min(LONGEST_TIMEOUT)
    }

    /// The time that is left until then.
    pub(crate) fn left(&self, deadline: Instant) -> Duration {
        deadline.saturating_duration_since(self.runtime.now())
    }

    /// The server answers before the deadline; this timer is for one that does not answer at all.
    pub(crate) async fn within<T>(
        &self,
        left: Duration,
        attempt: impl Future<Output = Result<T, Status>>,
    ) -> Result<T, Status> {
        tokio::select! {
            biased;
            result = attempt => result,
            () = self.runtime.sleep(left) => Err(no_answer_in_time()),
        }
    }

    /// Waits as before the next attempt after so many.
    pub(crate) async fn back_off(&self, attempts: u32, failure: &Failure) {
        self.runtime.sleep(self.backoff(attempts, failure)).await;
    }

    fn backoff(&self, attempts: u32, failure: &Failure) -> Duration {
        self.policy.backoff(attempts, self.runtime.fraction()).max(failure.retry_delay().unwrap_or_default())
    }

    /// How long to wait before the next attempt; `None` if there is to be none.
    fn pause(&self, method: Method, attempts: u32, failure: &Failure, deadline: Instant) -> Option<Duration> {
        let pushback = Pushback::of(failure.status());
        let worth_it = matches!(failure.code(), Code::Unavailable | Code::ResourceExhausted);
        let forbidden = matches!(pushback, Some(Pushback::Never));
        let has_tokens = !(worth_it || forbidden) || self.throttle.failed();
        if forbidden || !worth_it || !has_tokens {
            return None;
        }
        if !method.may_be_sent_again() || attempts >= self.policy.max_attempts {
            return None;
        }
        let pause = match pushback {
            Some(Pushback::After(pause)) => pause,
            Some(Pushback::Never) | None => self.backoff(attempts, failure),
        };
        (pause < self.left(deadline)).then_some(pause)
    }
}

/// The server's word on when to send the call again: the trailer `grpc-retry-pushback-ms`.
#[derive(Debug, PartialEq, Eq)]
enum Pushback {
    After(Duration),
    Never,
}

impl Pushback {
    fn of(status: &Status) -> Option<Self> {
        let value = status.metadata().get("grpc-retry-pushback-ms")?;
        // Negative and unreadable mean the same to A6: not at all.
        let wait_ms = value.to_str().ok().and_then(|text| text.parse::<u32>().ok());
        Some(wait_ms.map_or(Self::Never, |ms| Self::After(Duration::from_millis(ms.into()))))
    }
}

#[cfg(test)]
mod tests;
