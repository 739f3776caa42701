use crate::wire::Violation;

/// Why a request is not worth decoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It is larger than its method takes.
    #[error("the request is larger than {max_bytes} bytes")]
    TooLarge {
        /// The most that the method takes.
        max_bytes: usize,
    },
    /// It is no protobuf message of its type.
    #[error("{field:?} cannot be decoded: {problem}")]
    Malformed {
        /// The path of the field, or of the message; empty for the request itself.
        field: String,
        /// In the words of prost, which would have found it later.
        problem: String,
    },
    /// A field holds more than is allowed.
    #[error(transparent)]
    Invalid(Violation),
}
