//! The expiry rule, for stored attributes. `expression/renderer.rs` renders the same rule as an expression.
//!
//! Two attributes hold an expiry time. `ttl` has Unix seconds, rounded up, so that DynamoDB's own TTL never deletes too early.
//! `ttl_ms` says how many milliseconds before `ttl` the entry expires. An item is alive at `now` if
//!
//! ```text
//! (NOT attribute_type(ttl, 'N')) OR ttl > :s1
//!     OR (ttl > :now AND ((NOT attribute_type(ttl_ms, 'N')) OR ttl_ms < :r))
//!
//! :now in seconds, with fraction; :s1 = floor(:now) + 1; :r = 1000 - (now in milliseconds mod 1000)
//! ```
//!
//! Other programs write these attributes too, so each may hold any DynamoDB number. Any other type counts as absent.
//! `from_numbers` solves the rule for `now`: it returns the first millisecond at which the rule is false.

use aws_sdk_dynamodb::types::AttributeValue;
use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use super::number::decimal;
use crate::model::{ExpireTime, Millis};

/// The attributes `ttl` and `ttl_ms` of an expiry time.
pub(crate) fn to_attributes(time: ExpireTime) -> (AttributeValue, AttributeValue) {
    let millis = time.as_millis();
    // Rounded up: floor of the negation, negated.
    let ttl = -(-millis).div_euclid(1000);
    let ttl_ms = ttl * 1000 - millis;
    (AttributeValue::N(ttl.to_string()), AttributeValue::N(ttl_ms.to_string()))
}

/// The moment at which an item with these attributes expires.
pub(crate) fn from_attributes(ttl: Option<&AttributeValue>, ttl_ms: Option<&AttributeValue>) -> Option<ExpireTime> {
    from_numbers(number(ttl), number(ttl_ms))
}

/// The moment at which an item with these numbers in its attributes expires.
pub(crate) fn from_numbers(ttl: Option<&str>, ttl_ms: Option<&str>) -> Option<ExpireTime> {
    let ttl = ttl?;
    let millis = match (ttl.parse::<i32>(), ttl_ms.map(str::parse::<i32>)) {
        // What DynaKV and Grove write. No big numbers are needed until 2038.
        (Ok(ttl), None) => i64::from(ttl) * 1000,
        (Ok(ttl), Some(Ok(ttl_ms))) => i64::from(ttl) * 1000 - i64::from(ttl_ms.clamp(0, 1000)),
        _ => from_any_numbers(ttl, ttl_ms)?,
    };
    Some(ExpireTime::at(millis))
}

/// The rule for numbers of any size and fraction.
///
/// With c = ceil(ttl), the rule is false from min(ttl, c - 1 s + (1000 - `ttl_ms`) ms) on, where `ttl_ms` is clamped to
/// 0..1000. For a whole `ttl` that is `ttl` minus `ttl_ms`.
fn from_any_numbers(ttl: &str, ttl_ms: Option<&str>) -> Option<Millis> {
    let ttl = decimal(ttl)?;
    let thousand = BigDecimal::from(1000);
    let mut millis = &ttl * &thousand;
    if let Some(ttl_ms) = ttl_ms {
        let ttl_ms = decimal(ttl_ms)?.clamp(BigDecimal::from(0), thousand.clone());
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rule as the module states it, word for word.
    fn rule_says_alive(ttl: &AttributeValue, ttl_ms: Option<&AttributeValue>, now: Millis) -> bool {
        let decimal = |value: Option<&AttributeValue>| number(value).map(|text| text.parse::<BigDecimal>().unwrap());
        let Some(ttl) = decimal(Some(ttl)) else { return true };
        let next = BigDecimal::from(now.div_euclid(1000) + 1);
        let rest = BigDecimal::from(1000 - now.rem_euclid(1000));
        let now = BigDecimal::from(now) / BigDecimal::from(1000);
        ttl > next || (ttl > now && decimal(ttl_ms).is_none_or(|ttl_ms| ttl_ms < rest))
    }

    fn agrees(ttl: &AttributeValue, ttl_ms: Option<&AttributeValue>, now: Millis) {
        let time = from_attributes(Some(ttl), ttl_ms);
        let alive = time.is_none_or(|time| !time.has_passed(now));
        assert_eq!(alive, rule_says_alive(ttl, ttl_ms, now), "ttl {ttl:?}, ttl_ms {ttl_ms:?}, now {now}");
    }

    const NOW: Millis = 1_800_000_000_000;

    /// Numbers around `NOW` in seconds, with every kind of fraction, and some far off.
    fn ttl() -> impl Strategy<Value = AttributeValue> {
        let near = (-3i64..4, prop_oneof![Just(String::new()), "\\.[0-9]{1,12}"])
            .prop_map(|(offset, fraction)| AttributeValue::N(format!("{}{fraction}", NOW / 1000 + offset)));
        let far = prop_oneof!["-?[0-9]{1,38}", "[1-9]E-?[0-9]{1,2}", "[1-9]E1[0-2][0-5]", "0", "-1\\.5"];
        prop_oneof![8 => near, 2 => far.prop_map(AttributeValue::N), 1 => Just(AttributeValue::S("1".into()))]
    }

    fn ttl_ms() -> impl Strategy<Value = Option<AttributeValue>> {
        let near = prop_oneof!["-?[0-9]{1,4}", "[0-9]{1,4}\\.[0-9]{1,6}", "999", "1000", "1001", "0", "1E3", "1E-130"];
        let other = Just(AttributeValue::Bool(true));
        proptest::option::of(prop_oneof![8 => near.prop_map(AttributeValue::N), 1 => other])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn reads_and_writes_share_one_rule(ttl in ttl(), ttl_ms in ttl_ms(), offset in -3000i64..3000) {
            agrees(&ttl, ttl_ms.as_ref(), NOW + offset);
            // The exact boundary is where reads and writes would differ first.
            if let Some(time) = from_attributes(Some(&ttl), ttl_ms.as_ref())
                && (0..i64::MAX / 2).contains(&time.as_millis())
            {
                for now in [time.as_millis() - 1, time.as_millis(), time.as_millis() + 1] {
                    agrees(&ttl, ttl_ms.as_ref(), now);
                }
            }
        }

        #[test]
        fn an_expiry_time_survives_storage(millis in 0i64..253_402_300_799_999) {
            let (ttl, ttl_ms) = to_attributes(ExpireTime::at(millis));
            prop_assert_eq!(from_attributes(Some(&ttl), Some(&ttl_ms)), Some(ExpireTime::at(millis)));
            // DynamoDB's own TTL deletes on `ttl` alone: never too early, and less than a second late.
            let seconds: i64 = number(Some(&ttl)).unwrap().parse().unwrap();
            prop_assert!((0..1000).contains(&(seconds * 1000 - millis)));
        }
    }
}
