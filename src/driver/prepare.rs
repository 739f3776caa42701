//! The operations of a transaction, made ready to be sent: expressions rendered as of one moment, nonces, sizes.

use std::sync::Arc;

use tokio::task::yield_now;

use super::caller::CallerFields;
use super::condition::{Condition, Rendered, render};
use super::error::Error;
use super::item::ItemPlanner;
use super::layout::{Item, Layout, NewValue, Role};
use super::nonce::Nonce;
use super::set::{Written, condition};
use super::size;
use super::table::Table;
use super::transact::within;
use super::{Deadline, Driver};
use crate::model::{
    Expected, ExpireTime, Invalid, ItemKey, Key, Millis, RequestId, SetExpiry, TransactKind, TransactOperation,
    Violation,
};

/// The most that the items of a transaction may hold together. Source: "Quotas in Amazon DynamoDB", transactions.
const MAX_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

/// From this size on an operation takes milliseconds to make ready, and others get their turn before the next one.
const TURN_BYTES: usize = 16 * 1024;

/// What DynamoDB is to do with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Put,
    Update,
    Delete,
    Check,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Put => "Put",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Check => "ConditionCheck",
        }
    }
}

/// An operation, ready to be sent any number of times.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) table: Arc<Table>,
    /// The table's layout, with the key attribute that the table really has.
    pub(super) layout: Layout,
    pub(super) key: ItemKey,
    pub(super) key_attributes: Item,
    pub(super) kind: Kind,
    /// The whole item of a put, the primary key of all others.
    pub(super) attributes: Item,
    pub(super) rendered: Rendered,
    /// What it will have written, and the nonce by which that is recognised.
    pub(super) written: Option<Written>,
    pub(super) nonce: Option<Nonce>,
    pub(super) return_current: bool,
    pub(super) is_entry: bool,
    /// The operation's own message, such as `put_item`, and which of its fields hold expressions of the caller's.
    pub(super) message: &'static str,
    pub(super) caller_fields: CallerFields,
    /// The moment as of which everything is judged.
    pub(super) now: Millis,
}

impl Prepared {
    /// What the operation sends, about as DynamoDB counts it.
    fn size(&self) -> usize {
        size::of_item(&self.attributes) + size::of_item(&self.rendered.values)
    }
}

/// What the operations of one transaction have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub(super) now: Millis,
    /// What all their nonces are made of; see `transact_id`.
    pub(super) id: RequestId,
    deadline: Deadline,
}

impl Driver {
    /// Makes operations ready, as of now.
    pub(super) async fn prepare(
        &self,
        operations: Vec<TransactOperation>,
        id: RequestId,
        deadline: Deadline,
    ) -> Result<Vec<Prepared>, Error> {
        let context = Context { now: self.0.runtime.clock.now(), id, deadline };
        let mut prepared = Vec::with_capacity(operations.len());
        let mut bytes = 0;
        for (index, operation) in operations.into_iter().enumerate() {
            let operation = self.prepare_one(operation, context).await.map_err(|error| within(error, index))?;
            let size = operation.size();
            bytes += size;
            prepared.push(operation);
            if size >= TURN_BYTES {
                yield_now().await;
            }
        }
        if bytes > MAX_TRANSACTION_BYTES {
            let problem = format!("have {bytes} bytes together, at most {MAX_TRANSACTION_BYTES} are allowed");
            let invalid = Invalid::limit(problem, format!("{MAX_TRANSACTION_BYTES} bytes"));
            return Err(Violation { field: "operations".to_owned(), invalid }.into());
        }
        Ok(prepared)
    }

    async fn prepare_one(&self, operation: TransactOperation, context: Context) -> Result<Prepared, Error> {
        let TransactOperation { table, return_current, kind } = operation;
        let table = self.existing_table(&table, context.deadline).await?;
        let entry = match kind {
            TransactKind::Set { key, value, ttl, expected } => {
                let expiry = ttl.map_or(SetExpiry::Never, SetExpiry::After);
                table.layout().check_size(&key, &value, expiry).map_err(|violation| violation.within("set"))?;
                let nonce = Nonce::new(context.id, table.physical_name(), &key, "TransactSet", &[]);
                let expire_time = ttl.map(|ttl| ExpireTime::after(context.now, ttl));
                let item = table.layout().item(&key, NewValue::Bytes(&value), expire_time, nonce);
                let written = Written { version: nonce.to_version(), expire_time };
                EntryOperation { key, kind: Kind::Put, put: Some((item, nonce, written)), expected }
            }
            TransactKind::Delete { key, expected } => EntryOperation { key, kind: Kind::Delete, put: None, expected },
            TransactKind::PutItem(_)
            | TransactKind::UpdateItem(_)
            | TransactKind::DeleteItem(_)
            | TransactKind::Check { .. } => {
                let schema = self.key_schema(&table, context.deadline).await?;
                let planner = ItemPlanner { table, schema, id: context.id, now: context.now };
                let prepared = Prepared::item(planner, kind, context)?;
                return Ok(Prepared { return_current, ..prepared });
            }
        };
        table.check_shape()?;
        Ok(Prepared { return_current, ..entry.prepare(table, context) })
    }
}

/// An operation on an entry.
struct EntryOperation {
    key: Key,
    kind: Kind,
    put: Option<(Item, Nonce, Written)>,
    expected: Option<Expected>,
}

impl EntryOperation {
    fn prepare(self, table: Arc<Table>, context: Context) -> Prepared {
        let Self { key, kind, put, expected } = self;
        let layout = table.layout().clone();
        let key_attributes = layout.key(&key);
        let (attributes, nonce, written) = match put {
            Some((item, nonce, written)) => (item, Some(nonce), Some(written)),
            None => (key_attributes.clone(), None, None),
        };
        let condition = join(expected.as_ref().map(condition).into_iter().chain(nonce.map(not_yet)));
        let rendered = render(&layout, condition.as_ref(), None, context.now);
        Prepared {
            key: key.into(),
            key_attributes,
            kind,
            attributes,
            rendered,
            written,
            nonce,
            return_current: false,
            is_entry: true,
            message: "",
            caller_fields: CallerFields::default(),
            now: context.now,
            layout,
            table,
        }
    }
}

/// This very write has not happened yet.
pub(super) fn not_yet(nonce: Nonce) -> Condition {
    Condition::not(Condition::Equals(Role::Version, nonce.to_attribute()))
}

/// All of these conditions, if there are any.
pub(super) fn join(conditions: impl Iterator<Item = Condition>) -> Option<Condition> {
    let mut conditions: Vec<_> = conditions.collect();
    if conditions.len() > 1 { Some(Condition::All(conditions)) } else { conditions.pop() }
}
