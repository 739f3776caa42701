use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity, Select};
use futures_util::FutureExt;

use super::Order;
use super::source::{HiddenBy, Source, Way};
use crate::driver::aws_error::Failure;
use crate::driver::capacity::Capacity;
use crate::driver::condition::{Condition, Renderer};
use crate::driver::error::Error;
use crate::driver::layout::Item;
use crate::driver::read::Consistency;
use crate::model::CallerExpression;

/// What one call is to read.
#[derive(Debug)]
pub(super) struct Ask {
    /// Which part of a Scan.
    pub(super) segment: usize,
    /// Where to begin; none for the beginning.
    pub(super) after: Option<Item>,
    /// How many items to look at, at most.
    pub(super) limit: usize,
    /// Whether only their number is wanted.
    pub(super) counts: bool,
}

/// What a call has read.
#[derive(Debug)]
pub(super) struct Read {
    /// None if they were only counted.
    pub(super) items: Vec<Item>,
    /// How many passed the filter.
    pub(super) count: usize,
    /// How many were looked at.
    pub(super) scanned: usize,
    /// The place to go on from; none at the end.
    pub(super) last: Option<Item>,
    pub(super) consumed: Capacity,
}

/// The expressions of a call, as of one moment.
struct Expressions {
    key_condition: Option<String>,
    filter: Option<String>,
    projection: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
}

impl Source<'_> {
    /// Reads a stretch, as often as it takes. What it returns has not expired, unless the driver itself is to look.
    pub(super) async fn read(&self, ask: &Ask) -> Result<Read, Error> {
        let call = || async {
            match self.way {
                Way::Query { key_condition, order } => self.query(ask, key_condition, order).await,
                Way::Scan { segments } => self.scan(ask, segments).await,
            }
        };
        let read = self.inner.retry(&self.table, self.deadline, call).await.map_err(|error| self.blame(error))?;
        match self.hidden_by {
            HiddenBy::Table => self.drop_expired(read).await,
            HiddenBy::Filter | HiddenBy::Driver => Ok(read),
        }
    }

    async fn query(&self, ask: &Ask, key_condition: &CallerExpression, order: Order) -> Result<Read, Failure> {
        let expressions = self.expressions(Some(key_condition), ask.counts);
        let answer = self
            .inner
            .client
            .query()
            .table_name(self.table.physical_name())
            .set_index_name(self.index.as_ref().map(|index| index.name.clone()))
            .set_key_condition_expression(expressions.key_condition)
            .set_filter_expression(expressions.filter)
            .set_projection_expression(expressions.projection)
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .set_select(ask.counts.then_some(Select::Count))
            .set_exclusive_start_key(ask.after.clone())
            .scan_index_forward(order == Order::Ascending)
            .consistent_read(self.consistency == Consistency::Strong)
            .limit(number(ask.limit))
            .set_return_consumed_capacity(Capacity::request(self.wants_capacity))
            .send()
            .boxed()
            .await?;
        Read::new(
            ask,
            answer.items,
            (answer.count, answer.scanned_count),
            answer.last_evaluated_key,
            answer.consumed_capacity.as_ref(),
        )
    }

    async fn scan(&self, ask: &Ask, segments: usize) -> Result<Read, Failure> {
        let expressions = self.expressions(None, ask.counts);
        // One segment is no parallel scan, which costs the embedded engine an order of its own.
        let is_parallel = segments > 1;
        let answer = self
            .inner
            .client
            .scan()
            .table_name(self.table.physical_name())
            .set_index_name(self.index.as_ref().map(|index| index.name.clone()))
            .set_filter_expression(expressions.filter)
            .set_projection_expression(expressions.projection)
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .set_select(ask.counts.then_some(Select::Count))
            .set_segment(is_parallel.then(|| number(ask.segment)))
            .set_total_segments(is_parallel.then(|| number(segments)))
            .set_exclusive_start_key(ask.after.clone())
            .consistent_read(self.consistency == Consistency::Strong)
            .limit(number(ask.limit))
            .set_return_consumed_capacity(Capacity::request(self.wants_capacity))
            .send()
            .boxed()
            .await?;
        Read::new(
            ask,
            answer.items,
            (answer.count, answer.scanned_count),
            answer.last_evaluated_key,
            answer.consumed_capacity.as_ref(),
        )
    }

    fn expressions(&self, key_condition: Option<&CallerExpression>, counts: bool) -> Expressions {
        let mut renderer = Renderer::new(&self.layout, self.inner.runtime.clock.now());
        let key_condition = key_condition.map(|expression| {
            let mut text = String::new();
            renderer.caller(expression, &mut text);
            text
        });
        let filter = match (self.hidden_by, self.filter.clone()) {
            (HiddenBy::Filter, Some(filter)) => Some(Condition::Alive.and(filter)),
            (HiddenBy::Filter, None) => Some(Condition::Alive),
            (HiddenBy::Driver | HiddenBy::Table, filter) => filter,
        };
        let filter = filter.map(|filter| renderer.condition_text(&filter));
        // DynamoDB takes no projection of what it only counts.
        let projection = self.projection.expression().filter(|_| !counts).map(str::to_owned);
        if projection.is_some() {
            renderer.names.extend(self.projection.names().clone());
        }
        let Renderer { names, values, .. } = renderer;
        // Nor does it take empty maps.
        let names = (!names.is_empty()).then_some(names);
        let values = (!values.is_empty()).then_some(values);
        Expressions { key_condition, filter, projection, names, values }
    }
}

impl Read {
    fn new(
        ask: &Ask,
        items: Option<Vec<Item>>,
        (count, scanned): (i32, i32),
        last: Option<Item>,
        consumed: Option<&ConsumedCapacity>,
    ) -> Result<Self, Failure> {
        let unreadable = |_| Failure::unreadable();
        let count = usize::try_from(count).map_err(unreadable)?;
        let scanned = usize::try_from(scanned).map_err(unreadable)?;
        let items = match items {
            Some(items) if items.len() == count => items,
            None if ask.counts => Vec::new(),
            // An answer about nothing must not be read as "there is nothing more".
            Some(_) | None => return Err(Failure::unreadable()),
        };
        let consumed = consumed.map(|consumed| Capacity::of(std::slice::from_ref(consumed))).unwrap_or_default();
        Ok(Self { items, count, scanned, last, consumed })
    }
}

/// DynamoDB's numbers have 32 bits; ours are far smaller.
fn number(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
