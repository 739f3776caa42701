use crate::wire::Violation;

/// Why a request is refused before it is decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It exceeds the size limit of its method.
    #[error("the request is larger than {max_bytes} bytes")]
    TooLarge {
        /// The limit of the method.
        max_bytes: usize,
    },
    /// It is not a valid message of its type.
    #[error("{field:?} cannot be decoded: {problem}")]
    Malformed {
        /// The path of the field, or of the message; empty for the request itself.
        field: String,
        /// The problem, with the message that prost would have given later.
        problem: String,
    },
    /// A field exceeds its limit.
    #[error(transparent)]
    Invalid(Violation),
}
