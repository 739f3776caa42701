//! Converts documents to the library's types.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dynakv_client::{
    Attr, AttributeType, Bytes, Condition, Expected, Expression, Item, ItemKey, Size, Update, Value, attr,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json};

/// Bytes: text, or base64.
#[derive(Default, Clone)]
pub(super) struct Blob(pub(super) Bytes);

/// An attribute's value.
pub(super) struct Attribute(pub(super) Value);

pub(super) struct Span(pub(super) Duration);

/// A 64-bit integer as text.
pub(super) struct Whole(pub(super) i64);

pub(super) struct Expectation(pub(super) Expected);

pub(super) struct Test(pub(super) Expression);

pub(super) struct Change(pub(super) Update);

pub(super) type Names = BTreeMap<String, String>;
pub(super) type Values = BTreeMap<String, Attribute>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    partition: Attribute,
    sort: Option<Attribute>,
}

impl From<Key> for ItemKey {
    fn from(Key { partition, sort }: Key) -> Self {
        let key = ItemKey::new(partition.0);
        match sort {
            Some(sort) => key.sort(sort.0),
            None => key,
        }
    }
}

/// Keys as a list, or one by one.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Keys {
    Each(Vec<String>),
    Many { count: usize, prefix: String },
}

impl From<Keys> for Vec<String> {
    fn from(keys: Keys) -> Self {
        match keys {
            Keys::Each(keys) => keys,
            Keys::Many { count, prefix } => (0..count).map(|number| format!("{prefix}{number}")).collect(),
        }
    }
}

macro_rules! read_by {
    ($($type:ident: $read:expr;)+) => {
        $(impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let document = Json::deserialize(deserializer)?;
                let read: fn(&Json) -> Option<_> = $read;
                read(&document).map($type).ok_or_else(|| {
                    serde::de::Error::custom(format!("{document} is no {}", stringify!($type)))
                })
            }
        })+
    };
}

read_by! {
    Blob: bytes;
    Attribute: value;
    Span: |document| duration(document.as_str()?);
    Whole: |document| document.as_str()?.parse().ok();
    Expectation: expected;
    Test: expression;
    Change: update;
}

fn bytes(document: &Json) -> Option<Bytes> {
    match document.get("base64") {
        Some(text) => base64(text),
        None => Some(document.as_str()?.to_owned().into()),
    }
}

fn base64(text: &Json) -> Option<Bytes> {
    Some(BASE64_STANDARD.decode(text.as_str()?).ok()?.into())
}

pub(super) fn duration(text: &str) -> Option<Duration> {
    if let Some(ms) = text.strip_suffix("ms") {
        return ms.parse().ok().map(Duration::from_millis);
    }
    Duration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}

fn value(document: &Json) -> Option<Value> {
    let (kind, inner) = only(document)?;
    match kind {
        "S" => Some(Value::S(inner.as_str()?.to_owned())),
        "N" => Some(Value::N(inner.as_str()?.parse().ok()?)),
        "B" => base64(inner).map(Value::B),
        "BOOL" => inner.as_bool().map(Value::Bool),
        "NULL" => Some(Value::Null),
        "M" => item(inner.as_object()?).map(Value::M),
        "L" => values(inner).map(Value::L),
        "SS" => inner
            .as_array()?
            .iter()
            .map(|text| text.as_str().map(ToOwned::to_owned))
            .collect::<Option<_>>()
            .map(Value::Ss),
        "NS" => inner.as_array()?.iter().map(|text| text.as_str()?.parse().ok()).collect::<Option<_>>().map(Value::Ns),
        "BS" => inner.as_array()?.iter().map(base64).collect::<Option<_>>().map(Value::Bs),
        _ => None,
    }
}

fn values(document: &Json) -> Option<Vec<Value>> {
    document.as_array()?.iter().map(value).collect()
}

fn item(map: &Map<String, Json>) -> Option<Item> {
    map.iter().map(|(name, document)| Some((name.clone(), value(document)?))).collect()
}

/// The single entry of a map.
fn only(document: &Json) -> Option<(&str, &Json)> {
    let map = document.as_object()?;
    let (key, value) = map.iter().next()?;
    (map.len() == 1).then_some((key.as_str(), value))
}

