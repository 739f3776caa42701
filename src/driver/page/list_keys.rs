use super::assembly::Assembly;
use super::request::{ListKeys, Page, PageRequest};
use super::source::{ExpiryFilter, ItemView, Kind, Source};
use crate::driver::entry::KeyValues;
use crate::driver::error::Error;
use crate::driver::expression::{Condition, SharedProjection};
use crate::driver::store::{Item, Role};
use crate::model::{Key, KeyPattern};

impl KeyValues {
    /// Lists keys, in no order.
    ///
    /// # Contract
    /// The same as [`Driver::query`](crate::driver::Driver::query).
    ///
    /// # Cost
    /// Half a unit for every 4 KB that the table stores; double if strongly consistent.
    pub async fn list_keys(&self, list: &ListKeys, page: PageRequest) -> Result<Page<Key>, Error> {
        // Other calls send a key, so DynamoDB refuses a table with another key schema. A Scan sends none, so check first.
        let scope = &self.scope;
        scope.core.key_schema(&scope.table, scope.deadline).await?;
        scope.table.check_shape()?;
        let ListKeys { pattern, consistency } = list;
        let layout = &scope.layout;
        let source = Source {
            scope: scope.clone(),
            key: scope.table.configured_schema(),
            index: None,
            kind: Kind::Scan { segments: 1 },
            expiry_filter: ExpiryFilter::DynamoDb,
            filter: prefix(pattern).map(|prefix| Condition::BeginsWith(Role::Key, prefix.to_owned())),
            projection: SharedProjection::only([layout.name(Role::Key)]),
            has_projection: false,
            count_only: false,
            consistency: *consistency,
            wants_capacity: page.wants_capacity,
        };
        let show = |item: Item| {
            let key = layout.entry(item)?.key;
            let matches = match pattern {
                KeyPattern::All | KeyPattern::Prefix(_) => true,
                KeyPattern::Glob(glob) => glob.matches(key.as_str()),
            };
            Ok(if matches { ItemView::Item { bytes: key.as_str().len(), item: key } } else { ItemView::Hidden })
        };
        Assembly::new(&source, 1, page, show)?.read().await
    }
}

/// The prefix of all matching keys, by which DynamoDB can filter.
fn prefix(pattern: &KeyPattern) -> Option<&str> {
    let prefix = match pattern {
        KeyPattern::All => "",
        KeyPattern::Prefix(prefix) => prefix,
        KeyPattern::Glob(glob) => glob.literal_prefix(),
    };
    (!prefix.is_empty()).then_some(prefix)
}
