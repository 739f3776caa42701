/// A table as it is configured: what callers call it, what DynamoDB calls it, and which attributes it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSpec {
    /// The name in requests.
    pub name: String,
    /// The name in DynamoDB.
    pub physical_name: String,
    /// The attributes that hold the parts of an entry.
    pub attributes: AttributeNames,
}

impl TableSpec {
    /// A table with the same name on both sides and the default attributes.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), physical_name: name.to_owned(), attributes: AttributeNames::default() }
    }
}

/// Which attribute plays which part. The defaults are those of the Grove KV driver, so that its tables work in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeNames {
    /// The partition key (S): the key.
    pub key: String,
    /// The value (B, or N for a counter).
    pub value: String,
    /// The expiry time (N): Unix seconds, rounded up; DynamoDB's own TTL deletes on it.
    pub ttl: String,
    /// By how many milliseconds the entry expires before `ttl` (N): 0 to 999.
    pub ttl_ms: String,
    /// The version (N).
    pub version: String,
}

impl Default for AttributeNames {
    fn default() -> Self {
        Self {
            key: "pk".into(),
            value: "val".into(),
            ttl: "ttl".into(),
            ttl_ms: "ttl_ms".into(),
            version: "ver".into(),
        }
    }
}

impl AttributeNames {
    /// Every name with the part it plays.
    #[must_use]
    pub fn roles(&self) -> [(&'static str, &str); 5] {
        [
            ("key", &self.key),
            ("value", &self.value),
            ("ttl", &self.ttl),
            ("ttl_ms", &self.ttl_ms),
            ("version", &self.version),
        ]
    }
}
