//! Writes and checks of one item, by themselves or in a transaction: checked against the table, with all of what is sent
//! that does not depend on the moment of sending.
//!
//! With a condition of the caller's, or with an update, an expired item has to be gone first: both look at what is
//! stored. So these carry the condition that it has not expired, and an expired one is purged before they come again.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::driver::actions::render_update;
use crate::driver::aws_error::Parameter;
use crate::driver::caller::CallerFields;
use crate::driver::condition::{Condition, Rendered, render};
use crate::driver::digest::Digest;
use crate::driver::layout::{Item, Layout, MAX_ITEM_BYTES, Role, VERSION_BYTES};
use crate::driver::nonce::Nonce;
use crate::driver::prepare::{join, not_yet};
use crate::driver::schema::KeySchema;
use crate::driver::set::Written;
use crate::driver::size;
use crate::driver::table::Table;
use crate::model::{
    Attributes, CallerExpression, ExpireTime, Invalid, ItemKey, ItemUpdate, Millis, PutItem, RequestId, UpdateItem,
    Violation,
};

/// A write or check of one item.
#[derive(Debug)]
pub(in crate::driver) struct ItemPlan {
    pub(in crate::driver) table: Arc<Table>,
    /// The table's layout, with the key attribute that the table really has.
    pub(in crate::driver) layout: Layout,
    pub(in crate::driver) key: ItemKey,
    pub(in crate::driver) key_attributes: Item,
    pub(in crate::driver) content: Content,
    /// What must be true of the item that is there.
    pub(in crate::driver) condition: Option<Condition>,
    /// What it will have written, and the nonce by which that is recognised.
    pub(in crate::driver) written: Option<Written>,
    pub(in crate::driver) nonce: Option<Nonce>,
    /// Where its expressions come from.
    pub(in crate::driver) caller_fields: CallerFields,
}

/// What is sent beside key and condition.
#[derive(Debug)]
pub(in crate::driver) enum Content {
    /// All attributes, of a put.
    Item(Item),
    /// The changes of an update, and the version that it writes.
    Update(ItemUpdate, Nonce),
    /// A delete or a check has none.
    Nothing,
}

impl ItemPlan {
    /// Its expressions as of `now`.
    ///
    /// # Errors
    /// Does not depend on `now`: what can be rendered once can be rendered again.
    pub(in crate::driver) fn render(&self, now: Millis) -> Result<Rendered, Violation> {
        let condition = self.condition.as_ref();
        match &self.content {
            Content::Update(update, nonce) => render_update(&self.layout, condition, update, *nonce, now)
                .map_err(|invalid| Violation { field: update_field(update).to_owned(), invalid }),
            Content::Item(_) | Content::Nothing => Ok(render(&self.layout, condition, None, now)),
        }
    }
}

/// The fields of the caller's message, wherever that is: those of a write by itself and of one in a transaction have the
/// same names.
const CONDITION: &str = "condition";

fn update_field(update: &ItemUpdate) -> &'static str {
    match update {
        ItemUpdate::Actions(_) => "actions",
        ItemUpdate::Expression(_) => "update_expression",
    }
}

/// Plans one write or check on a table.
pub(in crate::driver) struct ItemPlanner {
    pub(in crate::driver) table: Arc<Table>,
    pub(in crate::driver) schema: KeySchema,
    /// What the nonce is made of: the same for each repeat of the write, and for no other.
    pub(in crate::driver) id: RequestId,
    /// The moment at which a TTL begins.
    pub(in crate::driver) now: Millis,
}

