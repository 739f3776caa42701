use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::object::{Name, Skipped};
use super::readable::{Readable, read_value};

impl Readable for AttributeValue {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Tagged)
    }
}

struct Tagged;

impl<'de> Visitor<'de> for Tagged {
    type Value = AttributeValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an attribute value")
    }

    /// A null counts as an absent field, whatever its name.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AttributeValue, A::Error> {
        let mut found = None;
        while let Some(Name(tag)) = map.next_key()? {
            let value = match tag.as_ref() {
                "B" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::B),
                "BOOL" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::Bool),
                "BS" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::Bs),
                "L" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::L),
                "M" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::M),
                "N" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::N),
                "NS" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::Ns),
                "NULL" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::Null),
                "S" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::S),
                "SS" => read_value::<Option<_>, A>(&mut map)?.map(AttributeValue::Ss),
                "__type" => {
                    read_value::<Skipped, A>(&mut map)?;
                    None
                }
                _ => match read_value::<Option<Skipped>, A>(&mut map)? {
                    Some(Skipped) => return Err(A::Error::custom("an attribute value of an unknown type")),
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
