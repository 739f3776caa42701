//! What a transaction is: its request and all of its operations, as the caller wrote them.
//!
//! The nonces of its operations are made of this. So one that is found in an item stands for the whole transaction, and
//! not for another one of the same `request_id` that has an operation in common with it.

use super::Driver;
use super::actions::render_update;
use super::condition::{Condition, render};
use super::digest::Digest;
use super::layout::{Item, Layout};
use super::nonce::Nonce;
use super::set::{expected_bytes, expiry_bytes};
use crate::model::{
    CallerExpression, Expected, ItemKey, RequestId, SetExpiry, TransactKind, TransactOperation, Transaction, Ttl,
};

impl Driver {
    /// An id that is the same for each repeat of a transaction, whenever it comes, and that no other transaction has.
    pub(super) fn transaction_id(&self, transaction: &Transaction) -> RequestId {
        let mut parts = Parts(Digest::new(transaction.request_id));
        for TransactOperation { table, kind, .. } in &transaction.operations {
            // An unknown table is refused when the operation is made ready.
            let Ok(table) = self.0.table(table) else { continue };
            parts.0.bytes(table.physical_name().as_bytes());
            parts.operation(table.layout(), kind);
        }
        parts.0.into_request_id()
    }
}

/// The parts of operations, on their way into a hash.
struct Parts(Digest);

impl Parts {
    fn operation(&mut self, layout: &Layout, kind: &TransactKind) {
        match kind {
            TransactKind::Set { key, value, ttl, expected } => {
                self.start("Set", key.as_str().as_bytes());
                self.0.bytes(value);
                self.ttl(*ttl);
                self.expected(expected.as_ref());
            }
            TransactKind::Delete { key, expected } => {
                self.start("Delete", key.as_str().as_bytes());
                self.expected(expected.as_ref());
            }
            TransactKind::PutItem { item, ttl, condition } => {
                self.start("PutItem", &[]);
                self.0.attributes(item);
                self.ttl(*ttl);
                self.condition(layout, condition.clone());
            }
            TransactKind::UpdateItem { key, update, condition } => {
                self.start("UpdateItem", &[]);
                self.item_key(key);
                let condition = condition.clone().map(Condition::Caller);
                // One that is too long is refused when the operation is made ready.
                if let Ok(rendered) = render_update(layout, condition.as_ref(), update, Nonce::NONE, 0) {
                    self.0.rendered(&rendered);
                }
            }
            TransactKind::DeleteItem { key, condition } => {
                self.start("DeleteItem", &[]);
                self.item_key(key);
                self.condition(layout, condition.clone());
            }
            TransactKind::Check { key, condition } => {
                self.start("Check", &[]);
                self.item_key(key);
                self.condition(layout, Some(condition.clone()));
            }
        }
    }

    fn start(&mut self, kind: &str, key: &[u8]) {
        self.0.bytes(kind.as_bytes());
        self.0.bytes(key);
    }

    fn item_key(&mut self, key: &ItemKey) {
        let mut attributes = Item::from([("partition".to_owned(), key.partition().clone())]);
        attributes.extend(key.sort().map(|sort| ("sort".to_owned(), sort.clone())));
        self.0.attributes(&attributes);
    }

    fn ttl(&mut self, ttl: Option<Ttl>) {
        self.0.bytes(&expiry_bytes(ttl.map_or(SetExpiry::Never, SetExpiry::After)));
    }

    fn expected(&mut self, expected: Option<&Expected>) {
        self.0.bytes(&expected.map(expected_bytes).unwrap_or_default());
    }

    fn condition(&mut self, layout: &Layout, condition: Option<CallerExpression>) {
        self.0.rendered(&render(layout, condition.map(Condition::Caller).as_ref(), None, 0));
    }
}
