//! Measures how far this machine's clock differs from DynamoDB's.
//!
//! This machine's clock decides what has expired, so all instances have to agree on the time. Each response of DynamoDB
//! has a date with a resolution of a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_smithy_types::config_bag::{Storable, StoreReplace};

use crate::driver::Clock;
use crate::model::Millis;

/// How much the clocks of instances may differ.
const TOLERANCE: Millis = 250;

/// Minimum time between warnings.
const WARNING_PERIOD: Millis = 60_000;

/// Compares the `Date` header of each response with the clock and warns, at most once a minute.
#[derive(Debug)]
pub(super) struct SkewWatch {
    clock: Arc<dyn Clock>,
    warned: AtomicI64,
}

/// When the request was sent.
#[derive(Debug)]
struct Sent(Millis);

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

impl SkewWatch {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, warned: AtomicI64::new(Millis::MIN) }
    }

    fn warn(&self, skew_ms: Millis, now: Millis) {
        let warned = self.warned.load(Ordering::Relaxed);
        let is_due = now.saturating_sub(warned) >= WARNING_PERIOD;
        if is_due && self.warned.compare_exchange(warned, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!(
                skew_ms,
                "this machine's clock differs from DynamoDB's by at least this much; entries expire by it, so set it right"
            );
        }
    }
}

impl Intercept for SkewWatch {
    fn name(&self) -> &'static str {
        "SkewWatch"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(Sent(self.clock.now()));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        if let (Some(date), Some(Sent(sent))) = (date, bag.load::<Sent>()) {
            let now = self.clock.now();
            let skew = skew(*sent, date.secs().saturating_mul(1000), now);
            if skew.abs() > TOLERANCE {
                self.warn(skew, now);
            }
        }
        Ok(())
    }
}

/// The minimum by which our clock is ahead (positive) or behind (negative), in milliseconds.
///
/// DynamoDB's clock was between `date` and the next second at some time between our `sent` and `received`. So network
/// latency is never reported as skew.
fn skew(sent: Millis, date: Millis, received: Millis) -> Millis {
    let ahead = sent - (date + 999);
    let behind = received - date;
    if ahead > 0 { ahead } else { behind.min(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_rounding_or_the_network_is_skew() {
        assert_eq!(skew(10_000, 10_000, 10_000), 0);
        assert_eq!(skew(10_999, 10_000, 10_999), 0);
        assert_eq!(skew(10_100, 10_000, 19_000), 0, "a slow network");
        assert_eq!(skew(9_000, 10_000, 10_500), 0, "a slow network");
        assert_eq!(skew(11_300, 10_000, 11_400), 301);
        assert_eq!(skew(9_500, 10_000, 9_600), -400);
    }
}
