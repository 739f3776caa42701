//! Between protobuf and the domain: requests are checked here and become domain types, answers and errors become
//! messages and statuses. The only module that knows both sides.

pub(crate) mod codec;
#[cfg_attr(not(test), expect(dead_code, reason = "for the calls on items"))]
pub(crate) mod expression;
pub(crate) mod kv;
pub mod status;
#[cfg_attr(not(test), expect(dead_code, reason = "for the calls on items"))]
pub(crate) mod value;

use crate::model::Invalid;

/// A field of a request that is not acceptable.
#[derive(Debug, thiserror::Error)]
#[error("{field}: {invalid}")]
pub(crate) struct Violation {
    /// The path of the field, such as `keys[3]`.
    pub(crate) field: String,
    #[source]
    pub(crate) invalid: Invalid,
}

/// Names the field that a value came from.
pub(crate) trait InField<T> {
    fn in_field(self, field: impl Into<String>) -> Result<T, Violation>;
}

impl<T> InField<T> for Result<T, Invalid> {
    fn in_field(self, field: impl Into<String>) -> Result<T, Violation> {
        self.map_err(|invalid| Violation { field: field.into(), invalid })
    }
}
