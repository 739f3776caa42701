use std::time::Duration;

use pb::batch_write_items_operation::Kind;

use crate::item::{Conditional, define};
use crate::point::duration;
use crate::value::attributes;
use crate::{Expression, ItemKey, Value, pb};

/// One operation of a [`batch_write_items`](crate::Client::batch_write_items).
#[derive(Debug, Clone, PartialEq)]
pub struct BatchItemOperation(pub(super) pb::BatchWriteItemsOperation);

impl BatchItemOperation {
    /// Writes an item in place of what was there, as [`put_item`](crate::Client::put_item) does.
    pub fn put_item<N: Into<String>, V: Into<Value>>(
        item: impl IntoIterator<Item = (N, V)>,
    ) -> BatchItem<pb::BatchPutItem> {
        BatchItem::new(pb::BatchPutItem { item: attributes(item), ..pb::BatchPutItem::default() })
    }

    /// Deletes an item.
    pub fn delete_item(key: impl Into<ItemKey>) -> BatchItem<pb::BatchDeleteItem> {
        let key = Some(key.into().into());
        BatchItem::new(pb::BatchDeleteItem { key, ..pb::BatchDeleteItem::default() })
    }
}

impl From<pb::BatchWriteItemsOperation> for BatchItemOperation {
    fn from(operation: pb::BatchWriteItemsOperation) -> Self {
        Self(operation)
    }
}

impl From<BatchItemOperation> for pb::BatchWriteItemsOperation {
    fn from(BatchItemOperation(operation): BatchItemOperation) -> Self {
        operation
    }
}

/// An operation in the making, of one of the kinds that [`pb::batch_write_items_operation::Kind`] lists.
///
/// ```
/// # use dynakv_client::{BatchItemOperation, attr};
/// let operations: [BatchItemOperation; 2] = [
///     BatchItemOperation::put_item([("order", "7"), ("state", "placed")]).into(),
///     BatchItemOperation::delete_item("cart-7").table("carts").condition(attr("items").eq(0)).into(),
/// ];
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct BatchItem<K> {
    table: String,
    kind: K,
    return_current: bool,
}

impl<K> BatchItem<K> {
    /// An operation of this kind.
    pub fn new(kind: K) -> Self {
        Self { table: String::new(), kind, return_current: false }
    }

    /// The table: one of the server's configuration.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// If the condition does not hold, answers with the item as it is.
    pub fn return_current(mut self) -> Self {
        self.return_current = true;
        self
    }
}

impl BatchItem<pb::BatchPutItem> {
    /// The item expires this long from now: 1 millisecond to 100 years. Without it, the item has no TTL, unless its own
    /// attributes say so.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.kind.ttl = Some(duration(ttl));
        self
    }
}

impl BatchItem<pb::BatchDeleteItem> {
    /// Says whether there was such an item. Costs a call of its own, and the request is not sent again by itself.
    pub fn report_existed(mut self) -> Self {
        self.kind.report_existed = true;
        self
    }
}

impl<K: Conditional> BatchItem<K> {
    /// Must hold of the item that is there: a [`Condition`](crate::Condition), or a DynamoDB condition expression. Costs a
    /// call of its own; on a delete, the request is not sent again by itself.
    pub fn condition(mut self, condition: impl Into<Expression>) -> Self {
        *self.kind.condition() = condition.into().into_text(&mut self.kind);
        self
    }

    /// Says which attribute an alias in the condition, such as `#state`, stands for. The server refuses an operation in which
    /// one stands for two.
    pub fn name(mut self, alias: impl Into<String>, attribute: impl Into<String>) -> Self {
        define(self.kind.names(), alias.into(), attribute.into());
        self
    }

    /// Says which value a placeholder in the condition, such as `:total`, stands for. The server refuses an operation in which
    /// one stands for two.
    pub fn value(mut self, placeholder: impl Into<String>, value: impl Into<Value>) -> Self {
        define(self.kind.values(), placeholder.into(), value.into().into());
        self
    }
}

impl From<BatchItem<pb::BatchPutItem>> for BatchItemOperation {
    fn from(BatchItem { table, kind, return_current }: BatchItem<pb::BatchPutItem>) -> Self {
        Self(pb::BatchWriteItemsOperation { table, return_current, kind: Some(Kind::PutItem(kind)) })
    }
}

impl From<BatchItem<pb::BatchDeleteItem>> for BatchItemOperation {
    fn from(BatchItem { table, kind, return_current }: BatchItem<pb::BatchDeleteItem>) -> Self {
        Self(pb::BatchWriteItemsOperation { table, return_current, kind: Some(Kind::DeleteItem(kind)) })
    }
}

/// One read of a [`batch_get_items`](crate::Client::batch_get_items). A key alone will do, for an item of the client's table.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct BatchItemRead(pub(super) pb::BatchGetItemsOperation);

impl BatchItemRead {
    /// Reads the item with this primary key.
    pub fn new(key: impl Into<ItemKey>) -> Self {
        Self(pb::BatchGetItemsOperation { table: String::new(), key: Some(key.into().into()) })
    }

    /// The table: one of the server's configuration.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.0.table = table.into();
        self
    }
}

impl From<pb::BatchGetItemsOperation> for BatchItemRead {
    fn from(operation: pb::BatchGetItemsOperation) -> Self {
        Self(operation)
    }
}

impl<K: Into<ItemKey>> From<K> for BatchItemRead {
    fn from(key: K) -> Self {
        Self::new(key)
    }
}
