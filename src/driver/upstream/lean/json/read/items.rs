//! Answers with many items. Each item becomes what its reader makes of it as soon as it is read, so that no map is built that nobody
//! needs.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::super::unreadable::Unreadable;
use super::collections::{Array, Entries, Nullable};
use super::compact;
use super::object::{Skipped, Text};
use super::readable::{read_by, read_value, text_of};
use crate::driver::store::AnswerItem;
use crate::driver::upstream::answers::{BatchGetAnswer, PageAnswer};

/// Reads the answer of a Query or Scan.
pub(in crate::driver::upstream) fn read_page<T>(
    body: &[u8],
    make: &impl Fn(AnswerItem<'_>) -> T,
) -> Result<PageAnswer<T>, Unreadable> {
    let text = text_of(body)?;
    compact::page(text, make).map_or_else(|| read_by(Page::of(make), text), Ok)
}

/// Reads the answer of a BatchGetItem.
pub(in crate::driver::upstream) fn read_batch<T>(
    body: &[u8],
    make: &impl Fn(AnswerItem<'_>) -> T,
) -> Result<BatchGetAnswer<T>, Unreadable> {
    let text = text_of(body)?;
    compact::batch(text, make).map_or_else(|| read_by(Batch::of(make), text), Ok)
}

/// Reads an item and hands it on.
struct Make<'a, F>(&'a F);

impl<F> Clone for Make<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Make<'_, F> {}

impl<'de, T, F: Fn(AnswerItem<'_>) -> T> DeserializeSeed<'de> for Make<'_, F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        AnswerItem::deserialize(deserializer).map(self.0)
    }
}

pub(super) struct Page<'a, F>(Make<'a, F>);

impl<'a, F> Page<'a, F> {
    pub(super) fn of(make: &'a F) -> Self {
        Self(Make(make))
    }
}

impl<'de, T, F: Fn(AnswerItem<'_>) -> T> DeserializeSeed<'de> for Page<'_, F> {
    type Value = PageAnswer<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<PageAnswer<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T, F: Fn(AnswerItem<'_>) -> T> Visitor<'de> for Page<'_, F> {
    type Value = PageAnswer<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page of items")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PageAnswer<T>, A::Error> {
        let mut answer = PageAnswer::default();
        while let Some(Text(name)) = map.next_key()? {
            match name.as_ref() {
                "Items" => answer.items = map.next_value_seed(Nullable(Array(self.0)))?,
                "Count" => answer.count = read_value::<Option<_>, A>(&mut map)?.unwrap_or_default(),
                "ScannedCount" => answer.scanned_count = read_value::<Option<_>, A>(&mut map)?.unwrap_or_default(),
                "LastEvaluatedKey" => answer.last_evaluated_key = read_value(&mut map)?,
                "ConsumedCapacity" => answer.consumed_capacity = read_value(&mut map)?,
                _ => {
                    read_value::<Skipped, A>(&mut map)?;
                }
            }
        }
        Ok(answer)
    }
}

pub(super) struct Batch<'a, F>(Make<'a, F>);

impl<'a, F> Batch<'a, F> {
    pub(super) fn of(make: &'a F) -> Self {
        Self(Make(make))
    }
}

impl<'de, T, F: Fn(AnswerItem<'_>) -> T> DeserializeSeed<'de> for Batch<'_, F> {
    type Value = BatchGetAnswer<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<BatchGetAnswer<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T, F: Fn(AnswerItem<'_>) -> T> Visitor<'de> for Batch<'_, F> {
    type Value = BatchGetAnswer<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("items by table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BatchGetAnswer<T>, A::Error> {
        let mut answer = BatchGetAnswer::default();
        while let Some(Text(name)) = map.next_key()? {
            match name.as_ref() {
                "Responses" => answer.responses = map.next_value_seed(Nullable(Entries(Array(self.0))))?,
                "UnprocessedKeys" => answer.unprocessed_keys = read_value(&mut map)?,
                "ConsumedCapacity" => answer.consumed_capacity = read_value(&mut map)?,
                _ => {
                    read_value::<Skipped, A>(&mut map)?;
                }
            }
        }
        Ok(answer)
    }
}
