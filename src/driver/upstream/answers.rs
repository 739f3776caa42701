//! Answers with many items, each of which is what a reader makes of it.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::types::{ConsumedCapacity, KeysAndAttributes};

use crate::driver::store::{AnswerItem, Item};

/// The answer of a Query or Scan.
pub(crate) struct PageAnswer<T> {
    pub(crate) items: Option<Vec<T>>,
    pub(crate) count: i32,
    pub(crate) scanned_count: i32,
    pub(crate) last_evaluated_key: Option<Item>,
    pub(crate) consumed_capacity: Option<ConsumedCapacity>,
}

/// The answer of a BatchGetItem.
pub(crate) struct BatchGetAnswer<T> {
    /// By table.
    pub(crate) responses: Option<HashMap<String, Vec<T>>>,
    pub(crate) unprocessed_keys: Option<HashMap<String, KeysAndAttributes>>,
    pub(crate) consumed_capacity: Option<Vec<ConsumedCapacity>>,
}

impl<T> Default for PageAnswer<T> {
    fn default() -> Self {
        Self { items: None, count: 0, scanned_count: 0, last_evaluated_key: None, consumed_capacity: None }
    }
}

impl<T> Default for BatchGetAnswer<T> {
    fn default() -> Self {
        Self { responses: None, unprocessed_keys: None, consumed_capacity: None }
    }
}

/// The SDK's outputs of Query and Scan have the same fields, but no type in common.
macro_rules! pages {
    ($($output:ident),*) => {$(
        impl From<$output> for PageAnswer<Item> {
            fn from(output: $output) -> Self {
                Self {
                    items: output.items,
                    count: output.count,
                    scanned_count: output.scanned_count,
                    last_evaluated_key: output.last_evaluated_key,
                    consumed_capacity: output.consumed_capacity,
                }
            }
        }

        impl From<PageAnswer<Item>> for $output {
            fn from(answer: PageAnswer<Item>) -> Self {
                let PageAnswer { items, count, scanned_count, last_evaluated_key, consumed_capacity } = answer;
                Self::builder()
                    .set_items(items)
                    .count(count)
                    .scanned_count(scanned_count)
                    .set_last_evaluated_key(last_evaluated_key)
                    .set_consumed_capacity(consumed_capacity)
                    .build()
            }
        }
    )*};
}

pages!(QueryOutput, ScanOutput);

impl PageAnswer<Item> {
    /// Makes of each item what its reader needs.
    pub(super) fn map<T>(self, make: impl Fn(AnswerItem<'_>) -> T) -> PageAnswer<T> {
        let Self { items, count, scanned_count, last_evaluated_key, consumed_capacity } = self;
        let items = items.map(|items| made(items, &make));
        PageAnswer { items, count, scanned_count, last_evaluated_key, consumed_capacity }
    }
}

impl BatchGetAnswer<Item> {
    /// Makes of each item what its reader needs.
    pub(super) fn map<T>(self, make: impl Fn(AnswerItem<'_>) -> T) -> BatchGetAnswer<T> {
        let Self { responses, unprocessed_keys, consumed_capacity } = self;
        let of_tables =
            |tables: HashMap<_, _>| tables.into_iter().map(|(table, items)| (table, made(items, &make))).collect();
        BatchGetAnswer { responses: responses.map(of_tables), unprocessed_keys, consumed_capacity }
    }
}

fn made<T>(items: Vec<Item>, make: &impl Fn(AnswerItem<'_>) -> T) -> Vec<T> {
    items.into_iter().map(|item| make(item.into())).collect()
}

impl From<BatchGetItemOutput> for BatchGetAnswer<Item> {
    fn from(output: BatchGetItemOutput) -> Self {
        Self {
            responses: output.responses,
            unprocessed_keys: output.unprocessed_keys,
            consumed_capacity: output.consumed_capacity,
        }
    }
}

impl From<BatchGetAnswer<Item>> for BatchGetItemOutput {
    fn from(answer: BatchGetAnswer<Item>) -> Self {
        let BatchGetAnswer { responses, unprocessed_keys, consumed_capacity } = answer;
        Self::builder()
            .set_responses(responses)
            .set_unprocessed_keys(unprocessed_keys)
            .set_consumed_capacity(consumed_capacity)
            .build()
    }
}
