use crate::memory::Full;

/// An error of a library.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// DynamoDB did not receive the whole request, so it certainly did nothing.
    #[error("the request was not sent")]
    NotSent(#[source] BoxError),
    /// DynamoDB may have carried the request out.
    #[error("the answer was lost")]
    Lost(#[source] BoxError),
    /// The memory budget has no room for the answer.
    #[error("no memory for the answer")]
    NoRoom(#[source] Full),
}
