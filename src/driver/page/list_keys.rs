use super::assembly::Assembly;
use super::request::{ListKeys, Page, PageRequest};
use super::rows::{Rows, View};
use super::source::{ExpiryFilter, Kind, Source};
use crate::driver::entry::KeyValues;
use crate::driver::error::Error;
use crate::driver::expression::{Condition, SharedProjection};
use crate::driver::store::{AnswerItem, Item, Layout, Role, Unexpected};
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
        let rows = KeyRows { layout, pattern };
        let Page { items, count, next, consumed } = Assembly::new(&source, &rows, 1, page)?.read().await?;
        Ok(Page { items: items.into_iter().collect::<Result<_, _>>()?, count, next, consumed })
    }
}

struct KeyRows<'a> {
    layout: &'a Layout,
    pattern: &'a KeyPattern,
}

impl Rows for KeyRows<'_> {
    type Row = Result<Key, Unexpected>;

    /// A view may take a tenth of a millisecond.
    const ROWS_PER_CLOCK_READ: usize = 1;

    fn read(&self, item: AnswerItem<'_>) -> Self::Row {
        Ok(self.layout.entry_in(item)?.key)
    }

    fn view(&self, row: &Self::Row) -> Result<View, Error> {
        let key = row.as_ref().map_err(|unexpected| *unexpected)?;
        let matches = match self.pattern {
            KeyPattern::All | KeyPattern::Prefix(_) => true,
            KeyPattern::Glob(glob) => glob.matches(key.as_str()),
        };
        Ok(if matches { View::Item { bytes: key.as_str().len() } } else { View::Hidden })
    }

    fn start_key(&self, row: &Self::Row) -> Option<Item> {
        Some(self.layout.key(row.as_ref().ok()?))
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
