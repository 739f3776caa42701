use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dynakv_client::{Bytes, Item, Number, Value};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::TYPES;

/// A value in plain JSON.
pub(in crate::cli) struct Plain<'a>(pub(in crate::cli) &'a Value);

/// An item in plain JSON.
#[derive(Debug)]
pub(in crate::cli) struct PlainItem<'a>(pub(in crate::cli) &'a Item);

/// A value in an object with DynamoDB's name of its type.
struct Typed<T>(&'static str, T);

impl<T: Serialize> Serialize for Typed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, &self.1)])
    }
}

impl Serialize for PlainItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, Plain(value))))
    }
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::S(text) => serializer.serialize_str(text),
            Value::N(number) => match json_number(number) {
                Some(number) => number.serialize(serializer),
                None => Typed("N", number.as_str()).serialize(serializer),
            },
            Value::B(bytes) => Typed("B", base64(bytes)).serialize(serializer),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Null => serializer.serialize_unit(),
            Value::M(fields) if looks_typed(fields) => Typed("M", PlainItem(fields)).serialize(serializer),
            Value::M(fields) => PlainItem(fields).serialize(serializer),
            Value::L(values) => serializer.collect_seq(values.iter().map(Plain)),
            Value::Ss(set) => Typed("SS", set).serialize(serializer),
            Value::Ns(set) => Typed("NS", set.iter().map(Member).collect::<Vec<_>>()).serialize(serializer),
            Value::Bs(set) => Typed("BS", set.iter().map(base64).collect::<Vec<_>>()).serialize(serializer),
        }
    }
}

/// A number of a set. It becomes text if it is not a valid JSON number.
struct Member<'a>(&'a Number);

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match json_number(self.0) {
            Some(number) => number.serialize(serializer),
            None => serializer.serialize_str(self.0.as_str()),
        }
    }
}

/// The number as a JSON number with the same digits; none if JSON has another form for it, as for `.5` and `+5`.
fn json_number(number: &Number) -> Option<Box<RawValue>> {
    RawValue::from_string(number.as_str().to_owned()).ok()
}

fn base64(bytes: &Bytes) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn looks_typed(fields: &Item) -> bool {
    fields.len() == 1 && fields.keys().any(|name| TYPES.contains(&name.as_str()))
}

/// An item as a line.
pub(in crate::cli) fn item_line(item: &Item) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(&PlainItem(item))?;
    line.push(b'\n');
    Ok(line)
}
