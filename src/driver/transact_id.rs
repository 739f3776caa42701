//! What a transaction is: its request and all of its operations, as the caller wrote them.
//!
//! The nonces of its operations are made of this. So one that is found in an item stands for the whole transaction, and
//! not for another one of the same `request_id` that has an operation in common with it.

use super::Driver;
use super::payload::Payload;
use crate::model::{RequestId, TransactOperation, Transaction};

impl Driver {
    /// An id that is the same for each repeat of a transaction, whenever it comes, and that no other transaction has.
    pub(super) fn transaction_id(&self, transaction: &Transaction) -> RequestId {
        let mut payload = Payload::new(transaction.request_id);
        for TransactOperation { table, kind, .. } in &transaction.operations {
            // An unknown table is refused when the operation is made ready.
            let Ok(table) = self.0.table(table) else { continue };
            payload.table(&table);
            payload.operation(table.layout(), kind);
        }
        payload.into_request_id()
    }
}
