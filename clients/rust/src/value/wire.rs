use std::collections::HashMap;

use pb::value::Kind;
use tonic::Status;

use super::{Item, Number, Value};
use crate::entry::unreadable;
use crate::pb;

impl From<Value> for pb::Value {
    fn from(value: Value) -> Self {
        let kind = match value {
            Value::S(text) => Kind::S(text),
            Value::N(number) => Kind::N(number.to_string()),
            Value::B(bytes) => Kind::B(bytes),
            Value::Bool(truth) => Kind::Bool(truth),
            Value::Null => Kind::Null(true),
            Value::M(fields) => Kind::M(attribute_map(fields)),
            Value::L(values) => Kind::L(values.into_iter().collect()),
            Value::Ss(set) => Kind::Ss(pb::StringSet { values: set.into_iter().collect() }),
            Value::Ns(set) => Kind::Ns(pb::NumberSet { values: set.iter().map(ToString::to_string).collect() }),
            Value::Bs(set) => Kind::Bs(pb::BinarySet { values: set.into_iter().collect() }),
        };
        Self { kind: Some(kind) }
    }
}

impl<V: Into<Value>> FromIterator<V> for pb::AttributeList {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self { values: values.into_iter().map(|value| value.into().into()).collect() }
    }
}

impl TryFrom<pb::Value> for Value {
    type Error = Status;

    /// Fails on a type that is newer than this library.
    fn try_from(value: pb::Value) -> Result<Self, Status> {
        match value.kind.ok_or_else(|| unreadable("a value of no known type"))? {
            Kind::S(text) => Ok(Self::S(text)),
            Kind::N(number) => Ok(Self::N(Number::trusted(number))),
            Kind::B(bytes) => Ok(Self::B(bytes)),
            Kind::Bool(truth) => Ok(Self::Bool(truth)),
            Kind::Null(_) => Ok(Self::Null),
            Kind::M(map) => item(map).map(Self::M),
            Kind::L(list) => list.values.into_iter().map(Self::try_from).collect::<Result<_, _>>().map(Self::L),
            Kind::Ss(set) => Ok(Self::Ss(set.values.into_iter().collect())),
            Kind::Ns(set) => Ok(Self::Ns(set.values.into_iter().map(Number::trusted).collect())),
            Kind::Bs(set) => Ok(Self::Bs(set.values.into_iter().collect())),
        }
    }
}

/// The item of an answer.
pub(crate) fn item(map: pb::AttributeMap) -> Result<Item, Status> {
    map.fields.into_iter().map(|(name, value)| Ok((name, value.try_into()?))).collect()
}

pub(crate) fn attribute_map(item: Item) -> pb::AttributeMap {
    pb::AttributeMap { fields: attributes(item) }
}

/// The attributes of a request.
pub(crate) fn attributes<N: Into<String>, V: Into<Value>>(
    item: impl IntoIterator<Item = (N, V)>,
) -> HashMap<String, pb::Value> {
    item.into_iter().map(|(name, value)| (name.into(), value.into().into())).collect()
}
