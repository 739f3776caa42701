use uuid::Uuid;

use super::Invalid;

/// Identifies a logical write across its attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// Parses the caller's id, or creates one if it is empty.
    ///
    /// New ids are random, so two calls without an id are never taken for the same write.
    pub fn parse_or_new(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self(Uuid::new_v4()));
        }
        Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| Invalid::new("must be a UUID, such as 123e4567-e89b-12d3-a456-426614174000"))
    }

    /// An id from a hash.
    pub(crate) fn from_hash(hash: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(hash))
    }

    /// The sixteen bytes of the UUID.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}
