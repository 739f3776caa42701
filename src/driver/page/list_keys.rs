use std::sync::Arc;

use super::reader::Reader;
use super::source::{HiddenBy, Shown, Source, Way};
use super::{ListKeys, Page, PageRequest};
use crate::driver::condition::Condition;
use crate::driver::error::Error;
use crate::driver::layout::{Item, Role};
use crate::driver::projection::SharedProjection;
use crate::driver::{Driver, KeyValues};
use crate::model::{Key, KeyPattern};

impl KeyValues {
    /// Lists keys, in no order.
    ///
    /// # Contract
    /// As of [`Driver::query`](crate::driver::Driver::query).
    ///
    /// # Cost
    /// Half a unit for every 4 KB that the table stores, the double if strongly consistent.
    pub async fn list_keys(&self, list: &ListKeys, page: PageRequest) -> Result<Page<Key>, Error> {
        // Other calls name the key, and DynamoDB judges it. This one names none.
        Driver(Arc::clone(&self.driver)).key_schema(&self.table, self.deadline).await?;
        self.table.check_shape()?;
        let ListKeys { pattern, consistency } = list;
        let layout = self.table.layout();
        let source = Source {
            inner: &self.driver,
            table: Arc::clone(&self.table),
            deadline: self.deadline,
            key: self.table.configured_schema(),
            layout: layout.clone(),
            index: None,
            way: Way::Scan { segments: 1 },
            hidden_by: HiddenBy::Filter,
            filter: prefix(pattern).map(|prefix| Condition::BeginsWith(Role::Key, prefix.to_owned())),
            projection: SharedProjection::only([layout.name(Role::Key)]),
            has_projection: false,
            count_only: false,
            consistency: *consistency,
            wants_capacity: page.wants_capacity,
        };
        let show = |item: Item| {
            let key = layout.entry(item)?.key;
            let is_meant = match pattern {
                KeyPattern::All | KeyPattern::Prefix(_) => true,
                KeyPattern::Glob(glob) => glob.matches(key.as_str()),
            };
            Ok(if is_meant { Shown::Item { bytes: key.as_str().len(), item: key } } else { Shown::Hidden })
        };
        Reader::new(&source, 1, page, show)?.read().await
    }
}

/// What DynamoDB can look for.
fn prefix(pattern: &KeyPattern) -> Option<&str> {
    let prefix = match pattern {
        KeyPattern::All => "",
        KeyPattern::Prefix(prefix) => prefix,
        KeyPattern::Glob(glob) => glob.literal_prefix(),
    };
    (!prefix.is_empty()).then_some(prefix)
}
