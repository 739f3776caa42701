use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{ConvertError, NUMBER, VALUE};
use crate::{Item, Number, Value};

/// Gives a [`Value`] to what is made of it.
pub(super) struct FromValue(pub(super) Value);

impl IntoDeserializer<'_, ConvertError> for FromValue {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn fields(fields: Item) -> MapDeserializer<'static, impl Iterator<Item = (String, FromValue)>, ConvertError> {
    MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, FromValue(value))))
}

fn elements(values: impl Iterator<Item = Value>) -> SeqDeserializer<impl Iterator<Item = FromValue>, ConvertError> {
    SeqDeserializer::new(values.map(FromValue))
}

impl<'de> Deserializer<'de> for FromValue {
    type Error = ConvertError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        match self.0 {
            Value::S(text) => visitor.visit_string(text),
            Value::N(number) => visit_number(&number, visitor),
            Value::B(bytes) => visitor.visit_byte_buf(bytes.into()),
            Value::Bool(truth) => visitor.visit_bool(truth),
            Value::Null => visitor.visit_unit(),
            Value::M(item) => visitor.visit_map(fields(item)),
            Value::L(values) => visitor.visit_seq(elements(values.into_iter())),
            Value::Ss(set) => visitor.visit_seq(elements(set.into_iter().map(Value::S))),
            Value::Ns(set) => visitor.visit_seq(elements(set.into_iter().map(Value::N))),
            Value::Bs(set) => visitor.visit_seq(elements(set.into_iter().map(Value::B))),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        match self.0 {
            Value::N(number) => visitor.visit_f64(number.to_f64()),
            other => FromValue(other).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(FromValue(value)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        match self.0 {
            Value::N(number) if name == NUMBER => visitor.visit_str(number.as_str()),
            value => visitor.visit_newtype_struct(FromValue(value)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        match self.0 {
            value if name == VALUE => visitor.visit_enum(Typed(value)),
            Value::S(variant) => visitor.visit_enum(variant.into_deserializer()),
            Value::M(item) => visitor.visit_enum(MapAccessDeserializer::new(fields(item))),
            other => FromValue(other).deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// A number to what did not say which kind of number it wants.
fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, ConvertError> {
    let Some(whole) = number.to_i128() else {
        return match number.as_str().parse() {
            Ok(whole) => visitor.visit_u128(whole),
            Err(_) => visitor.visit_f64(number.to_f64()),
        };
    };
    // The visitors of small integers know no 128-bit ones.
    match (i64::try_from(whole), u64::try_from(whole)) {
        (Ok(whole), _) => visitor.visit_i64(whole),
        (_, Ok(whole)) => visitor.visit_u64(whole),
        _ => visitor.visit_i128(whole),
    }
}

/// A value as an enum of its types, for one that is to become a value again.
struct Typed(Value);

impl<'de> EnumAccess<'de> for Typed {
    type Error = ConvertError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ConvertError> {
        let variant = match &self.0 {
            Value::S(_) => "S",
            Value::N(_) => "N",
            Value::B(_) => "B",
            Value::Bool(_) => "BOOL",
            Value::Null => "NULL",
            Value::M(_) => "M",
            Value::L(_) => "L",
            Value::Ss(_) => "SS",
            Value::Ns(_) => "NS",
            Value::Bs(_) => "BS",
        };
        Ok((seed.deserialize(IntoDeserializer::<ConvertError>::into_deserializer(variant))?, self))
    }
}

impl<'de> VariantAccess<'de> for Typed {
    type Error = ConvertError;

    fn unit_variant(self) -> Result<(), ConvertError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ConvertError> {
        seed.deserialize(FromValue(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ConvertError> {
        FromValue(self.0).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, ConvertError> {
        FromValue(self.0).deserialize_any(visitor)
    }
}
