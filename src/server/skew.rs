//! Measures how far this machine's clock differs from DynamoDB's, and corrects the clock that decides what has expired.
//!
//! All instances have to agree on the time. Each response of DynamoDB has a date with a resolution of a second. How the clock
//! uses it is the clock's own concern: see [`SystemClock::compare`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_smithy_types::config_bag::{Storable, StoreReplace};

use crate::driver::{DatedAnswer, SystemClock};
use crate::model::Millis;

/// How much the clocks of instances may differ.
const TOLERANCE: Millis = 250;

/// Minimum time between warnings.
const WARNING_PERIOD: Duration = Duration::from_mins(1);

/// Compares the `Date` header of each response with the clock and warns, at most once a minute.
#[derive(Debug)]
pub(super) struct SkewWatch {
    clock: Arc<SystemClock>,
    /// When it warned last.
    warned: Mutex<Option<Duration>>,
}

/// When the request was sent.
#[derive(Debug)]
struct Sent(Duration);

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

impl SkewWatch {
    pub(super) fn new(clock: Arc<SystemClock>) -> Self {
        Self { clock, warned: Mutex::default() }
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
        bag.interceptor_state().store_put(Sent(self.clock.monotonic()));
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
        if let (Some(date), Some(&Sent(sent))) = (date, bag.load::<Sent>()) {
            let received = self.clock.monotonic();
            let skew = self.clock.compare(DatedAnswer { sent, received, date: date.secs().saturating_mul(1000) });
            if skew.saturating_abs() > TOLERANCE {
                self.warn(skew, received);
            }
        }
        Ok(())
    }
}