impl ItemPlanner {
    pub(in crate::driver) fn put(self, put: PutItem) -> Result<ItemPlan, Violation> {
        let PutItem { mut item, ttl, condition } = put;
        let layout = self.layout();
        let key = self.key_of(&item)?;
        let is_taken = |name: &str| item.contains_key(name);
        if is_taken(layout.name(Role::Version)) {
            return Err(in_item(layout.name(Role::Version), "is written by the server and may not be given"));
        }
        let expiry = [layout.name(Role::Ttl), layout.name(Role::TtlMs)];
        if let Some(name) = expiry.into_iter().find(|name| ttl.is_some() && is_taken(name)) {
            return Err(in_item(name, "is given twice: here and as the field ttl"));
        }
        self.schema.attributes(&key).map_err(|violation| {
            let sort = self.schema.sort.as_ref().filter(|_| violation.field == "sort");
            let (name, _) = sort.unwrap_or(&self.schema.partition);
            Violation { field: format!("item[{name:?}]"), invalid: violation.invalid }
        })?;
        let nonce = self.nonce("PutItem", &key);
        let expire_time = ttl.map(|ttl| ExpireTime::after(self.now, ttl));
        item.extend(expire_time.into_iter().flat_map(|time| layout.expiry_attributes(time)));
        check_size(&item, layout.name(Role::Version))?;
        item.insert(layout.name(Role::Version).to_owned(), nonce.to_attribute());
        let caller_fields = CallerFields::new([(Parameter::Condition, condition.is_some().then_some(CONDITION))]);
        let condition = join(alive_and(condition).chain([not_yet(nonce)]));
        let written = Some(Written { version: nonce.to_version(), expire_time });
        let plan = self.plan(key, Content::Item(item), condition, caller_fields)?;
        Ok(ItemPlan { written, nonce: Some(nonce), ..plan })
    }

    pub(in crate::driver) fn update(self, update: UpdateItem) -> Result<ItemPlan, Violation> {
        let UpdateItem { key, update, condition } = update;
        let layout = self.layout();
        let in_update = |invalid| Violation { field: update_field(&update).to_owned(), invalid };
        update.spare(layout.name(Role::Version), "is written by the server").map_err(in_update)?;
        for (name, _) in [Some(&self.schema.partition), self.schema.sort.as_ref()].into_iter().flatten() {
            update.spare(name, "is part of the primary key").map_err(in_update)?;
        }
        let expression = matches!(update, ItemUpdate::Expression(_)).then_some(update_field(&update));
        let caller_fields = CallerFields::new([
            (Parameter::Update, expression),
            (Parameter::Condition, condition.is_some().then_some(CONDITION)),
        ]);
        let nonce = self.nonce("UpdateItem", &key);
        let caller = condition.map(Condition::Caller);
        let condition = Condition::All([Condition::Alive].into_iter().chain(caller).chain([not_yet(nonce)]).collect());
        let written = Some(Written { version: nonce.to_version(), expire_time: None });
        let plan = self.plan(key, Content::Update(update, nonce), Some(condition), caller_fields)?;
        Ok(ItemPlan { written, nonce: Some(nonce), ..plan })
    }

    /// A delete or a check.
    pub(in crate::driver) fn look_at(
        self,
        key: ItemKey,
        condition: Option<CallerExpression>,
    ) -> Result<ItemPlan, Violation> {
        let caller_fields = CallerFields::new([(Parameter::Condition, condition.is_some().then_some(CONDITION))]);
        let condition = join(alive_and(condition));
        self.plan(key, Content::Nothing, condition, caller_fields)
    }

    fn plan(
        self,
        key: ItemKey,
        content: Content,
        condition: Option<Condition>,
        caller_fields: CallerFields,
    ) -> Result<ItemPlan, Violation> {
        let key_attributes = self.schema.attributes(&key).map_err(|violation| violation.within("key"))?;
        let layout = self.layout();
        let (table, written, nonce) = (self.table, None, None);
        Ok(ItemPlan { table, layout, key, key_attributes, content, condition, written, nonce, caller_fields })
    }

    fn layout(&self) -> Layout {
        self.table.layout().keyed_by(&self.schema.partition.0)
    }

    fn nonce(&self, operation: &str, key: &ItemKey) -> Nonce {
        let mut digest = Digest::new(self.id);
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

/// Refuses an item that is too large together with its version.
fn check_size(item: &Item, version: &str) -> Result<(), Violation> {
    let bytes = size::of_item(item) + version.len() + VERSION_BYTES;
    if bytes <= MAX_ITEM_BYTES {
        return Ok(());
    }
    let problem = format!("has {bytes} bytes, at most {MAX_ITEM_BYTES} are allowed");
    let invalid = Invalid::limit(problem, format!("{MAX_ITEM_BYTES} bytes"));
    Err(Violation { field: "item".to_owned(), invalid })
}

/// What a caller's condition needs beside it: an expired item counts as absent.
fn alive_and(condition: Option<CallerExpression>) -> impl Iterator<Item = Condition> {
    condition.into_iter().flat_map(|condition| [Condition::Alive, Condition::Caller(condition)])
}

fn in_item(name: &str, problem: &str) -> Violation {
    Violation { field: format!("item[{name:?}]"), invalid: Invalid::new(problem) }
}
