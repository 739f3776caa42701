//! Measures how far this machine's clock differs from DynamoDB's, and corrects the clock that decides what has expired.
//!
//! All instances have to agree on the time. Each response of DynamoDB has a date with a resolution of a second. How the clock
//! uses it is the clock's own concern: see [`SystemClock::compare`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use futures_util::future::BoxFuture;
use http::header;

use crate::driver::transport::{Request, Response, Transport, TransportError};
use crate::driver::{DatedAnswer, SystemClock};
use crate::model::Millis;

/// How much the clocks of instances may differ.
const TOLERANCE: Millis = 250;

/// Minimum time between warnings.
const WARNING_PERIOD: Duration = Duration::from_mins(1);

/// Wraps a transport so that the clock sees the date of each answer.
#[must_use]
pub fn dated(transport: Arc<dyn Transport>, clock: Arc<SystemClock>) -> Arc<dyn Transport> {
    Arc::new(Dated { transport, watch: Arc::new(SkewWatch { clock, warned: Mutex::default() }) })
}

#[derive(Debug)]
struct Dated {
    transport: Arc<dyn Transport>,
    watch: Arc<SkewWatch>,
}

/// Compares dates of answers with the clock and warns, at most once a minute.
#[derive(Debug)]
struct SkewWatch {
    clock: Arc<SystemClock>,
    /// When it warned last.
    warned: Mutex<Option<Duration>>,
}

impl SkewWatch {
    /// Takes the date of the answer to a request that was sent at a moment of the monotonic clock.
    fn compare(&self, sent: Duration, date: i64) {
        let received = self.clock.monotonic();
        let skew = self.clock.compare(DatedAnswer { sent, received, date: date.saturating_mul(1000) });
        if skew.saturating_abs() > TOLERANCE {
            self.warn(skew, received);
        }
    }

    fn warn(&self, skew_ms: Millis, now: Duration) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|warned| now.saturating_sub(warned) >= WARNING_PERIOD) {
            *warned = Some(now);
            tracing::warn!(
                skew_ms,
                "this machine's clock differs from DynamoDB's by at least this much; until it is set right, entries expire by \
                 DynamoDB's clock, to the second"
            );
        }
    }
}

impl Transport for Dated {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let watch = Arc::clone(&self.watch);
        let sent = watch.clock.monotonic();
        let answer = self.transport.send(request);
        Box::pin(async move {
            let response = answer.await?;
            if let Some(date) = date(&response) {
                watch.compare(sent, date);
            }
            Ok(response)
        })
    }
}

/// The date of an answer, in seconds since 1970.
fn date(response: &Response) -> Option<i64> {
    let date = response.headers().get(header::DATE)?.to_str().ok()?;
    Some(DateTime::from_str(date, DateTimeFormat::HttpDate).ok()?.secs())
}
