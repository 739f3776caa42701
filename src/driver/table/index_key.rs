use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::{Invalid, Millis, type_name};

/// A key attribute of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexKey {
    pub(super) name: String,
    /// S, N or B. `None` if the description does not say so.
    pub(super) of_type: Option<String>,
    pub(super) max_bytes: usize,
}

impl IndexKey {
    /// Limits of DynamoDB, in bytes. Source: "Quotas in Amazon DynamoDB", partition keys and sort keys.
    pub(super) const MAX_PARTITION_BYTES: usize = 2048;
    pub(super) const MAX_SORT_BYTES: usize = 1024;

    /// Whether the value can be this key of the index.
    pub(super) fn check(&self, index: &str, value: &AttributeValue) -> Result<(), Invalid> {
        let found = type_name(value);
        if let Some(of_type) = self.of_type.as_ref().filter(|of_type| *of_type != found) {
            return Err(Invalid::new(format!(
                "is of type {found}, the key of the index {index:?} is of type {of_type}"
            )));
        }
        let bytes = match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::B(blob) => blob.as_ref().len(),
            // Other types have no limit of their own.
            _ => return Ok(()),
        };
        if (1..=self.max_bytes).contains(&bytes) {
            return Ok(());
        }
        let max = self.max_bytes;
        let problem = format!("has {bytes} bytes, 1 to {max} are allowed in the key of the index {index:?}");
        Err(Invalid::limit(problem, format!("1..{max} bytes")))
    }
}

/// When the indexes were last described because of a value that did not fit one.
#[derive(Debug, Default)]
pub(super) struct Confirmed(AtomicI64);

/// For how long a confirmed index is believed to exist.
const CONFIRMATION_LASTS: Millis = 10_000;

impl Confirmed {
    /// Whether to describe the indexes again. At most one caller is told so within ten seconds.
    pub(super) fn is_due(&self, now: Millis) -> bool {
        let before = self.0.load(Ordering::Relaxed);
        now.saturating_sub(before) >= CONFIRMATION_LASTS
            && self.0.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}
