use std::sync::Arc;

use crate::driver::error::{Error, Upstream};
use crate::driver::expression::{Change, Condition, Rendered, render};
use crate::driver::store::{Item, Layout, NewValue, Nonce, Role};
use crate::driver::table::KeySchema;
use crate::driver::upstream::{CallerFields, Validation, index_key_in};
use crate::model::{ExpireTime, Invalid, ItemKey, Key, Millis, Violation};

/// One write or check of one item, without anything that depends on the time of sending.
#[derive(Debug)]
pub(crate) struct WritePlan {
    pub(crate) target: Target,
    pub(crate) action: Action,
    /// The condition on the stored item.
    pub(crate) condition: Option<Condition>,
    /// The version that the write gives the item. It identifies the write. A delete has none.
    pub(crate) nonce: Option<Nonce>,
    /// Whether to delete an expired item on which the condition fails, and to send the write again.
    pub(crate) purges_expired: bool,
    /// The fields of the request with the caller's expressions.
    pub(crate) caller_fields: CallerFields,
}

/// The item to write.
#[derive(Debug)]
pub(crate) enum Target {
    Entry(Arc<ItemKey>),
    Item { key: Arc<ItemKey>, schema: Arc<KeySchema> },
}

/// What DynamoDB does with the item.
#[derive(Debug)]
pub(crate) enum Action {
    /// Replaces the whole item.
    Put(Content),
    /// Changes some attributes.
    Update(Change),
    Delete,
    /// Only checks a condition, as part of a transaction.
    Check,
}

/// The item that a put writes.
#[derive(Debug)]
pub(crate) enum Content {
    Entry { value: NewValue, expire_time: Option<ExpireTime>, nonce: Nonce },
    Item(Item),
}

impl Action {
    /// The caller's value that does not fit the key of an index, by DynamoDB's message. `None` if it is no value of the caller.
    fn misfit(&self, layout: &Layout, message: &str) -> Option<Violation> {
        let name = index_key_in(message);
        let field = match self {
            Self::Put(Content::Item(item)) => match name {
                Some(name) if item.contains_key(name) => format!("item[{name:?}]"),
                Some(_) | None => "item".to_owned(),
            },
            Self::Put(Content::Entry { value: NewValue::Bytes(_), .. }) if name == Some(layout.name(Role::Value)) => {
                "value".to_owned()
            }
            // The version and the expiry time are numbers, which fit an index of numbers.
            Self::Update(Change::Entry(update)) if update.set.iter().any(|(role, _)| *role == Role::Value) => {
                "value".to_owned()
            }
            Self::Put(Content::Entry { .. }) | Self::Update(_) | Self::Delete | Self::Check => return None,
        };
        let invalid = Invalid::new(format!("does not fit the key of an index: {message}"));
        Some(Violation { field, invalid })
    }
}

impl Target {
    /// The primary key.
    pub(crate) fn key(&self) -> &Arc<ItemKey> {
        let (Self::Entry(key) | Self::Item { key, .. }) = self;
        key
    }

    pub(crate) fn key_attributes(&self, layout: &Layout) -> Item {
        match self {
            Self::Entry(key) => Item::from([(layout.name(Role::Key).to_owned(), key.partition().clone())]),
            Self::Item { key, schema } => schema.attributes_of(key),
        }
    }
}

impl WritePlan {
    pub(crate) fn new(target: Target, action: Action, condition: Option<Condition>, nonce: Option<Nonce>) -> Self {
        // A partial update leaves an attribute alone that an application uses as its own version.
        let condition = match (&action, condition) {
            (Action::Update(_), Some(condition)) if condition.implies_own_version() => Some(condition),
            (Action::Update(_), Some(condition)) => Some(condition.and(Condition::OwnVersion)),
            (Action::Update(_), None) => Some(Condition::OwnVersion),
            (Action::Put(_) | Action::Delete | Action::Check, condition) => condition,
        };
        Self { target, action, condition, nonce, purges_expired: false, caller_fields: CallerFields::default() }
    }

