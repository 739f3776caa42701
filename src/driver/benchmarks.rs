//! Parts that the benchmarks measure separately. The feature `bench-internals` is not a stable API.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::expression::{Condition, render_condition, render_item_update};
use super::store::{Layout, NewValue, Nonce, Role};
use crate::model::{AttributeNames, CallerExpression, Entry, ExpireTime, ItemUpdate, Millis, Set, Version};

/// Encodes and decodes items of one table, and renders its expressions.
#[derive(Debug)]
pub struct Parts(Layout);

impl Parts {
    /// For a table with these attribute names.
    #[must_use]
    pub fn new(names: AttributeNames) -> Self {
        Self(Layout::new(names))
    }

    /// The item of a Set.
    #[must_use]
    pub fn item(&self, set: &Set, expire: Option<ExpireTime>) -> HashMap<String, AttributeValue> {
        let mut item = self.0.key(&set.key);
        self.0.add_entry(&mut item, &NewValue::Bytes(set.value.clone()), expire, Nonce::NONE);
        item
    }

    /// The entry in an item; `None` if it has expired or is no entry.
    #[must_use]
    pub fn entry(&self, item: HashMap<String, AttributeValue>, now: Millis) -> Option<Entry> {
        self.0.is_alive(&item, now).then(|| self.0.entry(item).ok()).flatten()
    }

    /// The size in bytes of the condition of a CompareAndSet by version.
    #[must_use]
    pub fn version_condition(&self, version: &Version, now: Millis) -> usize {
        let version = AttributeValue::N(version.as_str().to_owned());
        let condition = Condition::exists().and(Condition::Equals(Role::Version, version));
        render_condition(&self.0, Some(&condition), now).condition.map_or(0, |condition| condition.len())
    }

    /// The size in bytes of an item update with a caller's condition.
    #[must_use]
    pub fn update(&self, update: &ItemUpdate, condition: CallerExpression, now: Millis) -> usize {
        let condition = Condition::Alive.and(Condition::Caller(condition));
        let rendered = render_item_update(&self.0, Some(&condition), (update, Nonce::NONE), now);
        rendered.map_or(0, |rendered| [rendered.condition, rendered.update].iter().flatten().map(String::len).sum())
    }
}
