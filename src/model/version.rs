use super::{Invalid, Number};

/// Identifies a state of an entry: the decimal text of its version attribute.
///
/// Opaque to callers. It is text and not an integer, because another program may have stored any DynamoDB number, and a
/// condition on it must still match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    /// Maximum length in bytes: 38 digits with sign, point and exponent.
    const MAX_BYTES: usize = 64;

    /// The version with this stored number.
    pub(crate) fn stored(number: String) -> Self {
        Self(number)
    }

    /// The number in DynamoDB's notation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The version in its wire form.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl TryFrom<String> for Version {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let is_number = text.len() <= Self::MAX_BYTES && Number::parse(&text).is_ok();
        if is_number { Ok(Self(text)) } else { Err(Invalid::new("is not a valid version; use one from a response")) }
    }
}
