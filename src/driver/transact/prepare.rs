//! Prepares the operations of a transaction: renders expressions as of one moment, makes nonces, checks sizes.

use std::sync::Arc;

use tokio::task::yield_now;

use super::operation::{MAX_TRANSACTION_BYTES, within};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::expression::{Change, Condition, expected_condition, update_field};
use crate::driver::handle::Driver;
use crate::driver::item::{ItemPlan, ItemPlanner};
use crate::driver::store::{Layout, NewValue, Nonce, item_bytes};
use crate::driver::table::Table;
use crate::driver::write::{Action, Content, TransactionPart, WritePlan, Written};
use crate::model::{
    DeleteItem, Expected, ExpireTime, Invalid, ItemKey, Key, Millis, RequestId, SetExpiry, TransactKind,
    TransactOperation, Ttl, Violation,
};

/// Preparing an operation of this size takes milliseconds, so other tasks get a turn after it.
const YIELD_BYTES: usize = 16 * 1024;

/// The part of an operation that is not sent: how to answer the caller.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) key: ItemKey,
    /// The result of the write, if it happens.
    pub(super) written: Option<Written>,
    pub(super) return_current: bool,
    pub(super) is_entry: bool,
    /// The field with the operation's message, such as `put_item`.
    pub(super) message: &'static str,
}

/// Values that all operations of a transaction share.
#[derive(Debug, Clone, Copy)]
struct Context {
    now: Millis,
    /// The source of all nonces; see `id`.
    id: RequestId,
    deadline: Deadline,
}

/// A planned operation: its table, layout and write, and how to answer the caller.
struct Planned {
    table: Arc<Table>,
    layout: Layout,
    write: WritePlan,
    operation: Operation,
}