    /// A write of an entry.
    pub(crate) fn entry(key: Key, action: Action, condition: Option<Condition>, nonce: Option<Nonce>) -> Self {
        Self::new(Target::Entry(Arc::new(key.into())), action, condition, nonce)
    }

    /// Renders the expressions as of `now`. Each attempt renders them again, to judge expiry at its own time.
    ///
    /// # Errors
    /// They do not depend on `now`: if a plan was rendered once, it can be rendered again.
    pub(crate) fn render(&self, layout: &Layout, now: Millis) -> Result<Rendered, Invalid> {
        let change = match &self.action {
            Action::Update(change) => Some(change),
            Action::Put(_) | Action::Delete | Action::Check => None,
        };
        render(layout, self.condition.as_ref(), change, now)
    }

    /// The item that a put writes.
    pub(crate) fn item(&self, layout: &Layout, content: &Content) -> Item {
        match content {
            Content::Entry { value, expire_time, nonce } => {
                let mut item = self.target.key_attributes(layout);
                layout.add_entry(&mut item, value, *expire_time, *nonce);
                item
            }
            Content::Item(item) => item.clone(),
        }
    }

    /// Whether this is a partial update that fits the item, so that only a version of another program can have stopped it. What
    /// a caller's own condition says of the item is not known.
    pub(crate) fn fits(&self, layout: &Layout, item: &Item) -> bool {
        if self.condition.as_ref().is_some_and(|condition| condition.contradicts(layout, item)) {
            return false;
        }
        match &self.action {
            Action::Update(Change::Entry(_) | Change::Item(..)) => true,
            Action::Update(Change::Counter(_)) => layout.counter(item).is_some(),
            Action::Put(_) | Action::Delete | Action::Check => false,
        }
    }

    /// Names the caller's field in an error, if DynamoDB refused one.
    pub(crate) fn blame(&self, layout: &Layout, error: Error) -> Error {
        match error {
            Error::UpdateNotApplicable(upstream) | Error::Internal(upstream) => self.explain(layout, upstream),
            other => other,
        }
    }

    /// The error for a request that DynamoDB refused.
    pub(crate) fn explain(&self, layout: &Layout, upstream: Upstream) -> Error {
        let message = upstream.message().unwrap_or_default();
        match Validation::of(message) {
            Validation::IndexKey => {
                self.action.misfit(layout, message).map_or(Error::UpdateNotApplicable(upstream), Error::Invalid)
            }
            Validation::NotApplicable if matches!(self.action, Action::Update(_)) => {
                Error::UpdateNotApplicable(upstream)
            }
            Validation::NotApplicable
            | Validation::ItemTooLarge
            | Validation::OtherKeySchema
            | Validation::TransactionTooLarge
            | Validation::NoSuchIndex
            | Validation::IndexNotActive
            | Validation::Expression(_)
            | Validation::Ours
            | Validation::Unknown => self.caller_fields.explain(upstream),
        }
    }

    /// Whether DynamoDB can have meant this write, when it refused one of several and did not say which.
    pub(crate) fn may_be_meant(&self, layout: &Layout, upstream: &Upstream) -> bool {
        let message = upstream.message().unwrap_or_default();
        match &self.action {
            Action::Put(content) if Validation::of(message) == Validation::IndexKey => {
                let item = self.item(layout, content);
                index_key_in(message).is_none_or(|name| item.contains_key(name))
            }
            Action::Put(_) | Action::Update(_) | Action::Delete | Action::Check => {
                self.caller_fields.refused(upstream).is_some()
            }
        }
    }

    /// Whether this write was the last to write the item, in an earlier attempt or call.
    pub(crate) fn wrote(&self, layout: &Layout, item: &Item) -> bool {
        self.nonce.is_some_and(|nonce| layout.was_written_by(item, nonce))
    }
}
