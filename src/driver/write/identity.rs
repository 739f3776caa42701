//! Tells the writes of one `request_id` apart.

use crate::driver::expression::{Condition, expected_digest, render_condition, render_item_update, update_field};
use crate::driver::store::{Digest, Item, Layout, Nonce};
use crate::driver::table::Table;
use crate::model::{
    CallerExpression, DeleteItem, Expected, ItemKey, PutItem, RequestId, SetExpiry, TransactKind, Ttl, UpdateItem,
    Violation,
};

/// A hash of one or more writes, as the caller sent them.
///
/// It does not cover the time of the call, so a repeat has the same identity.
pub(crate) struct WriteIdentity(Digest);

impl WriteIdentity {
    pub(crate) fn new(request_id: RequestId) -> Self {
        Self(Digest::new(request_id))
    }

    pub(crate) fn into_request_id(self) -> RequestId {
        self.0.into_request_id()
    }

    pub(crate) fn table(&mut self, table: &Table) {
        self.0.bytes(table.physical_name().as_bytes());
    }

    pub(crate) fn operation(&mut self, layout: &Layout, kind: &TransactKind) {
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
            // An update that is too long is refused later, when it is prepared.
            TransactKind::UpdateItem(update) => drop(self.update_item(layout, update)),
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

    pub(crate) fn put_item(&mut self, layout: &Layout, PutItem { item, ttl, condition }: &PutItem) {
        self.start("PutItem", &[]);
        self.0.attributes(item);
        self.ttl(*ttl);
        self.condition(layout, condition.clone());
    }

    /// # Errors
    /// The update is longer than DynamoDB allows.
    pub(crate) fn update_item(&mut self, layout: &Layout, update: &UpdateItem) -> Result<(), Violation> {
        let UpdateItem { key, update, condition } = update;
        self.start("UpdateItem", &[]);
        self.item_key(key);
        let condition = condition.clone().map(Condition::Caller);
        let rendered = render_item_update(layout, condition.as_ref(), (update, Nonce::NONE), 0)
            .map_err(|invalid| Violation { field: update_field(update).to_owned(), invalid })?;
        rendered.digest(&mut self.0);
        Ok(())
    }

    /// Starts the next write, so that two writes never hash the same bytes as one.
    pub(crate) fn start(&mut self, kind: &str, key: &[u8]) {
        self.0.bytes(kind.as_bytes());
        self.0.bytes(key);
    }

    fn item_key(&mut self, key: &ItemKey) {
        key_digest(key, &mut self.0);
    }

    fn ttl(&mut self, ttl: Option<Ttl>) {
        self.0.bytes(&expiry_digest(ttl.map_or(SetExpiry::Never, SetExpiry::After)));
    }

    fn expected(&mut self, expected: Option<&Expected>) {
        self.0.bytes(&expected.map(expected_digest).unwrap_or_default());
    }

    fn condition(&mut self, layout: &Layout, condition: Option<CallerExpression>) {
        render_condition(layout, condition.map(Condition::Caller).as_ref(), 0).digest(&mut self.0);
    }
}

/// Adds the primary key of an item to a hash.
pub(crate) fn key_digest(key: &ItemKey, digest: &mut Digest) {
    let mut attributes = Item::from([("partition".to_owned(), key.partition().clone())]);
    attributes.extend(key.sort().map(|sort| ("sort".to_owned(), sort.clone())));
    digest.attributes(&attributes);
}

/// A different value for each kind of expiry. It does not cover the moment of expiry, which differs between attempts.
pub(crate) fn expiry_digest(expiry: SetExpiry) -> [u8; 8] {
    // A TTL has at least 1 ms, so 0 and -1 are free.
    let millis = match expiry {
        SetExpiry::Never => 0,
        SetExpiry::After(ttl) => ttl.as_millis(),
        SetExpiry::Keep => -1,
    };
    millis.to_le_bytes()
}
