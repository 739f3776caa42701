use aws_sdk_dynamodb::types::AttributeValue;

use super::digest::Digest;
use super::number;
use crate::model::{Key, RequestId, Version};

/// The version that a write gives its entry: a hash of what the write is.
///
/// It serves two ends. It is new with every write, so that a version condition notices each change. And it is the same
/// for every attempt at one logical write, so that an attempt whose answer was lost is recognised in the stored item.
/// The payload is part of the hash: the same `request_id` with another payload is another write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nonce(i64);

/// Nonces of Increment lie at or above this, all others below: a condition `version >= COUNTER_FLOOR` says that nothing
/// but Increment has written the entry since Increment last found it to be a whole number of 64 bits.
const COUNTER_FLOOR: i64 = 1 << 62;

impl Nonce {
    /// No write's nonce.
    pub(super) const NONE: Self = Self(0);

    /// The nonce of a write that is digested already.
    pub(super) fn of(digest: Digest) -> Self {
        Self((digest.into_bits() & (COUNTER_FLOOR - 1)).max(1))
    }

    /// The nonce of a write of a value. `operation` and `payload` say what makes it differ from others of its request.
    pub(super) fn new(request: RequestId, table: &str, key: &Key, operation: &str, payload: &[&[u8]]) -> Self {
        let bits = digest(request, table, key, operation, payload) & (COUNTER_FLOOR - 1);
        Self(bits.max(1))
    }

    /// The nonce of an Increment.
    pub(super) fn counter(request: RequestId, table: &str, key: &Key, payload: &[&[u8]]) -> Self {
        let bits = digest(request, table, key, "Increment", payload) & (COUNTER_FLOOR - 1);
        Self(bits | COUNTER_FLOOR)
    }

    /// The least nonce of an Increment.
    pub(super) fn counter_floor() -> AttributeValue {
        AttributeValue::N(COUNTER_FLOOR.to_string())
    }

    /// Whether a stored number is the nonce of an Increment.
    pub(super) fn is_counter(number: &str) -> bool {
        number::whole(number).is_some_and(|number| number >= COUNTER_FLOOR)
    }

    /// Whether a stored number is this nonce.
    pub(super) fn is(self, number: &str) -> bool {
        number::whole(number) == Some(self.0)
    }

    pub(super) fn to_attribute(self) -> AttributeValue {
        AttributeValue::N(self.0.to_string())
    }

    pub(super) fn to_version(self) -> Version {
        Version::stored(self.0.to_string())
    }
}

fn digest(request: RequestId, table: &str, key: &Key, operation: &str, payload: &[&[u8]]) -> i64 {
    let mut digest = Digest::new(request);
    for part in [table.as_bytes(), key.as_str().as_bytes(), operation.as_bytes()].iter().chain(payload) {
        digest.bytes(part);
    }
    digest.into_bits()
}
