//! DynamoDB's numbers: up to 38 significant digits, as decimal text.

use bigdecimal::num_bigint::{BigInt, ToBigInt};
use bigdecimal::{BigDecimal, ToPrimitive};

use crate::model::Number;

/// Parses a stored number. The time that the library takes is quadratic in the number of digits and in the exponent, so
/// `Number` checks both first.
pub(crate) fn decimal(text: &str) -> Option<BigDecimal> {
    Number::parse(text).ok()?.to_string().parse().ok()
}

/// A stored number as a signed 64-bit integer, if it is one: `5`, but also `5E0` and `50E-1`.
pub(crate) fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number = decimal(text)?;
    // Check the bounds first: the integer form of 1E125 has 126 digits.
    let in_range = number.abs() <= BigDecimal::from(BigInt::from(u64::MAX));
    if in_range && number.is_integer() { number.to_bigint()?.to_i64() } else { None }
}

/// Whether this is the text that Get returns for a stored number: plain decimal digits without superfluous zeros.
pub(crate) fn is_canonical(text: &str) -> bool {
    // Check the bytes first: the library also parses forms that DynamoDB refuses, and large numbers take long.
    let is_plain = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'.');
    is_plain
        && text.parse::<BigDecimal>().is_ok_and(|number| {
            let number = number.normalized();
            number.digits() <= 38 && number.to_plain_string() == text
        })
}
