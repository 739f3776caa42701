use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::QueryInput;
use aws_sdk_dynamodb::operation::scan::ScanInput;
use aws_sdk_dynamodb::types::{AttributeValue, Select};

use super::request::Order;
use super::rows::Rows;
use super::source::{ExpiryFilter, Kind, Source};
use crate::driver::error::Error;
use crate::driver::expression::{Condition, Renderer};
use crate::driver::read::Consistency;
use crate::driver::store::{AnswerItem, Item, some_unless_empty};
use crate::driver::upstream::{Capacity, Failure, PageAnswer, ReadItems};
use crate::model::CallerExpression;

/// The parameters of one call.
#[derive(Debug)]
pub(crate) struct PartRequest {
    /// The segment of a Scan.
    pub(crate) segment: usize,
    /// Where to start; `None` for the beginning.
    pub(crate) after: Option<Item>,
    /// The most items to read, before the filter.
    pub(crate) limit: usize,
    /// Whether to return only the number of items.
    pub(crate) counts: bool,
}

/// The answer of a call.
#[derive(Debug)]
pub(crate) struct PartRead<T> {
    /// What became of the items; empty if they were only counted.
    pub(crate) items: Vec<T>,
    /// How many passed the filter.
    pub(crate) count: usize,
    /// How many were read, before the filter.
    pub(crate) scanned: usize,
    /// Where the next call starts; `None` at the end.
    pub(crate) last: Option<Item>,
    pub(crate) consumed: Capacity,
}

/// The expressions of a call, as of one moment.
struct Expressions {
    key_condition: Option<String>,
    filter: Option<String>,
    projection: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
}

/// The parameters that Query and Scan share.
macro_rules! parameters {
    ($source:ident, $part_request:ident, $expressions:ident, $request:expr) => {
        $request
            .table_name($source.scope.table.physical_name())
            .set_index_name($source.index.as_ref().map(|index| index.name.clone()))
            .set_filter_expression($expressions.filter)
            .set_projection_expression($expressions.projection)
            .set_expression_attribute_names($expressions.names)
            .set_expression_attribute_values($expressions.values)
            .set_select($part_request.counts.then_some(Select::Count))
            .set_exclusive_start_key($part_request.after.clone())
            .consistent_read($source.consistency == Consistency::Strong)
            .limit(number($part_request.limit))
            .set_return_consumed_capacity(Capacity::request($source.wants_capacity))
    };
}

impl Source<'_> {
    /// Makes one call. Expired items are left out, unless [`Rows::view`] has to hide them.
    pub(crate) async fn read<R: Rows>(&self, part_request: &PartRequest, rows: &R) -> Result<PartRead<R::Row>, Error> {
        match self.expiry_filter {
            ExpiryFilter::Table => {
                let read = self.call(part_request, &|item: AnswerItem<'_>| item.into_owned()).await?;
                let PartRead { items, count, scanned, last, consumed } = self.drop_expired(read).await?;
                let items = items.into_iter().map(|item| rows.read(item.into())).collect();
                Ok(PartRead { items, count, scanned, last, consumed })
            }
            ExpiryFilter::DynamoDb | ExpiryFilter::Driver => {
                self.call(part_request, &|item: AnswerItem<'_>| rows.read(item)).await
            }
        }
    }

    async fn call<T: Send + 'static>(
        &self,
        part_request: &PartRequest,
        make: &(impl Fn(AnswerItem<'_>) -> T + Sync),
    ) -> Result<PartRead<T>, Error> {
        let call = || async {
            let answer = match self.kind {
                Kind::Query { key_condition, order } => self.query(part_request, key_condition, order, make).await?,
                Kind::Scan { segments } => self.scan(part_request, segments, make).await?,
            };
            PartRead::new(part_request, answer)
        };
        self.scope.repeat(call).await.map_err(|error| self.blame(error))
    }

    async fn query<T: Send + 'static>(
        &self,
        part_request: &PartRequest,
        key_condition: &CallerExpression,
        order: Order,
        make: &(impl Fn(AnswerItem<'_>) -> T + Sync),
    ) -> Result<PageAnswer<T>, Failure> {
        let expressions = self.expressions(Some(key_condition), part_request.counts);
        let request = parameters!(self, part_request, expressions, QueryInput::builder())
            .set_key_condition_expression(expressions.key_condition)
            .scan_index_forward(order == Order::Ascending);
        self.scope.dispatcher().send(ReadItems::new(request, make)).await
    }

    async fn scan<T: Send + 'static>(
        &self,
        part_request: &PartRequest,
        segments: usize,
        make: &(impl Fn(AnswerItem<'_>) -> T + Sync),
    ) -> Result<PageAnswer<T>, Failure> {
        let expressions = self.expressions(None, part_request.counts);
        // A scan of one segment is sent as an ordinary scan.
        let is_parallel = segments > 1;
        let request = parameters!(self, part_request, expressions, ScanInput::builder())
            .set_segment(is_parallel.then(|| number(part_request.segment)))
            .set_total_segments(is_parallel.then(|| number(segments)));
        self.scope.dispatcher().send(ReadItems::new(request, make)).await
    }

    fn expressions(&self, key_condition: Option<&CallerExpression>, counts: bool) -> Expressions {
        let mut renderer = Renderer::new(&self.scope.layout, self.scope.now());
        let key_condition = key_condition.map(|expression| {
            let mut text = String::new();
            renderer.caller(expression, &mut text);
            text
        });
        let filter = match (self.expiry_filter, self.filter.clone()) {
            (ExpiryFilter::DynamoDb, Some(filter)) => Some(Condition::Alive.and(filter)),
            (ExpiryFilter::DynamoDb, None) => Some(Condition::Alive),
            (ExpiryFilter::Driver | ExpiryFilter::Table, filter) => filter,
        };
        let filter = filter.map(|filter| renderer.condition_text(&filter));
        // DynamoDB refuses a projection when it only counts.
        let projection = self.projection.expression().filter(|_| !counts).map(str::to_owned);
        if projection.is_some() {
            renderer.names.extend(self.projection.names().clone());
        }
        let Renderer { names, values, .. } = renderer;
        let (names, values) = (some_unless_empty(names), some_unless_empty(values));
        Expressions { key_condition, filter, projection, names, values }
    }
}

impl<T> PartRead<T> {
    fn new(part_request: &PartRequest, answer: PageAnswer<T>) -> Result<Self, Failure> {
        let PageAnswer { items, count, scanned_count, last_evaluated_key: last, consumed_capacity } = answer;
        let unreadable = |_| Failure::unreadable();
        let count = usize::try_from(count).map_err(unreadable)?;
        let scanned = usize::try_from(scanned_count).map_err(unreadable)?;
        let items = match items {
            Some(items) if items.len() == count => items,
            None if part_request.counts => Vec::new(),
            // An empty answer must not be read as "there are no more items".
            Some(_) | None => return Err(Failure::unreadable()),
        };
        Ok(Self { items, count, scanned, last, consumed: Capacity::of(consumed_capacity.as_slice()) })
    }
}

/// DynamoDB's numbers have 32 bits. Ours are far smaller.
fn number(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
