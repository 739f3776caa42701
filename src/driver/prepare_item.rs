use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::actions::render_update;
use super::condition::{Condition, Rendered, render};
use super::digest::Digest;
use super::layout::{Item, Layout, MAX_ITEM_BYTES, Role};
use super::nonce::Nonce;
use super::prepare::{Context, Kind, Prepared, join, not_yet};
use super::schema::KeySchema;
use super::set::Written;
use super::size;
use super::table::Table;
use crate::model::{
    Attributes, CallerExpression, ExpireTime, Invalid, ItemKey, ItemUpdate, TransactKind, Ttl, Violation,
};

/// An operation of a transaction on an item of any table, about to be made ready.
///
/// With a condition of the caller's, or with an update, an expired item has to be gone first: both look at what is
/// stored. So these carry the condition that it has not expired, and an expired one is purged before they come again.
pub(super) struct ItemOperation {
    pub(super) table: Arc<Table>,
    pub(super) schema: KeySchema,
    pub(super) context: Context,
}

impl ItemOperation {
    pub(super) fn prepare(self, kind: TransactKind) -> Result<Prepared, Violation> {
        match kind {
            TransactKind::PutItem { item, ttl, condition } => {
                self.put(item, ttl, condition).map_err(|violation| violation.within("put_item"))
            }
            TransactKind::UpdateItem { key, update, condition } => {
                self.update(key, &update, condition).map_err(|violation| violation.within("update_item"))
            }
            TransactKind::DeleteItem { key, condition } => {
                let field = condition.is_some().then_some("delete_item.condition");
                self.look_at(key, Kind::Delete, condition, field).map_err(|violation| violation.within("delete_item"))
            }
            TransactKind::Check { key, condition } => self
                .look_at(key, Kind::Check, Some(condition), Some("check.condition"))
                .map_err(|violation| violation.within("check")),
            // Entries are prepared where their layout is known.
            TransactKind::Set { .. } | TransactKind::Delete { .. } => {
                Err(Violation { field: "kind".to_owned(), invalid: Invalid::new("is no operation on an item") })
            }
        }
    }

    fn put(
        self,
        mut item: Attributes,
        ttl: Option<Ttl>,
        condition: Option<CallerExpression>,
    ) -> Result<Prepared, Violation> {
        let layout = self.layout();
        let key = self.key_of(&item)?;
        let is_taken = |name: &str| item.contains_key(name);
        if is_taken(layout.name(Role::Version)) {
            return Err(in_item(layout.name(Role::Version), "is written by the server and may not be given"));
        }
        if ttl.is_some() && is_taken(layout.name(Role::Ttl)) {
            return Err(in_item(layout.name(Role::Ttl), "is given twice: here and as the field ttl"));
        }
        self.schema.attributes(&key).map_err(|violation| {
            let sort = self.schema.sort.as_ref().filter(|_| violation.field == "sort");
            let (name, _) = sort.unwrap_or(&self.schema.partition);
            Violation { field: format!("item[{name:?}]"), invalid: violation.invalid }
        })?;
        let nonce = self.nonce("PutItem", &key);
        let expire_time = ttl.map(|ttl| ExpireTime::after(self.context.now, ttl));
        item.insert(layout.name(Role::Version).to_owned(), nonce.to_attribute());
        item.extend(expire_time.into_iter().flat_map(|time| layout.expiry_attributes(time)));
        let bytes = size::of_item(&item);
        if bytes > MAX_ITEM_BYTES {
            let problem = format!("has {bytes} bytes, at most {MAX_ITEM_BYTES} are allowed");
            let invalid = Invalid::limit(problem, format!("{MAX_ITEM_BYTES} bytes"));
            return Err(Violation { field: "item".to_owned(), invalid });
        }
        let field = condition.is_some().then_some("put_item.condition");
        let condition = join(alive_and(condition).chain([not_yet(nonce)]));
        let rendered = render(&layout, condition.as_ref(), None, self.context.now);
        let written = Written { version: nonce.to_version(), expire_time };
        let prepared = self.ready(layout, key, Kind::Put, rendered, field)?;
        Ok(Prepared { attributes: item, written: Some(written), nonce: Some(nonce), ..prepared })
    }

