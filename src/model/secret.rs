use std::fmt;

use subtle::ConstantTimeEq;

use super::Invalid;

/// A secret from which keys are derived: at least 32 bytes of text.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Minimum length in bytes.
    pub const MIN_BYTES: usize = 32;

    /// A random secret of 256 bits, as 64 hexadecimal digits.
    ///
    /// # Errors
    /// The operating system returns no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        Ok(Self(hex::encode(bits)))
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Secret {
    type Error = Invalid;

    fn try_from(secret: String) -> Result<Self, Invalid> {
        if secret.len() >= Self::MIN_BYTES {
            return Ok(Self(secret));
        }
        let problem =
            format!("must have at least {} bytes, such as the output of: openssl rand -hex 32", Self::MIN_BYTES);
        Err(Invalid::limit(problem, format!("{} bytes or more", Self::MIN_BYTES)))
    }
}

impl PartialEq for Secret {
    /// In constant time for secrets of the same length.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_never_shown() {
        assert!(Secret::try_from("s".repeat(31)).is_err());
        let secret = Secret::try_from("s".repeat(32)).unwrap();
        assert!(!format!("{secret:?}").contains("ss"));
        let [one, other] = [Secret::random().unwrap(), Secret::random().unwrap()];
        assert_eq!(one.expose().len(), 64);
        assert_ne!(one.expose(), other.expose());
    }
}