impl Driver {
    /// Prepares operations as of now.
    pub(super) async fn prepare(
        &self,
        operations: Vec<TransactOperation>,
        id: RequestId,
        deadline: Deadline,
    ) -> Result<(Vec<Operation>, Vec<TransactionPart>), Error> {
        let context = Context { now: self.core.now(), id, deadline };
        let mut prepared = (Vec::with_capacity(operations.len()), Vec::with_capacity(operations.len()));
        let mut bytes = 0;
        for (index, operation) in operations.into_iter().enumerate() {
            let planned = self.plan_operation(operation, context).await;
            let (operation, part) =
                planned.and_then(|planned| planned.render(context.now)).map_err(|error| within(error, index))?;
            let size = item_bytes(&part.attributes) + item_bytes(&part.rendered.values);
            bytes += size;
            prepared.0.push(operation);
            prepared.1.push(part);
            if size >= YIELD_BYTES {
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

    async fn plan_operation(&self, operation: TransactOperation, context: Context) -> Result<Planned, Error> {
        let TransactOperation { table, return_current, kind } = operation;
        let table = self.core.existing_table(&table, context.deadline).await?;
        let planned = match kind {
            TransactKind::Set { key, value, ttl, expected } => {
                let expiry = ttl.map_or(SetExpiry::Never, SetExpiry::After);
                table.layout().check_size(&key, &value, expiry).map_err(|violation| violation.within("set"))?;
                table.check_shape()?;
                Planned::set(table, (key, NewValue::Bytes(value)), ttl, expected.as_ref(), context)
            }
            TransactKind::Delete { key, expected } => {
                table.check_shape()?;
                Planned::delete(table, key, expected.as_ref())
            }
            TransactKind::PutItem(put) => {
                let planner = self.planner(table, context).await?;
                let checked = self.core.check_item(&planner.table, &put.item, context.deadline).await;
                checked.map_err(|violation| violation.within("put_item"))?;
                Planned::item("put_item", planner, |planner| planner.put(put))?
            }
            TransactKind::UpdateItem(update) => {
                let planner = self.planner(table, context).await?;
                let checked = self.core.check_update(&planner.table, &update.update, context.deadline).await;
                checked.map_err(|violation| violation.within("update_item"))?;
                Planned::item("update_item", planner, |planner| planner.update(update))?
            }
            TransactKind::DeleteItem(DeleteItem { key, condition }) => {
                let planner = self.planner(table, context).await?;
                Planned::item("delete_item", planner, |planner| {
                    planner.without_content(key, condition, Action::Delete)
                })?
            }
            TransactKind::Check { key, condition } => {
                let planner = self.planner(table, context).await?;
                Planned::item("check", planner, |planner| planner.without_content(key, Some(condition), Action::Check))?
            }
        };
        Ok(Planned { operation: Operation { return_current, ..planned.operation }, ..planned })
    }

    async fn planner(&self, table: Arc<Table>, context: Context) -> Result<ItemPlanner, Error> {
        let schema = Arc::new(self.core.key_schema(&table, context.deadline).await?);
        let layout = table.layout().with_partition_key(&schema.partition.0);
        Ok(ItemPlanner { table, layout, schema, id: context.id, now: context.now })
    }
}

impl Planned {
    fn set(
        table: Arc<Table>,
        (key, value): (Key, NewValue),
        ttl: Option<Ttl>,
        expected: Option<&Expected>,
        context: Context,
    ) -> Self {
        let nonce = Nonce::new(context.id, table.physical_name(), &key, "TransactSet", &[]);
        let expire_time = ttl.map(|ttl| ExpireTime::after(context.now, ttl));
        let expected = expected.map(expected_condition);
        let condition = Condition::all(expected.into_iter().chain([Condition::not_written_by(nonce)]));
        let put = Action::Put(Content::Entry { value, expire_time, nonce });
        let written = Some(Written { version: nonce.to_version(), expire_time });
        Self::entry(table, WritePlan::entry(key.clone(), put, condition, Some(nonce)), (key, "set"), written)
    }

    fn delete(table: Arc<Table>, key: Key, expected: Option<&Expected>) -> Self {
        let condition = expected.map(expected_condition);
        Self::entry(table, WritePlan::entry(key.clone(), Action::Delete, condition, None), (key, "delete"), None)
    }

    fn entry(
        table: Arc<Table>,
        write: WritePlan,
        (key, message): (Key, &'static str),
        written: Option<Written>,
    ) -> Self {
        let operation = Operation { key: key.into(), written, return_current: false, is_entry: true, message };
        Self { layout: table.layout().clone(), table, write, operation }
    }

    fn item(
        message: &'static str,
        planner: ItemPlanner,
        plan: impl FnOnce(ItemPlanner) -> Result<ItemPlan, Violation>,
    ) -> Result<Self, Violation> {
        let (table, layout) = (Arc::clone(&planner.table), planner.layout.clone());
        let ItemPlan { write, written } = plan(planner).map_err(|violation| violation.within(message))?;
        let key = ItemKey::clone(write.target.key());
        let operation = Operation { key, written, return_current: false, is_entry: false, message };
        Ok(Self { table, layout, write, operation })
    }

    fn render(self, now: Millis) -> Result<(Operation, TransactionPart), Error> {
        let Self { table, layout, write: plan, operation } = self;
        let rendered = plan.render(&layout, now).map_err(|invalid| {
            let field = match &plan.action {
                Action::Update(Change::Item(update, _)) => update_field(update),
                Action::Update(Change::Entry(_) | Change::Counter(_))
                | Action::Put(_)
                | Action::Delete
                | Action::Check => "condition",
            };
            Violation { field: field.to_owned(), invalid }.within(operation.message)
        })?;
        let attributes = match &plan.action {
            Action::Put(content) => plan.item(&layout, content),
            Action::Update(_) | Action::Delete | Action::Check => plan.target.key_attributes(&layout),
        };
        Ok((operation, TransactionPart { table, layout, plan, attributes, rendered, now }))
    }
}
