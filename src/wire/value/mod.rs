//! Attribute values, items and primary keys: DynamoDB's ten types, converted without loss in both directions.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::{InField, Violation};
use crate::model::{Attributes, Invalid, ItemKey, MAX_NESTING, Number, check_attribute_name, without_padding};
use crate::pb;
use crate::pb::value::Kind;

/// Parses the attribute value of a field.
pub(crate) fn attribute(value: pb::Value, field: &str) -> Result<AttributeValue, Violation> {
    nested(value, 1).map_err(|violation| violation.inside(field))
}

/// Parses the attribute value of a required field.
pub(crate) fn required_attribute(value: Option<pb::Value>, field: &str) -> Result<AttributeValue, Violation> {
    attribute(value.ok_or_else(|| Invalid::new("is required")).in_field(field)?, field)
}

/// Parses the attributes of a map field, such as an item's. Errors have paths like `item["address"].m["lines"].l[0].n`.
pub(crate) fn attributes(fields: HashMap<String, pb::Value>, field: &str) -> Result<Attributes, Violation> {
    map(fields, 1).map_err(|violation| violation.inside(field))
}

/// Parses the list of a field, such as an action's.
pub(crate) fn list(list: pb::AttributeList, field: &str) -> Result<Vec<AttributeValue>, Violation> {
    let pb::AttributeList { values } = list;
    elements(values, 2).map_err(|violation| violation.inside(format_args!("{field}.values")))
}

/// Parses the primary key of a field.
pub(crate) fn item_key(key: Option<pb::ItemKey>, field: &str) -> Result<ItemKey, Violation> {
    let pb::ItemKey { partition, sort } = key.ok_or_else(|| Invalid::new("is required")).in_field(field)?;
    let in_partition = format!("{field}.partition");
    let key = ItemKey::new(required_attribute(partition, &in_partition)?).in_field(in_partition)?;
    let Some(sort) = sort else { return Ok(key) };
    let in_sort = format!("{field}.sort");
    key.with_sort(attribute(sort, &in_sort)?).in_field(in_sort)
}

/// Parses a value at this level: an attribute's own value is at level one, its content at level two.
fn nested(value: pb::Value, level: usize) -> Result<AttributeValue, Violation> {
    let pb::Value { kind } = value;
    if level > MAX_NESTING {
        let problem = format!("lies deeper than {MAX_NESTING} levels");
        return Err(Invalid::limit(problem, format!("{MAX_NESTING} levels"))).in_field("");
    }
    let kind = kind.ok_or_else(|| Invalid::new("needs one of s, n, b, bool, null, m, l, ss, ns or bs")).in_field("")?;
    match kind {
        Kind::S(text) => Ok(AttributeValue::S(text)),
        Kind::N(number) => {
            Number::parse(&number).in_field(".n")?;
            Ok(AttributeValue::N(without_padding(number)))
        }
        Kind::B(bytes) => Ok(AttributeValue::B(Blob::new(bytes))),
        Kind::Bool(truth) => Ok(AttributeValue::Bool(truth)),
        Kind::Null(true) => Ok(AttributeValue::Null(true)),
        Kind::Null(false) => Err(Invalid::new("must be true")).in_field(".null"),
        Kind::M(pb::AttributeMap { fields }) => {
            map(fields, level + 1).map(AttributeValue::M).map_err(|violation| violation.inside(".m"))
        }
        Kind::L(pb::AttributeList { values }) => {
            elements(values, level + 1).map(AttributeValue::L).map_err(|violation| violation.inside(".l"))
        }
        Kind::Ss(pb::StringSet { values }) => {
            set(&values, Ok, ".ss")?;
            Ok(AttributeValue::Ss(values))
        }
        Kind::Ns(pb::NumberSet { values }) => {
            set(&values, |number| Number::parse(number), ".ns")?;
            Ok(AttributeValue::Ns(values.into_iter().map(without_padding).collect()))
        }
        Kind::Bs(pb::BinarySet { values }) => {
            set(&values, Ok, ".bs")?;
            Ok(AttributeValue::Bs(values.into_iter().map(Blob::new).collect()))
        }
    }
}

fn map(fields: HashMap<String, pb::Value>, level: usize) -> Result<Attributes, Violation> {
    let attribute = |(name, value): (String, pb::Value)| {
        check_attribute_name(&name).in_field("")?;
        match nested(value, level) {
            Ok(value) => Ok((name, value)),
            Err(violation) => Err(violation.inside(format_args!("[{name:?}]"))),
        }
    };
    fields.into_iter().map(attribute).collect()
}

fn elements(values: Vec<pb::Value>, level: usize) -> Result<Vec<AttributeValue>, Violation> {
    let element =
        |(index, value)| nested(value, level).map_err(|violation| violation.inside(format_args!("[{index}]")));
    values.into_iter().enumerate().map(element).collect()
}

/// Refuses an empty set, an invalid member, and members with the same `identity`.
fn set<'a, T, I: Eq + Hash>(
    members: &'a [T],
    identity: impl Fn(&'a T) -> Result<I, Invalid>,
    field: &str,
) -> Result<(), Violation> {
    if members.is_empty() {
        return Err(Invalid::limit("must not be empty", "at least 1 member")).in_field(field);
    }
    let mut seen = HashSet::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        // Only for errors: a set may have a hundred thousand members.
        let here = |invalid| Violation { field: format!("{field}.values[{index}]"), invalid };
        if !seen.insert(identity(member).map_err(here)?) {
            return Err(here(Invalid::new("is in the set twice")));
        }
    }
    Ok(())
}

impl From<AttributeValue> for pb::Value {
    /// An unknown type becomes a value without a kind, which requests may not contain.
    fn from(value: AttributeValue) -> Self {
        let kind = match value {
            AttributeValue::S(text) => Some(Kind::S(text)),
            AttributeValue::N(number) => Some(Kind::N(number)),
            AttributeValue::B(blob) => Some(Kind::B(blob.into_inner().into())),
            AttributeValue::Bool(truth) => Some(Kind::Bool(truth)),
            AttributeValue::Null(null) => Some(Kind::Null(null)),
            AttributeValue::M(fields) => Some(Kind::M(fields.into())),
            AttributeValue::L(values) => {
                Some(Kind::L(pb::AttributeList { values: values.into_iter().map(Into::into).collect() }))
            }
            AttributeValue::Ss(values) => Some(Kind::Ss(pb::StringSet { values })),
            AttributeValue::Ns(values) => Some(Kind::Ns(pb::NumberSet { values })),
            AttributeValue::Bs(blobs) => {
                let values = blobs.into_iter().map(|blob| blob.into_inner().into()).collect();
                Some(Kind::Bs(pb::BinarySet { values }))
            }
            _ => None,
        };
        Self { kind }
    }
}

impl From<Attributes> for pb::AttributeMap {
    fn from(attributes: Attributes) -> Self {
        Self { fields: attributes.into_iter().map(|(name, value)| (name, value.into())).collect() }
    }
}

#[cfg(test)]
pub(in crate::wire) mod tests;
