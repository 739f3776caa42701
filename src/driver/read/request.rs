//! The requests GetItem and BatchGetItem, and their answers.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::consistency::Consistency;
use crate::driver::expression::SharedProjection;
use crate::driver::store::{AnswerItem, Item, Layout, Role};
use crate::driver::table::Scope;
use crate::driver::upstream::{Capacity, Failure, ReadItems};

/// How items are read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) projection: SharedProjection,
    pub(crate) consistency: Consistency,
    pub(crate) wants_capacity: bool,
}

/// The answer of a BatchGetItem.
#[derive(Debug)]
pub(crate) struct ItemsRead<T = Item> {
    pub(crate) items: Vec<T>,
    /// Keys that DynamoDB has not read.
    pub(crate) unprocessed: Vec<Item>,
    pub(crate) consumed: Capacity,
}

impl Read {
    /// Reads whole items.
    pub(crate) fn whole(consistency: Consistency) -> Self {
        Self { projection: SharedProjection::default(), consistency, wants_capacity: false }
    }

    /// Reads only key and expiry. DynamoDB bills the whole item.
    pub(crate) fn expiry(layout: &Layout, consistency: Consistency) -> Self {
        let names = [Role::Key, Role::Ttl, Role::TtlMs].map(|role| layout.name(role));
        Self { projection: SharedProjection::only(names), consistency, wants_capacity: false }
    }

    fn is_strong(&self) -> bool {
        self.consistency == Consistency::Strong
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        self.projection.expression().map(|_| self.projection.names().clone())
    }
}

impl Scope {
    /// Reads one item once, expired or not.
    pub(crate) async fn get_item(&self, key: Item, read: &Read) -> Result<(Option<Item>, Capacity), Failure> {
        let request = GetItemInput::builder()
            .table_name(self.table.physical_name())
            .set_key(Some(key))
            .consistent_read(read.is_strong())
            .set_projection_expression(read.projection.expression().map(str::to_owned))
            .set_expression_attribute_names(read.names())
            .set_return_consumed_capacity(Capacity::request(read.wants_capacity));
        let answer = self.dispatcher().send(request).await?;
        Ok((answer.item, Capacity::of(answer.consumed_capacity.as_slice())))
    }

    /// Reads the items of up to a hundred distinct keys once, expired or not.
    pub(crate) async fn batch_get_item(&self, keys: Vec<Item>, read: &Read) -> Result<ItemsRead, Failure> {
        self.batch_get(keys, read, |item: AnswerItem<'_>| item.into_owned()).await
    }

    /// The same. Each item becomes what this function makes of it.
    pub(crate) async fn batch_get<T: Send + 'static>(
        &self,
        keys: Vec<Item>,
        read: &Read,
        make: impl Fn(AnswerItem<'_>) -> T + Send,
    ) -> Result<ItemsRead<T>, Failure> {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(read.is_strong())
            .set_projection_expression(read.projection.expression().map(str::to_owned))
            .set_expression_attribute_names(read.names())
            .build()
            .map_err(Failure::unbuildable)?;
        let request = BatchGetItemInput::builder()
            .request_items(self.table.physical_name(), keys)
            .set_return_consumed_capacity(Capacity::request(read.wants_capacity));
        let answer = self.dispatcher().send(ReadItems::new(request, make)).await?;
        let responses = answer.responses.unwrap_or_default();
        let unprocessed = answer.unprocessed_keys.unwrap_or_default();
        // An empty answer must not be read as "there are no items".
        if responses.is_empty() && unprocessed.is_empty() {
            return Err(Failure::unreadable());
        }
        // The request names only one table, so the key of the map does not matter.
        Ok(ItemsRead {
            items: responses.into_values().flatten().collect(),
            unprocessed: unprocessed.into_values().flat_map(|unprocessed| unprocessed.keys).collect(),
            consumed: Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default()),
        })
    }
}
