use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;

use super::condition::Condition;
use crate::driver::store::{Role, binary, is_canonical};
use crate::model::Expected;

/// The condition for what a caller expects of an entry.
pub(crate) fn condition(expected: &Expected) -> Condition {
    match expected {
        Expected::Absent => Condition::absent(),
        Expected::Present => Condition::exists(),
        Expected::Version(version) => {
            let number = AttributeValue::N(version.as_str().to_owned());
            Condition::Equals(Role::Version, number).and(Condition::Alive)
        }
        Expected::Value(value) => value_is(value).and(Condition::Alive),
    }
}

/// A counter equals the text that Get returns for it.
fn value_is(value: &Bytes) -> Condition {
    let bytes = Condition::Equals(Role::Value, binary(value));
    match std::str::from_utf8(value) {
        Ok(text) if is_canonical(text) => {
            let number = Condition::Equals(Role::Value, AttributeValue::N(text.to_owned()));
            Condition::Any(vec![bytes, number])
        }
        _ => bytes,
    }
}

/// A different text for each expectation, for the hash of a write.
pub(crate) fn digest(expected: &Expected) -> Vec<u8> {
    let (kind, content): (u8, &[u8]) = match expected {
        Expected::Absent => (0, &[]),
        Expected::Present => (1, &[]),
        Expected::Version(version) => (2, version.as_str().as_bytes()),
        Expected::Value(value) => (3, value),
    };
    [&[kind], content].concat()
}
