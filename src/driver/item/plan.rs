//! Plans writes and checks of one item, for single calls and for transactions.
//!
//! An update and a caller's condition see the stored item. So such a write has the condition that the item has not expired. If
//! it has, the item is deleted and the write is sent again.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::driver::expression::{Change, Condition, update_field};
use crate::driver::store::{Digest, Item, Layout, MAX_ITEM_BYTES, Nonce, Role, VERSION_BYTES, item_bytes};
use crate::driver::table::{KeySchema, Table};
use crate::driver::upstream::{CallerFields, Parameter};
use crate::driver::write::{Action, Content, Target, WritePlan, Written, key_digest};
use crate::model::{
    Attributes, CallerExpression, ExpireTime, Invalid, ItemKey, ItemUpdate, Millis, PutItem, RequestId, UpdateItem,
    Violation,
};

/// A planned write or check of one item.
#[derive(Debug)]
pub(crate) struct ItemPlan {
    pub(crate) write: WritePlan,
    /// The result of the write, if it happens.
    pub(crate) written: Option<Written>,
}

/// A field of the caller's message. It has the same name in a single call and in an operation of a transaction.
const CONDITION: &str = "condition";

/// Plans one write or check on a table.
pub(crate) struct ItemPlanner {
    pub(crate) table: Arc<Table>,
    /// The table's layout, with the partition key that DynamoDB reports.
    pub(crate) layout: Layout,
    pub(crate) schema: Arc<KeySchema>,
    /// The source of the nonces: the same for each repeat of the request, and different for any other.
    pub(crate) id: RequestId,
    /// The moment from which a TTL is counted.
    pub(crate) now: Millis,
}

/// All of a plan except its key.
struct Parts {
    action: Action,
    condition: Option<Condition>,
    nonce: Option<Nonce>,
    written: Option<Written>,
    caller_fields: CallerFields,
}

impl ItemPlanner {
    pub(crate) fn put(self, put: PutItem) -> Result<ItemPlan, Violation> {
        let PutItem { mut item, ttl, condition } = put;
        let layout = &self.layout;
        let key = self.key_of(&item)?;
        let is_taken = |name: &str| item.contains_key(name);
        if is_taken(layout.name(Role::Version)) {
            return Err(in_item(layout.name(Role::Version), "is written by the server and may not be given"));
        }
        let expiry = [layout.name(Role::Ttl), layout.name(Role::TtlMs)];
        if let Some(name) = expiry.into_iter().find(|name| ttl.is_some() && is_taken(name)) {
            return Err(in_item(name, "is given twice: here and as the field ttl"));
        }
        self.schema.check(&key).map_err(|violation| {
            let sort = self.schema.sort.as_ref().filter(|_| violation.field == "sort");
            let (name, _) = sort.unwrap_or(&self.schema.partition);
            Violation { field: format!("item[{name:?}]"), invalid: violation.invalid }
        })?;
        self.check_condition(condition.as_ref())?;
        let nonce = self.nonce("PutItem", &key);
        let expire_time = ttl.map(|ttl| ExpireTime::after(self.now, ttl));
        item.extend(expire_time.into_iter().flat_map(|time| layout.expiry_attributes(time)));
        check_size(&item, layout.name(Role::Version))?;
        item.insert(layout.name(Role::Version).to_owned(), nonce.to_attribute());
        let caller_fields = CallerFields::new([(Parameter::Condition, condition.is_some().then_some(CONDITION))]);
        let condition = Condition::all(Condition::of_caller(condition).chain([Condition::not_written_by(nonce)]));
        let written = Some(Written { version: nonce.to_version(), expire_time });
        let (action, nonce) = (Action::Put(Content::Item(item)), Some(nonce));
        self.plan(key, Parts { action, condition, nonce, written, caller_fields })
    }

    pub(crate) fn update(self, update: UpdateItem) -> Result<ItemPlan, Violation> {
        let UpdateItem { key, update, condition } = update;
        let field = update_field(&update);
        let in_update = |invalid| Violation { field: field.to_owned(), invalid };
        update.spare(self.layout.name(Role::Version), "is written by the server").map_err(in_update)?;
        for name in self.schema.names() {
            update.spare(name, "is part of the primary key").map_err(in_update)?;
        }
        self.check_condition(condition.as_ref())?;
        let parameter = match &update {
            ItemUpdate::Actions(_) => Parameter::Actions,
            ItemUpdate::Expression(_) => Parameter::Update,
        };
        let caller_fields = CallerFields::new([
            (parameter, Some(field)),
            (Parameter::Condition, condition.is_some().then_some(CONDITION)),
        ]);
        let nonce = self.nonce("UpdateItem", &key);
        let caller = condition.map(Condition::Caller);
        let conditions = [Condition::Alive].into_iter().chain(caller).chain([Condition::not_written_by(nonce)]);
        let written = Some(Written { version: nonce.to_version(), expire_time: None });
        let action = Action::Update(Change::Item(update, nonce));
        let condition = Condition::all(conditions);
        self.plan(key, Parts { action, condition, nonce: Some(nonce), written, caller_fields })
    }

    /// Plans a delete or a check.
    pub(crate) fn without_content(
        self,
        key: ItemKey,
        condition: Option<CallerExpression>,
        action: Action,
    ) -> Result<ItemPlan, Violation> {
        self.check_condition(condition.as_ref())?;
        let caller_fields = CallerFields::new([(Parameter::Condition, condition.is_some().then_some(CONDITION))]);
        let condition = Condition::all(Condition::of_caller(condition));
        self.plan(key, Parts { action, condition, nonce: None, written: None, caller_fields })
    }

    /// Refuses a condition that takes a key attribute for a map or a list.
    fn check_condition(&self, condition: Option<&CallerExpression>) -> Result<(), Violation> {
        let checked = condition.map_or(Ok(()), |condition| condition.check_keys(self.schema.names()));
        checked.map_err(|invalid| Violation { field: CONDITION.to_owned(), invalid })
    }

    fn plan(self, key: ItemKey, parts: Parts) -> Result<ItemPlan, Violation> {
        self.schema.check(&key).map_err(|violation| violation.within("key"))?;
        let Parts { action, condition, nonce, written, caller_fields } = parts;
        let target = Target::Item { key: Arc::new(key), schema: self.schema };
        let write =
            WritePlan { purges_expired: true, caller_fields, ..WritePlan::new(target, action, condition, nonce) };
        Ok(ItemPlan { write, written })
    }

    fn nonce(&self, operation: &str, key: &ItemKey) -> Nonce {
        let mut digest = Digest::new(self.id);
        digest.bytes(self.table.physical_name().as_bytes());
        digest.bytes(operation.as_bytes());
        key_digest(key, &mut digest);
        Nonce::of(digest)
    }

    /// Finds the primary key among the attributes of an item.
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
    let bytes = item_bytes(item) + version.len() + VERSION_BYTES;
    if bytes <= MAX_ITEM_BYTES {
        return Ok(());
    }
    let problem = format!("has {bytes} bytes, at most {MAX_ITEM_BYTES} are allowed");
    let invalid = Invalid::limit(problem, format!("{MAX_ITEM_BYTES} bytes"));
    Err(Violation { field: "item".to_owned(), invalid })
}

fn in_item(name: &str, problem: &str) -> Violation {
    Violation { field: format!("item[{name:?}]"), invalid: Invalid::new(problem) }
}
