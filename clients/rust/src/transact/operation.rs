use std::time::Duration;

use bytes::Bytes;
use pb::transact_write_operation::Kind;

use crate::item::{Conditional, define};
use crate::point::duration;
use crate::value::attributes;
use crate::{Expected, Expression, ItemKey, Update, Value, pb};

/// One operation of a [`transact_write`](crate::Client::transact_write).
#[derive(Debug, Clone, PartialEq)]
pub struct TransactOperation(pub(super) pb::TransactWriteOperation);

impl TransactOperation {
    /// Writes an entry.
    pub fn set(key: impl Into<String>, value: impl Into<Bytes>) -> Transact<pb::TransactSet> {
        Transact::new(pb::TransactSet { key: key.into(), value: value.into(), ttl: None, expected: None })
    }

    /// Deletes an entry.
    pub fn delete(key: impl Into<String>) -> Transact<pb::TransactDelete> {
        Transact::new(pb::TransactDelete { key: key.into(), expected: None })
    }

    /// Writes an item in place of what was there, as [`put_item`](crate::Client::put_item) does.
    pub fn put_item<N: Into<String>, V: Into<Value>>(
        item: impl IntoIterator<Item = (N, V)>,
    ) -> Transact<pb::TransactPutItem> {
        Transact::new(pb::TransactPutItem { item: attributes(item), ..pb::TransactPutItem::default() })
    }

    /// Changes parts of an item, or creates it.
    pub fn update_item(key: impl Into<ItemKey>, update: impl Into<Update>) -> Transact<pb::TransactUpdateItem> {
        let (key, update) = (Some(key.into().into()), Some(update.into().into()));
        Transact::new(pb::TransactUpdateItem { key, update, ..pb::TransactUpdateItem::default() })
    }

    /// Deletes an item.
    pub fn delete_item(key: impl Into<ItemKey>) -> Transact<pb::TransactDeleteItem> {
        let key = Some(key.into().into());
        Transact::new(pb::TransactDeleteItem { key, ..pb::TransactDeleteItem::default() })
    }

    /// Changes nothing, but cancels the transaction unless this holds of the item.
    pub fn check(key: impl Into<ItemKey>, condition: impl Into<Expression>) -> Transact<pb::TransactCheck> {
        let key = Some(key.into().into());
        Transact::new(pb::TransactCheck { key, ..pb::TransactCheck::default() }).condition(condition)
    }
}

impl From<pb::TransactWriteOperation> for TransactOperation {
    fn from(operation: pb::TransactWriteOperation) -> Self {
        Self(operation)
    }
}

/// An operation in the making, of one of the kinds that [`pb::transact_write_operation::Kind`] lists.
///
/// ```
/// # use dynakv_client::{Expected, TransactOperation, attr};
/// let operations: [TransactOperation; 2] = [
///     TransactOperation::set("order-7", "placed").expected(Expected::Absent).into(),
///     TransactOperation::check("apples", attr("quantity").gt(0)).table("inventory").return_current().into(),
/// ];
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Transact<K> {
    table: String,
    kind: K,
    return_current: bool,
}

impl<K> Transact<K> {
    /// An operation of this kind.
    pub fn new(kind: K) -> Self {
        Self { table: String::new(), kind, return_current: false }
    }

    /// The table: one of the server's configuration.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// If the transaction is cancelled because of this operation's condition, answers with the entry or item as it is.
    pub fn return_current(mut self) -> Self {
        self.return_current = true;
        self
    }
}

impl Transact<pb::TransactSet> {
    /// The entry expires this long from now: 1 millisecond to 100 years. Without it, the entry has no TTL.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.kind.ttl = Some(duration(ttl));
        self
    }

    /// Writes only if the entry is like this.
    pub fn expected(mut self, expected: Expected) -> Self {
        self.kind.expected = Some(expected.into());
        self
    }
}

impl Transact<pb::TransactDelete> {
    /// Deletes only if the entry is like this, which cannot be [`Expected::Absent`].
    pub fn expected(mut self, expected: Expected) -> Self {
        self.kind.expected = Some(expected.into());
        self
    }
}

impl Transact<pb::TransactPutItem> {
    /// The item expires this long from now: 1 millisecond to 100 years. Without it, the item has no TTL, unless its own
    /// attributes say so.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.kind.ttl = Some(duration(ttl));
        self
    }
}

impl<K: Conditional> Transact<K> {
    /// Must hold of the item that is there, or the transaction is cancelled: a [`Condition`](crate::Condition), or a
    /// DynamoDB condition expression.
    pub fn condition(mut self, condition: impl Into<Expression>) -> Self {
        *self.kind.condition() = condition.into().into_text(&mut self.kind);
        self
    }

    /// Says which attribute an alias in the expressions, such as `#state`, stands for. The server refuses an operation in which
    /// one stands for two.
    pub fn name(mut self, alias: impl Into<String>, attribute: impl Into<String>) -> Self {
        define(self.kind.names(), alias.into(), attribute.into());
        self
    }

    /// Says which value a placeholder in the expressions, such as `:total`, stands for. The server refuses an operation in which
    /// one stands for two.
    pub fn value(mut self, placeholder: impl Into<String>, value: impl Into<Value>) -> Self {
        define(self.kind.values(), placeholder.into(), value.into().into());
        self
    }
}

impl<K: Into<Kind>> From<Transact<K>> for TransactOperation {
    fn from(Transact { table, kind, return_current }: Transact<K>) -> Self {
        Self(pb::TransactWriteOperation { table, return_current, kind: Some(kind.into()) })
    }
}

macro_rules! kinds {
    ($($kind:ident: $message:ident),+ $(,)?) => {
        $(impl From<pb::$message> for Kind {
            fn from(kind: pb::$message) -> Self {
                Self::$kind(kind)
            }
        })+
    };
}

kinds! {
    Set: TransactSet,
    Delete: TransactDelete,
    PutItem: TransactPutItem,
    UpdateItem: TransactUpdateItem,
    DeleteItem: TransactDeleteItem,
    Check: TransactCheck,
}

/// One read of a [`transact_get`](crate::Client::transact_get). A key alone will do, for an entry of the client's table.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct TransactRead(pub(super) pb::TransactGetOperation);

impl TransactRead {
    /// Reads the entry with this key.
    pub fn entry(key: impl Into<String>) -> Self {
        Self::of(pb::transact_get_operation::Target::Key(key.into()))
    }

    /// Reads all attributes of the item with this primary key.
    pub fn item(key: impl Into<ItemKey>) -> Self {
        Self::of(pb::transact_get_operation::Target::ItemKey(key.into().into()))
    }

    /// The table: one of the server's configuration.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.0.table = table.into();
        self
    }

    fn of(target: pb::transact_get_operation::Target) -> Self {
        Self(pb::TransactGetOperation { table: String::new(), target: Some(target) })
    }
}

impl From<pb::TransactGetOperation> for TransactRead {
    fn from(operation: pb::TransactGetOperation) -> Self {
        Self(operation)
    }
}

impl From<&str> for TransactRead {
    fn from(key: &str) -> Self {
        Self::entry(key)
    }
}

impl From<String> for TransactRead {
    fn from(key: String) -> Self {
        Self::entry(key)
    }
}

impl From<TransactOperation> for pb::TransactWriteOperation {
    fn from(TransactOperation(operation): TransactOperation) -> Self {
        operation
    }
}
