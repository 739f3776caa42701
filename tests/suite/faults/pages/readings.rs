//! A table with all kinds of indexes, and the expected results of reading it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex,
    Projection, ProjectionType, ScalarAttributeType,
};
use dynakv_client::pb;
use dynakv_client::pb::value::Kind;
use proptest::prelude::*;

use crate::support::{Item, World, binary, element, keyed, number, string};

pub(in crate::faults) const TABLE: &str = "readings";

/// A table or an index, as readers see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    /// Empty for the table itself.
    pub(super) index: &'static str,
    is_local: bool,
    pub(super) partition: &'static str,
    pub(super) sort: Option<&'static str>,
    /// None for everything.
    holds: Option<&'static [&'static str]>,
}

const fn view(
    index: &'static str,
    partition: &'static str,
    sort: Option<&'static str>,
    holds: Option<&'static [&'static str]>,
) -> View {
    View { index, is_local: false, partition, sort, holds }
}

pub(super) const VIEWS: &[View] = &[
    view("", "pk", Some("sk"), None),
    view("everything", "group", Some("n"), None),
    view("keys", "group", Some("n"), Some(&[])),
    view("without_ttl_ms", "group", Some("n"), Some(&["keep", "ttl"])),
    view("with_expiry", "group", Some("n"), Some(&["keep", "ttl", "dkv_ttl_ms"])),
    view("by_ttl", "group", Some("ttl"), None),
    view("by_ttl_keys", "group", Some("ttl"), Some(&[])),
    view("groups", "group", None, Some(&["keep"])),
    View { is_local: true, ..view("local_keys", "pk", Some("n"), Some(&[])) },
    View { is_local: true, ..view("local_everything", "pk", Some("n"), None) },
];

impl View {
    fn keys(&self) -> Vec<KeySchemaElement> {
        let partition = element(self.partition, KeyType::Hash);
        let sort = self.sort.map(|sort| element(sort, KeyType::Range));
        [Some(partition), sort].into_iter().flatten().collect()
    }

    fn projection(&self) -> Projection {
        let projection = Projection::builder();
        match self.holds {
            None => projection.projection_type(ProjectionType::All),
            Some([]) => projection.projection_type(ProjectionType::KeysOnly),
            Some(names) => projection
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(names.iter().map(|name| (*name).to_owned()).collect())),
        }
        .build()
    }

    pub(super) fn is_global(&self) -> bool {
        !self.index.is_empty() && !self.is_local
    }

    pub(super) fn has(&self, attribute: &str) -> bool {
        let keys = ["pk", "sk", self.partition, self.sort.unwrap_or(self.partition)];
        self.holds.is_none_or(|names| names.contains(&attribute)) || keys.contains(&attribute)
    }

    /// The item in the view, if it is there.
    pub(super) fn of(&self, item: &Item) -> Option<Item> {
        let is_there = item.contains_key(self.partition) && self.sort.is_none_or(|sort| item.contains_key(sort));
        let seen = |(name, _): &(&String, &AttributeValue)| self.has(name);
        is_there.then(|| item.iter().filter(seen).map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

pub(in crate::faults) async fn create(world: &World) {
    let definition = |name: &str, of_type| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(of_type).build().unwrap()
    };
    world
        .create(TABLE, |table| {
            let mut table = keyed(table, ("pk", ScalarAttributeType::S), Some(("sk", ScalarAttributeType::N)))
                .attribute_definitions(definition("group", ScalarAttributeType::S))
                .attribute_definitions(definition("n", ScalarAttributeType::N))
                .attribute_definitions(definition("ttl", ScalarAttributeType::N));
            for view in VIEWS.iter().filter(|view| !view.index.is_empty()) {
                let (name, keys, projection) = (view.index, Some(view.keys()), view.projection());
                table = if view.is_local {
                    let index = LocalSecondaryIndex::builder().index_name(name).set_key_schema(keys);
                    table.local_secondary_indexes(index.projection(projection).build().unwrap())
                } else {
                    let index = GlobalSecondaryIndex::builder().index_name(name).set_key_schema(keys);
                    table.global_secondary_indexes(index.projection(projection).build().unwrap())
                };
            }
            table
        })
        .await;
}

/// An item of the table and whether it has expired.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) item: Item,
    pub(super) is_alive: bool,
}

/// Items that expire around `now`, each with its own sort key.
pub(super) fn readings(now: i64, count: usize) -> impl Strategy<Value = Vec<Reading>> {
    // The expiry time, and whether it has passed.
    let expiry = prop_oneof![
        4 => Just((None, true)),
        2 => Just((Some((now / 1000 - 60, None)), false)),
        1 => Just((Some((now / 1000 + 60, None)), true)),
        // To the millisecond: now, and one later.
        1 => Just((Some((now.div_euclid(1000) + 1, Some(1000 - now.rem_euclid(1000)))), false)),
        1 => Just((Some((now.div_euclid(1000) + 1, Some(999 - now.rem_euclid(1000)))), true)),
    ];
    let group = proptest::option::weighted(0.8, 0..2);
    let n = proptest::option::weighted(0.9, 0..6);
    let keep = proptest::option::weighted(0.8, any::<bool>());
    let junk = prop_oneof![4 => 0..100usize, 1 => 0..4000usize];
    proptest::collection::vec((0..3, group, n, keep, junk, expiry), count..=count)
        .prop_map(|rows| (0..).zip(rows).map(|(sk, row)| reading(sk, row)).collect())
}

type Row = (i32, Option<i32>, Option<i32>, Option<bool>, usize, (Option<(i64, Option<i64>)>, bool));

fn reading(sk: i32, (pk, group, n, keep, junk, (expiry, is_alive)): Row) -> Reading {
    let fields = [
        Some(("pk", string(&format!("p{pk}")))),
        Some(("sk", number(sk))),
        Some(("junk", binary(&vec![7; junk]))),
        group.map(|group| ("group", string(&format!("g{group}")))),
        n.map(|n| ("n", number(n))),
        keep.map(|keep| ("keep", AttributeValue::Bool(keep))),
        expiry.map(|(ttl, _)| ("ttl", number(ttl))),
        expiry.and_then(|(_, ttl_ms)| Some(("dkv_ttl_ms", number(ttl_ms?)))),
    ];
    let item = fields.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect();
    Reading { item, is_alive }
}

/// An item in a form that can be compared and sorted.
pub(super) type Plain = BTreeMap<String, String>;

pub(super) fn plain(item: &Item) -> Plain {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => format!("S {text}"),
        AttributeValue::N(number) => format!("N {number}"),
        AttributeValue::B(blob) => format!("B {}", blob.as_ref().len()),
        AttributeValue::Bool(bool) => format!("BOOL {bool}"),
        other => panic!("{other:?}"),
    };
    item.iter().map(|(name, of)| (name.clone(), value(of))).collect()
}

pub(super) fn plain_answer(item: &pb::AttributeMap) -> Plain {
    let value = |value: &pb::Value| match value.kind.as_ref().unwrap() {
        Kind::S(text) => format!("S {text}"),
        Kind::N(number) => format!("N {number}"),
        Kind::B(bytes) => format!("B {}", bytes.len()),
        Kind::Bool(bool) => format!("BOOL {bool}"),
        other => panic!("{other:?}"),
    };
    item.fields.iter().map(|(name, of)| (name.clone(), value(of))).collect()
}
