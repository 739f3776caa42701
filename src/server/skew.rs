//! How far this machine's clock is from DynamoDB's.
//!
//! This machine's clock decides what has expired, so instances have to agree on the time. Each answer of DynamoDB says
//! when it was made, to the second.

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

/// By how much instances may disagree.
const TOLERANCE: Millis = 250;

/// A warning is worth repeating after this long.
const WARNING_PERIOD: Millis = 60_000;

/// Compares the `Date` header of each answer with the clock, and warns once a minute if they disagree.
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

/// The least by which our clock is ahead (positive) or behind (negative), in milliseconds.
///
/// DynamoDB's clock showed something from `date` to just before the next second, at a moment between our `sent` and
/// `received`. Whatever the network took is thus never mistaken for skew.
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
