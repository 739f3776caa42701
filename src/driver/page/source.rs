use std::sync::Arc;

use super::request::{Order, Selection};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::expression::{Condition, SharedProjection};
use crate::driver::handle::Driver;
use crate::driver::read::Consistency;
use crate::driver::store::{Item, Role, response_bytes};
use crate::driver::table::{Index, ItemSize, KeySchema, Scope, no_such_index};
use crate::driver::upstream::{Expression, Refusal};
use crate::model::{Attributes, CallerExpression, Invalid, Violation};

/// Where pages are read from, and what of it they show.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) scope: Scope,
    /// The table's primary key.
    pub(crate) key: KeySchema,
    pub(crate) index: Option<Arc<Index>>,
    pub(crate) kind: Kind<'a>,
    pub(crate) hidden_by: ExpiredHiddenBy,
    /// What DynamoDB is to look for, beside the expiry rule.
    pub(crate) filter: Option<Condition>,
    pub(crate) projection: SharedProjection,
    /// Whether the caller wrote one.
    pub(crate) has_projection: bool,
    pub(crate) count_only: bool,
    pub(crate) consistency: Consistency,
    pub(crate) wants_capacity: bool,
}

/// How a table or index is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'a> {
    Query { key_condition: &'a CallerExpression, order: Order },
    Scan { segments: usize },
}

/// Who keeps out what has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpiredHiddenBy {
    /// DynamoDB's filter drops them.
    Filter,
    /// We drop them: in the filter of a Query DynamoDB takes no key attributes, and `ttl` or `ttl_ms` is one.
    Driver,
    /// The index does not tell. We ask the table and drop them.
    Table,
}

/// What becomes of an item that has been read.
#[derive(Debug)]
pub(crate) enum Shown<T> {
    Hidden,
    Counted,
    Item { item: T, bytes: usize },
}

impl<'a> Source<'a> {
    pub(crate) async fn new(
        driver: &Driver,
        table: &str,
        kind: Kind<'a>,
        selection: &Selection,
        deadline: Deadline,
    ) -> Result<Self, Error> {
        let Selection { index, filter, projection, count_only, consistency } = selection;
        let core = &driver.core;
        let table = core.existing_table(table, deadline).await?;
        let key = core.key_schema(&table, deadline).await?;
        let index = match index {
            Some(name) => Some(core.index(&table, name, deadline).await?),
            None => None,
        };
        if *consistency == Consistency::Strong && index.as_ref().is_some_and(|index| index.is_global()) {
            let invalid = Invalid::new("is not possible on a global secondary index");
            return Err(Violation { field: "consistent_read".to_owned(), invalid }.into());
        }
        let mut source = Self {
            scope: Scope {
                layout: table.layout().keyed_by(&key.partition.0),
                ..Scope::new(Arc::clone(core), table, deadline)
            },
            key,
            index,
            kind,
            hidden_by: ExpiredHiddenBy::Filter,
            filter: filter.clone().map(Condition::Caller),
            projection: SharedProjection::default(),
            has_projection: projection.is_some() && !count_only,
            count_only: *count_only,
            consistency: *consistency,
            wants_capacity: false,
        };
        source.hidden_by = source.who_hides();
        let needed = source.needed();
        let shared = match count_only {
            true => SharedProjection::only(needed),
            false => SharedProjection::new(projection.as_ref(), needed),
        };
        Ok(Self { projection: shared, ..source })
    }

    fn who_hides(&self) -> ExpiredHiddenBy {
        let is_key = |name: &str| self.place().any(|key| key == name);
        let expiry = self.expiry_names();
        match (&self.index, self.kind) {
            (Some(index), _) if !expiry.iter().all(|name| index.holds(name) || is_key(name)) => ExpiredHiddenBy::Table,
            (_, Kind::Query { .. }) if expiry.into_iter().any(is_key) => ExpiredHiddenBy::Driver,
            _ => ExpiredHiddenBy::Filter,
        }
    }

    fn expiry_names(&self) -> [&str; 2] {
        [self.scope.layout.name(Role::Ttl), self.scope.layout.name(Role::TtlMs)]
    }

    /// The attributes that make up a place to go on from: the key of the index, if it is one, and of the table.
    pub(crate) fn place(&self) -> impl Iterator<Item = &str> {
        let of_index = self.index.iter().flat_map(|index| index.keys()).map(String::as_str);
        self.key.names().chain(of_index)
    }

    /// The place of an item that has been read.
    pub(crate) fn place_of(&self, item: &Item) -> Option<Item> {
        self.place().map(|name| Some((name.to_owned(), item.get(name)?.clone()))).collect()
    }

    /// What is needed of every item, whatever the caller asks for.
    fn needed(&self) -> Vec<&str> {
        let expiry = self.expiry_names().into_iter().filter(|_| self.hidden_by == ExpiredHiddenBy::Driver);
        self.place().chain(expiry).collect()
    }

    pub(crate) fn item_size(&self) -> &ItemSize {
        self.index.as_ref().map_or(&self.scope.table.item_size, |index| &index.item_size)
    }

    /// Whether DynamoDB can count by itself.
    pub(crate) fn can_count(&self) -> bool {
        self.count_only && self.hidden_by == ExpiredHiddenBy::Filter
    }

    /// Whether it has to be expected that more is dropped than expired items.
    pub(crate) fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// Whether items are read with all that is stored.
    pub(crate) fn reads_whole_items(&self) -> bool {
        self.projection.expression().is_none()
    }

    /// What of an item the caller sees. Those that DynamoDB or the table hides are hidden already.
    pub(crate) fn show(&self, item: Item) -> Shown<Attributes> {
        if self.hidden_by == ExpiredHiddenBy::Driver && !self.scope.layout.is_alive(&item, self.scope.now()) {
            return Shown::Hidden;
        }
        if self.count_only {
            return Shown::Counted;
        }
        let item = self.projection.strip(item);
        Shown::Item { bytes: response_bytes(&item), item }
    }

    /// Finds the caller's expression that DynamoDB refused, if it is one.
    pub(crate) fn blame(&self, error: Error) -> Error {
        let Error::Internal(upstream) = error else { return error };
        let has = |expression: &&Expression| match expression {
            Expression::KeyCondition => matches!(self.kind, Kind::Query { .. }),
            Expression::Filter => matches!(self.filter, Some(Condition::Caller(_))),
            Expression::Projection => self.has_projection,
        };
        match (Refusal::from_message(upstream.message().unwrap_or_default()), &self.index) {
            (Refusal::NoSuchIndex, Some(index)) => {
                self.scope.table.known().indexes.forget(&index.name);
                no_such_index(&index.name).into()
            }
            (Refusal::IndexNotActive, _) => Error::TableNotActive(self.scope.table.name().to_owned(), upstream),
            (Refusal::Expression(candidates), _) => match candidates.iter().find(has) {
                Some(expression) => Error::InvalidExpression { field: field(*expression).to_owned(), upstream },
                None => Error::Internal(upstream),
            },
            (Refusal::NoSuchIndex | Refusal::Ours, _) => Error::Internal(upstream),
        }
    }
}

fn field(expression: Expression) -> &'static str {
    match expression {
        Expression::KeyCondition => "key_condition",
        Expression::Filter => "filter",
        Expression::Projection => "projection",
    }
}
