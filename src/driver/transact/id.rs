//! The identity of a transaction: its request and all of its operations, as the caller wrote them.
//!
//! The nonces of its operations are made of this. So a nonce that is found in an item proves that this whole transaction was
//! committed, and not another one of the same `request_id` that has an operation in common with it.

use crate::driver::handle::Driver;
use crate::driver::write::WriteIdentity;
use crate::model::{RequestId, TransactOperation, Transaction};

impl Driver {
    /// An id that is the same for each repeat of a transaction, whenever it comes, and that no other transaction has.
    pub(super) fn transaction_id(&self, transaction: &Transaction) -> RequestId {
        let mut identity = WriteIdentity::new(transaction.request_id);
        for TransactOperation { table, kind, .. } in &transaction.operations {
            // An unknown table is refused when the operation is prepared.
            let Ok(table) = self.core.table(table) else { continue };
            identity.table(&table);
            identity.operation(table.layout(), kind);
        }
        identity.into_request_id()
    }
}