fn expected(document: &Json) -> Option<Expected> {
    match only(document)? {
        ("absent", _) => Some(Expected::Absent),
        ("present", _) => Some(Expected::Present),
        ("version", version) => Some(Expected::version(version.as_str()?)),
        ("value", value) => bytes(value).map(Expected::Value),
        _ => None,
    }
}

fn update(document: &Json) -> Option<Update> {
    match only(document)? {
        ("expression", text) => Some(Update::expression(text.as_str()?)),
        ("actions", actions) => actions.as_array()?.iter().try_fold(Update::new(), action),
        _ => None,
    }
}

fn action(update: Update, document: &Json) -> Option<Update> {
    let path = document.get("path")?.as_str()?;
    let (kind, given) = document.as_object()?.iter().find(|(key, _)| *key != "path")?;
    match kind.as_str() {
        "set" => Some(update.set(path, value(given)?)),
        "set_if_absent" => Some(update.set_if_absent(path, value(given)?)),
        "add" => Some(update.add(path, given.as_str()?.parse::<dynakv_client::Number>().ok()?)),
        "append" => Some(update.append(path, values(given)?)),
        "prepend" => Some(update.prepend(path, values(given)?)),
        "remove" => Some(update.remove(path)),
        "add_to_set" => Some(update.add_to_set(path, value(given)?)),
        "remove_from_set" => Some(update.remove_from_set(path, value(given)?)),
        _ => None,
    }
}

fn expression(document: &Json) -> Option<Expression> {
    match document {
        Json::String(text) => Some(text.as_str().into()),
        _ => condition(document).map(Into::into),
    }
}

fn condition(document: &Json) -> Option<Condition> {
    let (operator, given) = only(document)?;
    let fold = |with: fn(Condition, Condition) -> Condition| {
        let conditions: Vec<_> = given.as_array()?.iter().map(condition).collect::<Option<_>>()?;
        conditions.into_iter().reduce(with)
    };
    match operator {
        "and" => fold(Condition::and),
        "or" => fold(Condition::or),
        "not" => condition(given).map(|condition| !condition),
        "exists" => Some(attr(given.as_str()?).exists()),
        "not_exists" => Some(attr(given.as_str()?).not_exists()),
        _ => of_attribute(operator, attr(given.get(0)?.as_str()?), given),
    }
}

fn of_attribute(operator: &str, attr: Attr, given: &Json) -> Option<Condition> {
    let argument = |position: usize| given.get(position).and_then(value);
    match operator {
        "eq" => Some(attr.eq(argument(1)?)),
        "ne" => Some(attr.ne(argument(1)?)),
        "lt" => Some(attr.lt(argument(1)?)),
        "le" => Some(attr.le(argument(1)?)),
        "gt" => Some(attr.gt(argument(1)?)),
        "ge" => Some(attr.ge(argument(1)?)),
        "between" => Some(attr.between(argument(1)?, argument(2)?)),
        "in" => Some(attr.is_in(values(given.get(1)?)?)),
        "begins_with" => Some(attr.begins_with(argument(1)?)),
        "contains" => Some(attr.contains(argument(1)?)),
        "is_type" => Some(attr.is_type(attribute_type(given.get(1)?.as_str()?)?)),
        "size" => of_size(given.get(1)?.as_str()?, attr.size(), given.get(2)?.as_u64()?.try_into().ok()?),
        _ => None,
    }
}

fn of_size(operator: &str, size: Size, number: u32) -> Option<Condition> {
    match operator {
        "eq" => Some(size.eq(number)),
        "ne" => Some(size.ne(number)),
        "lt" => Some(size.lt(number)),
        "le" => Some(size.le(number)),
        "gt" => Some(size.gt(number)),
        "ge" => Some(size.ge(number)),
        _ => None,
    }
}

fn attribute_type(name: &str) -> Option<AttributeType> {
    use AttributeType::{B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
    [S, N, B, Bool, Null, M, L, Ss, Ns, Bs].into_iter().find(|kind| kind.as_str() == name)
}
