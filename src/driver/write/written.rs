use crate::model::{ExpireTime, Version};

/// A write that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The version of the entry as written.
    pub version: Version,
    /// When it expires, if the write gave it a TTL.
    pub expire_time: Option<ExpireTime>,
}
