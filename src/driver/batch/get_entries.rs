use std::sync::Arc;

use super::found::Found;
use super::read::BatchGet;
use super::source::{DistinctKeys, Source};
use crate::driver::entry::KeyValues;
use crate::driver::read::{Consistency, Read};
use crate::driver::store::{AnswerItem, Role};
use crate::driver::table::{KeySchema, Scope};
use crate::driver::upstream::CallerFields;
use crate::model::{Entry, Key};

impl KeyValues {
    /// Starts to read many entries.
    ///
    /// # Contract
    /// Each position of `keys` is answered exactly once. Keys that DynamoDB leaves unprocessed are retried until the deadline.
    ///
    /// # Cost
    /// One read for each distinct key; one call to DynamoDB for each hundred.
    #[must_use]
    pub fn batch_get(&self, keys: Vec<Key>, consistency: Consistency, wants_capacity: bool) -> BatchGet {
        self.batch_read(keys, Read { wants_capacity, ..Read::whole(consistency) })
    }

    pub(super) fn batch_read(&self, keys: Vec<Key>, read: Read) -> BatchGet {
        let mut distinct = DistinctKeys::with_capacity(keys.len());
        for (position, key) in keys.into_iter().enumerate() {
            distinct.add(key.into(), position);
        }
        let scope = self.retrying_until_deadline().scope;
        let concurrency = scope.core.batch_concurrency;
        let schema = Arc::new(KeySchema::of_entries(scope.layout.name(Role::Key)));
        let source = Source { scope, schema, read, caller_fields: CallerFields::default(), view: entry };
        BatchGet::new([(source, distinct)], concurrency)
    }
}

/// The entry in an item, unless it has expired.
fn entry(scope: &Scope, _: &Read, item: AnswerItem<'_>) -> Found<Entry> {
    match scope.visible_in(item) {
        Ok(Some(entry)) => Found::Item(Box::new(entry)),
        Ok(None) => Found::Nothing,
        Err(unexpected) => Found::Failed(Arc::new(unexpected.into())),
    }
}
