use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::request::{Order, Selection};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::expression::{Condition, SharedProjection};
use crate::driver::handle::Driver;
use crate::driver::read::Consistency;
use crate::driver::store::{Item, Role};
use crate::driver::table::{Confirmation, Index, ItemSize, KeySchema, Scope, no_such_index};
use crate::driver::upstream::{CallerFields, Parameter, Validation};
use crate::model::{CallerExpression, Invalid, Violation, excerpt};

/// What a page is read from, and which items and attributes it shows.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) scope: Scope,
    /// The table's primary key.
    pub(crate) key: KeySchema,
    pub(crate) index: Option<Arc<Index>>,
    pub(crate) kind: Kind<'a>,
    pub(crate) expiry_filter: ExpiryFilter,
    /// The filter, without the expiry rule.
    pub(crate) filter: Option<Condition>,
    pub(crate) projection: SharedProjection,
    /// Whether the caller sent a projection.
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

/// What filters out expired items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpiryFilter {
    /// DynamoDB's filter.
    DynamoDb,
    /// The driver: `ttl` or `ttl_ms` is a key attribute, which DynamoDB refuses in the filter of a Query.
    Driver,
    /// The driver, with the expiry time from the table: the index does not project it.
    Table,
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
                layout: table.layout().with_partition_key(&key.partition.0),
                ..Scope::new(Arc::clone(core), table, deadline)
            },
            key,
            index,
            kind,
            expiry_filter: ExpiryFilter::DynamoDb,
            filter: filter.clone().map(Condition::Caller),
            projection: SharedProjection::default(),
            has_projection: projection.is_some() && !count_only,
            count_only: *count_only,
            consistency: *consistency,
            wants_capacity: false,
        };
        if let Some(filter) = filter {
            let checked = source.check_filter(filter);
            source.confirm_index(checked, filter).await?;
        }
        source.expiry_filter = source.choose_expiry_filter();
        let needed = source.needed();
        let shared = match count_only {
            true => SharedProjection::only(needed),
            false => SharedProjection::new(projection.as_ref(), needed),
        };
        Ok(Self { projection: shared, ..source })
    }

    /// Refuses a filter that takes a key attribute for a map or a list, and one of a Query on an attribute that the global index
    /// lacks. A Scan lets that pass and finds nothing.
    fn check_filter(&self, filter: &CallerExpression) -> Result<(), Violation> {
        let in_filter = |invalid| Violation { field: "filter".to_owned(), invalid };
        filter.check_keys(self.start_key_names()).map_err(in_filter)?;
        let (Kind::Query { .. }, Some(index)) = (self.kind, self.index.as_ref().filter(|index| index.is_global()))
        else {
            return Ok(());
        };
        let is_lacking = |name: &&str| index.lacks(name) && !self.key.names().any(|key| key == *name);
        let Some(lacking) = filter.attributes().find(is_lacking) else { return Ok(()) };
        let problem = format!("reads the attribute {:?}, which the index does not project", excerpt(lacking, 255));
        Err(in_filter(Invalid::new(problem)))
    }

    /// Before a refusal because of the index, makes sure that it is still the same.
    async fn confirm_index(&mut self, checked: Result<(), Violation>, filter: &CallerExpression) -> Result<(), Error> {
        let Err(violation) = checked else { return Ok(()) };
        let Some(index) = &self.index else { return Err(violation.into()) };
        let Scope { core, table, deadline, .. } = &self.scope;
        match core.confirm_indexes(table, *deadline).await {
            Confirmation::Recent | Confirmation::Failed => Err(violation.into()),
            Confirmation::Now => {
                self.index = Some(core.index(table, &index.name, *deadline).await?);
                Ok(self.check_filter(filter)?)
            }
        }
    }

    fn choose_expiry_filter(&self) -> ExpiryFilter {
        let is_key = |name: &str| self.start_key_names().any(|key| key == name);
        let expiry = self.expiry_names();
        match (&self.index, self.kind) {
            (Some(index), _) if !expiry.iter().all(|name| index.holds(name) || is_key(name)) => ExpiryFilter::Table,
            (_, Kind::Query { .. }) if expiry.into_iter().any(is_key) => ExpiryFilter::Driver,
            _ => ExpiryFilter::DynamoDb,
        }
    }

    fn expiry_names(&self) -> [&str; 2] {
        [self.scope.layout.name(Role::Ttl), self.scope.layout.name(Role::TtlMs)]
    }

    /// The names of the attributes in a start key: the key attributes of the table and of the index, if one is read.
    pub(crate) fn start_key_names(&self) -> impl Iterator<Item = &str> {
        let of_index = self.index.iter().flat_map(|index| index.keys());
        self.key.names().chain(of_index)
    }

    /// The start key of a call that continues after an item with these attributes.
    pub(crate) fn start_key(&self, attribute: impl Fn(&str) -> Option<AttributeValue>) -> Option<Item> {
        self.start_key_names().map(|name| Some((name.to_owned(), attribute(name)?))).collect()
    }

    /// The attributes that the driver needs of every item.
    fn needed(&self) -> Vec<&str> {
        let expiry = self.expiry_names().into_iter().filter(|_| self.expiry_filter == ExpiryFilter::Driver);
        self.start_key_names().chain(expiry).collect()
    }

    pub(crate) fn item_size(&self) -> &ItemSize {
        self.index.as_ref().map_or(&self.scope.table.item_size, |index| &index.item_size)
    }

    /// Whether DynamoDB can count the items.
    pub(crate) fn can_count(&self) -> bool {
        self.count_only && self.expiry_filter == ExpiryFilter::DynamoDb
    }

    /// Whether a filter drops items that have not expired.
    pub(crate) fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// Whether items are read with all of their attributes.
    pub(crate) fn reads_whole_items(&self) -> bool {
        self.projection.expression().is_none()
    }

    /// Names the caller's expression in the error, if DynamoDB refused one.
    pub(crate) fn blame(&self, error: Error) -> Error {
        // A read has no update that could not fit.
        let (Error::Internal(upstream) | Error::UpdateNotApplicable(upstream)) = error else { return error };
        let meaning = upstream.message().map(Validation::of);
        match &self.index {
            Some(index) if meaning == Some(Validation::NoSuchIndex) => {
                self.scope.table.schema().indexes.forget(&index.name);
                no_such_index(&index.name).into()
            }
            Some(_) | None if meaning == Some(Validation::IndexNotActive) => {
                Error::TableNotActive(self.scope.table.name().to_owned(), upstream)
            }
            Some(_) | None => self.caller_fields().explain(upstream),
        }
    }

    fn caller_fields(&self) -> CallerFields {
        let is_query = matches!(self.kind, Kind::Query { .. });
        let has_filter = matches!(self.filter, Some(Condition::Caller(_)));
        CallerFields::new([
            (Parameter::KeyCondition, is_query.then_some("key_condition")),
            (Parameter::Filter, has_filter.then_some("filter")),
            (Parameter::Projection, self.has_projection.then_some("projection")),
        ])
    }
}
