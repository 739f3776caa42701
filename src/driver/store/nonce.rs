use aws_sdk_dynamodb::types::AttributeValue;

use super::digest::Digest;
use super::number;
use crate::model::{Key, RequestId, Version};

/// The version that a write gives its entry: a hash of the write.
///
/// Every write has a new nonce, so a version condition notices each change. All attempts of one write have the same nonce, so
/// an attempt whose answer was lost is recognised in the stored item. The hash covers the payload: the same `request_id` with
/// another payload is another write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nonce(i64);

/// The smallest version. A smaller number was written by another program, and must not be overwritten.
const FLOOR: i64 = 1 << 61;

/// The smallest version that Increment writes; all other writes have smaller ones. So the condition `version >= COUNTER_FLOOR`
/// holds only while Increment was the last to write the entry, which proves that the value is a 64-bit integer.
const COUNTER_FLOOR: i64 = 1 << 62;

impl Nonce {
    /// A nonce that no write has.
    pub(crate) const NONE: Self = Self(0);

    /// The nonce of a write whose parts are in the digest.
    pub(crate) fn of(digest: Digest) -> Self {
        Self(below_counters(digest.into_bits()))
    }

    /// The nonce of a write of an entry. `operation` and `payload` tell it from other writes of the same request.
    pub(crate) fn new(request: RequestId, table: &str, key: &Key, operation: &str, payload: &[&[u8]]) -> Self {
        Self(below_counters(digest(request, table, key, operation, payload)))
    }

    /// The nonce of an Increment.
    pub(crate) fn counter(request: RequestId, table: &str, key: &Key, payload: &[&[u8]]) -> Self {
        let bits = digest(request, table, key, "Increment", payload) & (COUNTER_FLOOR - 1);
        Self(bits | COUNTER_FLOOR)
    }

    /// The smallest version.
    pub(crate) fn floor() -> AttributeValue {
        AttributeValue::N("2305843009213693952".to_owned())
    }

    /// The largest version.
    pub(crate) fn ceiling() -> AttributeValue {
        AttributeValue::N("9223372036854775807".to_owned())
    }

    /// Whether a stored number can be a version.
    pub(crate) fn is_nonce(number: &str) -> bool {
        number::whole(number).is_some_and(|number| number >= FLOOR)
    }

    /// The smallest nonce of an Increment.
    pub(crate) fn counter_floor() -> AttributeValue {
        AttributeValue::N(COUNTER_FLOOR.to_string())
    }

    /// Whether a stored number is the nonce of an Increment.
    pub(crate) fn is_counter(number: &str) -> bool {
        number::whole(number).is_some_and(|number| number >= COUNTER_FLOOR)
    }

    /// Whether a stored number is this nonce.
    pub(crate) fn is(self, number: &str) -> bool {
        number::whole(number) == Some(self.0)
    }

    pub(crate) fn to_attribute(self) -> AttributeValue {
        AttributeValue::N(self.0.to_string())
    }

    pub(crate) fn to_version(self) -> Version {
        Version::stored(self.0.to_string())
    }
}

fn below_counters(bits: i64) -> i64 {
    (bits & (FLOOR - 1)) | FLOOR
}

fn digest(request: RequestId, table: &str, key: &Key, operation: &str, payload: &[&[u8]]) -> i64 {
    let mut digest = Digest::new(request);
    for part in [table.as_bytes(), key.as_str().as_bytes(), operation.as_bytes()].iter().chain(payload) {
        digest.bytes(part);
    }
    digest.into_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_written_as_they_are() {
        assert_eq!(Nonce::floor(), AttributeValue::N(FLOOR.to_string()));
        assert_eq!(Nonce::ceiling(), AttributeValue::N(i64::MAX.to_string()));
    }
}
