use std::fmt;

use super::Invalid;

/// The key of an entry: 1 to 2,048 bytes of UTF-8, as DynamoDB allows for a partition key.
///
/// Source: "Quotas in Amazon DynamoDB", partition key length.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Maximum length in bytes.
    pub const MAX_BYTES: usize = 2048;

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key's text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl TryFrom<String> for Key {
    type Error = Invalid;

    fn try_from(key: String) -> Result<Self, Invalid> {
        let limit = || format!("1..{} bytes", Self::MAX_BYTES);
        match key.len() {
            0 => Err(Invalid::limit("must not be empty", limit())),
            1..=Self::MAX_BYTES => Ok(Self(key)),
            bytes => {
                Err(Invalid::limit(format!("has {bytes} bytes, at most {} are allowed", Self::MAX_BYTES), limit()))
            }
        }
    }
}

/// Hides the key: keys may contain personal data and must not be logged.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} bytes)", self.0.len())
    }
}
