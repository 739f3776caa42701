//! The identity of a transaction: its request id and all of its operations, as the caller sent them.
//!
//! The nonces of the operations are derived from it. So a nonce in a stored item proves that exactly this transaction was
//! committed, and not another one that has the same `request_id` and some of the same operations.

use crate::driver::handle::Driver;
use crate::driver::write::WriteIdentity;
use crate::model::{RequestId, TransactOperation, Transaction};

impl Driver {
    /// An id that every repeat of a transaction has, at any time, and no other transaction.
    pub(super) fn transaction_id(&self, transaction: &Transaction) -> RequestId {
        let mut identity = WriteIdentity::new(transaction.request_id);
        for TransactOperation { table, kind, .. } in &transaction.operations {
            // An unknown table is refused later, when the operation is prepared.
            let Ok(table) = self.core.table(table) else { continue };
            identity.table(&table);
            identity.operation(table.layout(), kind);
        }
        identity.into_request_id()
    }
}
