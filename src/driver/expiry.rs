//! The one expiry rule, as stored numbers, as a moment, and (in `condition.rs`) as an expression.
//!
//! Two attributes hold an expiry time: `ttl`, Unix seconds rounded up, on which DynamoDB's own TTL deletes, so never too
//! early; and `ttl_ms`, by how many milliseconds before that the entry is gone. An item is alive at `now` if
//!
//! ```text
//! (NOT attribute_type(ttl, 'N')) OR ttl > :s1
//!     OR (ttl > :now AND ((NOT attribute_type(ttl_ms, 'N')) OR ttl_ms < :r))
//!
//! :now in seconds, with fraction; :s1 = floor(:now) + 1; :r = 1000 - (now in milliseconds mod 1000)
//! ```
//!
//! Other programs write these attributes too, so each may hold any DynamoDB number, or another type, which counts as
//! absent. `from_attributes` turns the rule around: it returns the first millisecond at which the rule is false.

use aws_sdk_dynamodb::types::AttributeValue;
use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use crate::model::{ExpireTime, Millis};

/// The attributes `ttl` and `ttl_ms` of an expiry time.
pub(super) fn to_attributes(time: ExpireTime) -> (AttributeValue, AttributeValue) {
    let millis = time.as_millis();
    // Rounded up: floor of the negation, negated.
    let ttl = -(-millis).div_euclid(1000);
    let ttl_ms = ttl * 1000 - millis;
    (AttributeValue::N(ttl.to_string()), AttributeValue::N(ttl_ms.to_string()))
}

/// The moment at which an item with these attributes ceases to exist.
pub(super) fn from_attributes(ttl: Option<&AttributeValue>, ttl_ms: Option<&AttributeValue>) -> Option<ExpireTime> {
    let ttl = number(ttl)?;
    let ttl_ms = number(ttl_ms);
    let millis = match (ttl.parse::<i32>(), ttl_ms.map(str::parse::<i32>)) {
        // What DynaKV and Grove write, until 2038 without any big number.
        (Ok(ttl), None) => i64::from(ttl) * 1000,
        (Ok(ttl), Some(Ok(ttl_ms))) => i64::from(ttl) * 1000 - i64::from(ttl_ms.clamp(0, 1000)),
        _ => from_any_numbers(ttl, ttl_ms)?,
    };
    Some(ExpireTime::at(millis))
}

/// The rule for numbers of any size and fraction.
///
/// With c = ceil(ttl), it is false from min(ttl, c - 1 s + (1000 - `ttl_ms`) ms) on, where a `ttl_ms` outside 0..1000
/// acts as the nearer end; for a whole `ttl` that is `ttl` minus `ttl_ms`.
fn from_any_numbers(ttl: &str, ttl_ms: Option<&str>) -> Option<Millis> {
    let ttl: BigDecimal = ttl.parse().ok()?;
    let thousand = BigDecimal::from(1000);
    let mut millis = &ttl * &thousand;
    if let Some(ttl_ms) = ttl_ms {
        let ttl_ms = ttl_ms.parse::<BigDecimal>().ok()?.clamp(BigDecimal::from(0), thousand.clone());
        let ceiling = ttl.with_scale_round(0, RoundingMode::Ceiling) * thousand;
        millis = millis.min(ceiling - ttl_ms);
    }
    Some(saturate(&millis.with_scale_round(0, RoundingMode::Ceiling)))
}

fn saturate(number: &BigDecimal) -> Millis {
    number.to_i64().unwrap_or(if number.sign() == Sign::Minus { Millis::MIN } else { Millis::MAX })
}

fn number(value: Option<&AttributeValue>) -> Option<&str> {
    match value {
        Some(AttributeValue::N(number)) => Some(number),
        _ => None,
    }
}
