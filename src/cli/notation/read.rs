use std::collections::{BTreeSet, HashSet};
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use dynakv_client::{Item, Number, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::TYPES;

/// More than DynamoDB allows, and less than would overflow the stack.
const MAX_NESTING: usize = 40;

/// A problem and its position.
#[derive(Debug)]
struct Problem {
    /// The path, such as `address.lines[0]`; empty for the whole text.
    place: String,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.trim_start_matches('.') {
            "" => f.write_str(&self.what),
            place => write!(f, "{place}: {}", self.what),
        }
    }
}

impl From<String> for Problem {
    fn from(what: String) -> Self {
        Self { place: String::new(), what }
    }
}

impl From<&str> for Problem {
    fn from(what: &str) -> Self {
        what.to_owned().into()
    }
}

impl Problem {
    fn inside(self, outer: &str) -> Self {
        Self { place: format!("{outer}{}", self.place), ..self }
    }
}

/// Parses an item.
pub(in crate::cli) fn item(text: &str) -> Result<Item, String> {
    let raw = raw(text)?;
    if !raw.get().starts_with('{') {
        return Err("an item is an object, such as {\"pk\": \"user-1\"}".to_owned());
    }
    fields(raw, 1).map_err(|problem| problem.to_string())
}

/// Parses a value.
pub(in crate::cli) fn value(text: &str) -> Result<Value, String> {
    nested(raw(text)?, 1).map_err(|problem| problem.to_string())
}

/// Parses a set, or makes one of a list.
pub(in crate::cli) fn set(text: &str) -> Result<Value, String> {
    let list = match value(text)? {
        set @ (Value::Ss(_) | Value::Ns(_) | Value::Bs(_)) => return Ok(set),
        Value::L(list) => list,
        _ => return Err("must be a list or a set".to_owned()),
    };
    dynakv_client::to_value(&AsSet(list)).map_err(|error| error.to_string())
}

#[derive(serde::Serialize)]
struct AsSet(#[serde(with = "dynakv_client::set")] Vec<Value>);

fn raw(text: &str) -> Result<&RawValue, String> {
    serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}; a string needs quotes, as in '\"text\"'"))
}

/// Parses a value at this nesting level.
fn nested(raw: &RawValue, level: usize) -> Result<Value, Problem> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{' | b'[') if level > MAX_NESTING => Err("is nested too deeply".into()),
        Some(b'{') => object(raw, level),
        Some(b'[') => list(raw, level),
        Some(b'"') => parse(raw).map(Value::S),
        Some(b't' | b'f') => parse(raw).map(Value::Bool),
        Some(b'n') => Ok(Value::Null),
        _ => number(text).map(Value::N),
    }
}

fn parse<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Problem> {
    serde_json::from_str(raw.get()).map_err(|error| error.to_string().into())
}

fn number(text: &str) -> Result<Number, Problem> {
    text.parse().map_err(|error| format!("{error}").into())
}

fn object(raw: &RawValue, level: usize) -> Result<Value, Problem> {
    let Fields(members) = parse(raw)?;
    match members.as_slice() {
        [(name, raw)] if TYPES.contains(&name.as_str()) => typed(name, raw, level).map_err(|problem| {
            let what = format!("{}; a map with the one name {name} is {{\"M\": {{\"{name}\": ...}}}}", problem.what);
            Problem { what, ..problem }
        }),
        _ => fields(raw, level).map(Value::M),
    }
}

/// Parses a value in DynamoDB's JSON.
fn typed(name: &str, raw: &RawValue, level: usize) -> Result<Value, Problem> {
    match name {
        "S" => parse(raw).map(Value::S),
        "N" => number_or_text(raw).map(Value::N),
        "B" => bytes(raw).map(Value::B),
        "BOOL" => parse(raw).map(Value::Bool),
        "NULL" => {
            if parse(raw)? {
                Ok(Value::Null)
            } else {
                Err("must be true".into())
            }
        }
        "M" => fields(raw, level).map(Value::M),
        "L" => list(raw, level),
        "SS" => members(raw, |member| parse(member)).map(Value::Ss),
        "NS" => members(raw, number_or_text).map(Value::Ns),
        _ => members(raw, bytes).map(Value::Bs),
    }
}

fn number_or_text(raw: &RawValue) -> Result<Number, Problem> {
    if raw.get().starts_with('"') { number(&parse::<String>(raw)?) } else { number(raw.get()) }
}

fn bytes(raw: &RawValue) -> Result<Bytes, Problem> {
    let text: String = parse(raw)?;
    BASE64_STANDARD.decode(text).map(Into::into).map_err(|error| format!("is not base64: {error}").into())
}

fn members<T: Ord>(raw: &RawValue, member: impl Fn(&RawValue) -> Result<T, Problem>) -> Result<BTreeSet<T>, Problem> {
    let mut set = BTreeSet::new();
    for raw in parse::<Vec<&RawValue>>(raw)? {
        if !set.insert(member(raw)?) {
            return Err(format!("{raw} is in the set twice").into());
        }
    }
    Ok(set)
}

fn list(raw: &RawValue, level: usize) -> Result<Value, Problem> {
    let elements: Vec<&RawValue> = parse(raw)?;
    let element =
        |(index, raw)| nested(raw, level + 1).map_err(|problem: Problem| problem.inside(&format!("[{index}]")));
    elements.into_iter().enumerate().map(element).collect::<Result<_, _>>().map(Value::L)
}

fn fields(raw: &RawValue, level: usize) -> Result<Item, Problem> {
    let Fields(members) = parse(raw)?;
    let field = |(name, raw): (String, &RawValue)| match nested(raw, level + 1) {
        Ok(value) => Ok((name, value)),
        Err(problem) => Err(problem.inside(&format!(".{name}"))),
    };
    members.into_iter().map(field).collect()
}

/// The members of an object in their order; duplicates are refused.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor).map(Self)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut fields, mut names) = (Vec::new(), HashSet::new());
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if !names.insert(name.clone()) {
                return Err(serde::de::Error::custom(format_args!("has {name:?} twice")));
            }
            fields.push((name, value));
        }
        Ok(fields)
    }
}
