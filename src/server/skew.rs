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

/// Wraps a transport so that the clock sees the date of each answer of DynamoDB.
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
        let is_of_dynamodb = is_of_dynamodb(&request);
        let answer = self.transport.send(request);
        Box::pin(async move {
            let response = answer.await?;
            if let Some(date) = date(&response).filter(|_| is_of_dynamodb) {
                watch.compare(sent, date);
            }
            Ok(response)
        })
    }
}

/// Whether a request goes to DynamoDB. A source of credentials may run on this machine, and its answers have the time of this
/// machine's clock.
fn is_of_dynamodb(request: &Request) -> bool {
    request.headers().get("x-amz-target").is_some_and(|target| target.as_bytes().starts_with(b"DynamoDB_"))
}

/// The date of an answer, in seconds since 1970.
fn date(response: &Response) -> Option<i64> {
    let date = response.headers().get(header::DATE)?.to_str().ok()?;
    Some(DateTime::from_str(date, DateTimeFormat::HttpDate).ok()?.secs())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::driver::transport::Body;
    use crate::driver::{Clock, TimeSource};

    /// 2027-01-15, 8:00.
    const WALL: Millis = 1_800_000_000_000;
    const HOUR: Millis = 3_600_000;

    #[derive(Debug)]
    struct Ahead;

    impl TimeSource for Ahead {
        fn wall(&self) -> Millis {
            WALL
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }

    /// DynamoDB, whose clock is an hour behind this machine's, and a source of credentials on this machine.
    #[derive(Debug)]
    struct Peers;

    impl Transport for Peers {
        fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
            let is_dynamodb = request.uri().host() == Some("dynamodb");
            let date = if is_dynamodb { "Fri, 15 Jan 2027 07:00:00 GMT" } else { "Fri, 15 Jan 2027 08:00:00 GMT" };
            let response = http::Response::builder().header(header::DATE, date).body(Body::from(Bytes::new()));
            Box::pin(async move { Ok(response.unwrap()) })
        }
    }

    /// Only the first answer sets the clock back, and credentials come before any answer of DynamoDB.
    #[tokio::test]
    async fn only_answers_of_dynamodb_set_the_clock() {
        let clock = Arc::new(SystemClock::over(Arc::new(Ahead)));
        let transport = dated(Arc::new(Peers), Arc::clone(&clock));
        let credentials = http::Request::get("http://169.254.170.2/v2/credentials");
        transport.send(credentials.body(Bytes::new()).unwrap()).await.unwrap();
        assert_eq!(clock.now(), WALL);
        let describe =
            http::Request::post("http://dynamodb/").header("x-amz-target", "DynamoDB_20120810.DescribeTable");
        transport.send(describe.body(Bytes::new()).unwrap()).await.unwrap();
        assert!(clock.now() <= WALL - HOUR + 1000, "{}", clock.now() - WALL);
    }
}
