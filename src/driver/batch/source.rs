//! What a batch reads: the keys of one table, and what the caller sees of each item.

use std::collections::HashMap;
use std::sync::Arc;

use super::found::Found;
use crate::driver::error::Error;
use crate::driver::read::Read;
use crate::driver::store::{AnswerItem, response_bytes};
use crate::driver::table::{KeySchema, Scope};
use crate::driver::upstream::{CallerFields, Failure};
use crate::model::ItemKey;

/// How the items of one table are read.
pub(super) struct Source<T> {
    pub(super) scope: Scope,
    pub(super) schema: Arc<KeySchema>,
    pub(super) read: Read,
    /// The fields of the request with the caller's expressions.
    pub(super) caller_fields: CallerFields,
    pub(super) view: View<T>,
}

/// What the caller sees of an item; nothing if it has expired.
pub(super) type View<T> = fn(&Scope, &Read, AnswerItem<'_>) -> Found<T>;

/// A key that is read once, and its positions in the request.
pub(super) struct Asked {
    pub(super) key: ItemKey,
    pub(super) positions: Vec<usize>,
}

/// Distinct keys of one table.
#[derive(Default)]
pub(super) struct DistinctKeys(HashMap<ItemKey, Vec<usize>>);

/// An item of an answer.
pub(super) struct ReadItem<T> {
    pub(super) found: Found<T>,
    /// The size of what was read.
    pub(super) bytes: usize,
}

impl<T> Source<T> {
    /// The key of an item, and what the caller sees of it. `None` if the item does not have the keys of the table.
    pub(super) fn read_item(&self, item: AnswerItem<'_>) -> Option<(ItemKey, ReadItem<T>)> {
        let key = self.schema.key_in(&item)?;
        let bytes = response_bytes(&item);
        Some((key, ReadItem { found: (self.view)(&self.scope, &self.read, item), bytes }))
    }

    /// Turns the last failure of a call into its error.
    pub(super) fn end(&self, failure: Failure) -> Error {
        self.caller_fields.blame(self.scope.table.end(failure))
    }
}

impl DistinctKeys {
    /// Room for this many keys.
    pub(super) fn with_capacity(keys: usize) -> Self {
        Self(HashMap::with_capacity(keys))
    }

    /// Adds the key at a position of the request.
    pub(super) fn add(&mut self, key: ItemKey, position: usize) {
        self.0.entry(key).or_default().push(position);
    }

    /// The keys in parts of at most this many.
    pub(super) fn into_parts(self, most: usize) -> Vec<Vec<Asked>> {
        let mut parts = Vec::with_capacity(self.0.len().div_ceil(most));
        let mut keys = self.0.into_iter().map(|(key, positions)| Asked { key, positions }).peekable();
        while keys.peek().is_some() {
            parts.push(keys.by_ref().take(most).collect());
        }
        parts
    }
}
