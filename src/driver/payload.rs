//! What tells one write of a `request_id` from another, as the caller wrote it.

use super::actions::render_update;
use super::condition::{Condition, render};
use super::digest::Digest;
use super::layout::{Item, Layout};
use super::nonce::Nonce;
use super::set::{expected_bytes, expiry_bytes};
use super::table::Table;
use crate::model::{
    CallerExpression, DeleteItem, Expected, ItemKey, PutItem, RequestId, SetExpiry, TransactKind, Ttl, UpdateItem,
};

/// The parts of one write or of several, on their way into a hash.
///
/// No moment is part of it: a repeat has to come to the same.
pub(super) struct Payload(Digest);

impl Payload {
    pub(super) fn new(request_id: RequestId) -> Self {
        Self(Digest::new(request_id))
    }

    pub(super) fn into_request_id(self) -> RequestId {
        self.0.into_request_id()
    }

    pub(super) fn table(&mut self, table: &Table) {
        self.0.bytes(table.physical_name().as_bytes());
    }

    pub(super) fn operation(&mut self, layout: &Layout, kind: &TransactKind) {
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
            TransactKind::PutItem(put) => self.put_item(layout, put),
            TransactKind::UpdateItem(update) => self.update_item(layout, update),
            TransactKind::DeleteItem(DeleteItem { key, condition }) => {
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

    pub(super) fn put_item(&mut self, layout: &Layout, PutItem { item, ttl, condition }: &PutItem) {
        self.start("PutItem", &[]);
        self.0.attributes(item);
        self.ttl(*ttl);
        self.condition(layout, condition.clone());
    }

    pub(super) fn update_item(&mut self, layout: &Layout, UpdateItem { key, update, condition }: &UpdateItem) {
        self.start("UpdateItem", &[]);
        self.item_key(key);
        let condition = condition.clone().map(Condition::Caller);
        // One that is too long is refused when it is made ready.
        if let Ok(rendered) = render_update(layout, condition.as_ref(), update, Nonce::NONE, 0) {
            self.0.rendered(&rendered);
        }
    }

    /// What begins a write, so that none runs into the one before it.
    pub(super) fn start(&mut self, kind: &str, key: &[u8]) {
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
