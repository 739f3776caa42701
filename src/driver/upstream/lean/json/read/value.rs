use std::borrow::Cow;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use base64_simd::STANDARD;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::object::Text;
use super::readable::Readable;
use crate::driver::store::{AnswerItem, AnswerValue};

impl Readable for AttributeValue {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnswerValue::deserialize(deserializer).map(AnswerValue::into_owned)
    }
}

impl<'de> Deserialize<'de> for AnswerItem<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = AnswerItem<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an item")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AnswerItem<'de>, A::Error> {
        let mut item = AnswerItem::default();
        while let Some(Text(name)) = map.next_key()? {
            item.push(name, map.next_value()?);
        }
        Ok(item)
    }
}

impl<'de> Deserialize<'de> for AnswerValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Tagged)
    }
}

struct Tagged;

impl<'de> Visitor<'de> for Tagged {
    type Value = AnswerValue<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an attribute value")
    }

    /// A null counts as an absent field, whatever its name.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AnswerValue<'de>, A::Error> {
        let mut found = None;
        while let Some(Text(tag)) = map.next_key()? {
            let value = match tag.as_ref() {
                "B" => map.next_value::<Option<_>>()?.map(|Base64(bytes)| AnswerValue::B(bytes)),
                "BOOL" => map.next_value::<Option<_>>()?.map(AnswerValue::Bool),
                "BS" => map
                    .next_value::<Option<_>>()?
                    .map(|set: Vec<_>| AnswerValue::Bs(set.into_iter().map(|Base64(bytes)| bytes).collect())),
                "L" => map.next_value::<Option<_>>()?.map(AnswerValue::L),
                "M" => map.next_value::<Option<_>>()?.map(AnswerValue::M),
                "N" => map.next_value::<Option<_>>()?.map(|Text(number)| AnswerValue::N(number)),
                "NS" => map.next_value::<Option<_>>()?.map(|set| AnswerValue::Ns(texts(set))),
                "NULL" => map.next_value::<Option<_>>()?.map(AnswerValue::Null),
                "S" => map.next_value::<Option<_>>()?.map(|Text(text)| AnswerValue::S(text)),
                "SS" => map.next_value::<Option<_>>()?.map(|set| AnswerValue::Ss(texts(set))),
                "__type" => {
                    map.next_value::<IgnoredAny>()?;
                    None
                }
                _ => match map.next_value::<Option<IgnoredAny>>()? {
                    Some(IgnoredAny) => return Err(A::Error::custom("an attribute value of an unknown type")),
                    None => None,
                },
            };
            if value.is_some() && found.is_some() {
                return Err(A::Error::custom("an attribute value of two types"));
            }
            found = value.or(found);
        }
        found.ok_or_else(|| A::Error::custom("an attribute value without a type"))
    }
}

fn texts(set: Vec<Text<'_>>) -> Vec<Cow<'_, str>> {
    set.into_iter().map(|Text(text)| text).collect()
}

struct Base64<'de>(Cow<'de, [u8]>);

impl<'de> Deserialize<'de> for Base64<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64Visitor)
    }
}

struct Base64Visitor;

impl<'de> Visitor<'de> for Base64Visitor {
    type Value = Base64<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string in base64, without escapes")
    }

    /// Only a string without escapes is borrowed. The SDK refuses the others as well: base64 needs none.
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Base64<'de>, E> {
        STANDARD.decode_to_vec(text).map(|bytes| Base64(bytes.into())).map_err(|_| E::custom("no base64"))
    }
}