    fn update(
        self,
        key: ItemKey,
        update: &ItemUpdate,
        condition: Option<CallerExpression>,
    ) -> Result<Prepared, Violation> {
        let layout = self.layout();
        let (update_field, field) = match update {
            ItemUpdate::Actions(_) => ("actions", condition.is_some().then_some("update_item.condition")),
            ItemUpdate::Expression(_) => ("update_expression", Some("update_item.update_expression")),
        };
        let in_update = |invalid| Violation { field: update_field.to_owned(), invalid };
        update.spare(layout.name(Role::Version), "is written by the server").map_err(in_update)?;
        for (name, _) in [Some(&self.schema.partition), self.schema.sort.as_ref()].into_iter().flatten() {
            update.spare(name, "is part of the primary key").map_err(in_update)?;
        }
        let nonce = self.nonce("UpdateItem", &key);
        let caller = condition.map(Condition::Caller);
        let condition = Condition::All([Condition::Alive].into_iter().chain(caller).chain([not_yet(nonce)]).collect());
        let rendered = render_update(&layout, Some(&condition), update, nonce, self.context.now).map_err(in_update)?;
        let written = Written { version: nonce.to_version(), expire_time: None };
        let prepared = self.ready(layout, key, Kind::Update, rendered, field)?;
        Ok(Prepared { written: Some(written), nonce: Some(nonce), ..prepared })
    }

    /// A delete or a check.
    fn look_at(
        self,
        key: ItemKey,
        kind: Kind,
        condition: Option<CallerExpression>,
        field: Option<&'static str>,
    ) -> Result<Prepared, Violation> {
        let layout = self.layout();
        let condition = join(alive_and(condition));
        let rendered = render(&layout, condition.as_ref(), None, self.context.now);
        self.ready(layout, key, kind, rendered, field)
    }

    fn ready(
        self,
        layout: Layout,
        key: ItemKey,
        kind: Kind,
        rendered: Rendered,
        expression_field: Option<&'static str>,
    ) -> Result<Prepared, Violation> {
        let key_attributes = self.schema.attributes(&key).map_err(|violation| violation.within("key"))?;
        Ok(Prepared {
            attributes: key_attributes.clone(),
            key_attributes,
            key,
            kind,
            rendered,
            written: None,
            nonce: None,
            return_current: false,
            is_entry: false,
            expression_field,
            now: self.context.now,
            layout,
            table: self.table,
        })
    }

    fn layout(&self) -> Layout {
        self.table.layout().keyed_by(&self.schema.partition.0)
    }

    fn nonce(&self, operation: &str, key: &ItemKey) -> Nonce {
        let mut digest = Digest::new(self.context.id);
        digest.bytes(self.table.physical_name().as_bytes());
        digest.bytes(operation.as_bytes());
        let mut attributes = Item::from([("partition".to_owned(), key.partition().clone())]);
        attributes.extend(key.sort().map(|sort| ("sort".to_owned(), sort.clone())));
        digest.attributes(&attributes);
        Nonce::of(digest)
    }

    /// The primary key among the attributes of an item.
    fn key_of(&self, item: &Attributes) -> Result<ItemKey, Violation> {
        let value = |name: &str| -> Result<AttributeValue, Violation> {
            item.get(name).cloned().ok_or_else(|| in_item(name, "is required: it is part of the primary key"))
        };
        let located = |name: &str, result: Result<ItemKey, Invalid>| {
            result.map_err(|invalid| Violation { field: format!("item[{name:?}]"), invalid })
        };
        let (partition, _) = &self.schema.partition;
        let key = located(partition, ItemKey::new(value(partition)?))?;
        match &self.schema.sort {
            None => Ok(key),
            Some((sort, _)) => located(sort, key.with_sort(value(sort)?)),
        }
    }
}

/// What a caller's condition needs beside it: an expired item counts as absent.
fn alive_and(condition: Option<CallerExpression>) -> impl Iterator<Item = Condition> {
    condition.into_iter().flat_map(|condition| [Condition::Alive, Condition::Caller(condition)])
}

fn in_item(name: &str, problem: &str) -> Violation {
    Violation { field: format!("item[{name:?}]"), invalid: Invalid::new(problem) }
}
