//! Source: "Quotas in Amazon DynamoDB", API-specific limits.

/// Keys in one BatchGetItem.
pub(crate) const MAX_KEYS_PER_READ: usize = 100;

/// Writes in one BatchWriteItem.
pub(crate) const MAX_WRITES_PER_CALL: usize = 25;
