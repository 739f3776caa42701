use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dynakv_client::{Item, Number, Value, pb};
use pb::value::Kind;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// A value in DynamoDB's JSON.
#[derive(Debug, Deserialize)]
pub(super) enum Attribute {
    S(String),
    N(String),
    B(String),
    #[serde(rename = "BOOL")]
    Bool(bool),
    #[serde(rename = "NULL")]
    Null(bool),
    M(BTreeMap<String, Attribute>),
    L(Vec<Attribute>),
    #[serde(rename = "SS")]
    StringSet(Vec<String>),
    #[serde(rename = "NS")]
    NumberSet(Vec<String>),
    #[serde(rename = "BS")]
    BinarySet(Vec<String>),
}

impl TryFrom<Attribute> for pb::Value {
    type Error = base64::DecodeError;

    fn try_from(attribute: Attribute) -> Result<Self, Self::Error> {
        let bytes = |text: String| BASE64_STANDARD.decode(text).map(Into::into);
        let kind = match attribute {
            Attribute::S(text) => Kind::S(text),
            Attribute::N(number) => Kind::N(number),
            Attribute::B(text) => Kind::B(bytes(text)?),
            Attribute::Bool(truth) => Kind::Bool(truth),
            Attribute::Null(truth) => Kind::Null(truth),
            Attribute::M(fields) => Kind::M(pb::AttributeMap { fields: values(fields)? }),
            Attribute::L(values) => Kind::L(list(values)?),
            Attribute::StringSet(values) => Kind::Ss(pb::StringSet { values }),
            Attribute::NumberSet(values) => Kind::Ns(pb::NumberSet { values }),
            Attribute::BinarySet(values) => {
                Kind::Bs(pb::BinarySet { values: values.into_iter().map(bytes).collect::<Result<_, _>>()? })
            }
        };
        Ok(Self { kind: Some(kind) })
    }
}

pub(super) fn list(values: Vec<Attribute>) -> Result<pb::AttributeList, base64::DecodeError> {
    Ok(pb::AttributeList { values: values.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()? })
}

pub(super) fn values(
    attributes: BTreeMap<String, Attribute>,
) -> Result<HashMap<String, pb::Value>, base64::DecodeError> {
    attributes.into_iter().map(|(name, attribute)| Ok((name, attribute.try_into()?))).collect()
}

/// An item in DynamoDB's JSON.
pub(super) fn item_to_json(item: Item) -> Map<String, Json> {
    item.into_iter().map(|(name, value)| (name, to_json(value))).collect()
}

fn to_json(value: Value) -> Json {
    let base64 = |bytes: bytes::Bytes| BASE64_STANDARD.encode(bytes);
    match value {
        Value::S(text) => json!({ "S": text }),
        Value::N(number) => json!({ "N": number.as_str() }),
        Value::B(bytes) => json!({ "B": base64(bytes) }),
        Value::Bool(truth) => json!({ "BOOL": truth }),
        Value::Null => json!({ "NULL": true }),
        Value::M(fields) => json!({ "M": item_to_json(fields) }),
        Value::L(values) => json!({ "L": values.into_iter().map(to_json).collect::<Vec<_>>() }),
        Value::Ss(set) => json!({ "SS": set }),
        Value::Ns(set) => json!({ "NS": set.iter().map(Number::as_str).collect::<Vec<_>>() }),
        Value::Bs(set) => json!({ "BS": set.into_iter().map(base64).collect::<Vec<_>>() }),
    }
}
