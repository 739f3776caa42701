use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{ConvertError, NUMBER, SET, VALUE};
use crate::{Bytes, Item, Number, Value};

/// Makes a [`Value`] of what it is given.
pub(super) struct ToValue;

/// Values in order, in the making. Of a variant with fields, the variant's name.
pub(super) struct Elements {
    values: Vec<Value>,
    variant: Option<&'static str>,
}

/// Values by name, in the making. Of a variant with fields, the variant's name.
pub(super) struct Fields {
    item: Item,
    /// The name whose value is to come.
    name: Option<String>,
    variant: Option<&'static str>,
}

macro_rules! values {
    ($($method:ident: $type:ty),+ $(,)?) => {
        $(fn $method(self, value: $type) -> Result<Value, ConvertError> {
            Ok(value.into())
        })+
    };
}

impl Serializer for ToValue {
    type Ok = Value;
    type Error = ConvertError;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Elements;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    values! {
        serialize_bool: bool,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_char: char, serialize_str: &str,
    }

    fn serialize_f32(self, number: f32) -> Result<Value, ConvertError> {
        // By its own shortest text: as a double, 0.1 would have a tail of digits.
        let text = format!("{number:e}");
        if number.is_finite() { Ok(Value::N(Number::trusted(text))) } else { Err(ConvertError::NotFinite) }
    }

    fn serialize_f64(self, number: f64) -> Result<Value, ConvertError> {
        Number::try_from(number).map(Value::N).map_err(|_| ConvertError::NotFinite)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, ConvertError> {
        Ok(Value::B(Bytes::copy_from_slice(bytes)))
    }

    fn serialize_none(self) -> Result<Value, ConvertError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ConvertError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ConvertError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, ConvertError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Result<Value, ConvertError> {
        // The only variant of a value that holds nothing.
        Ok(if name == VALUE { Value::Null } else { variant.into() })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, ConvertError> {
        match (name, value.serialize(self)?) {
            (NUMBER, Value::S(text)) => Ok(Value::N(Number::trusted(text))),
            (SET, Value::L(members)) => set(members),
            (_, value) => Ok(value),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, ConvertError> {
        match (name, variant, value.serialize(self)?) {
            (VALUE, "SS" | "NS" | "BS", Value::L(members)) => set(members),
            (VALUE, _, value) => Ok(value),
            (_, _, value) => Ok(Value::M(Item::from([(variant.to_owned(), value)]))),
        }
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Elements, ConvertError> {
        Ok(Elements { values: Vec::with_capacity(length.unwrap_or_default()), variant: None })
    }

    fn serialize_tuple(self, length: usize) -> Result<Elements, ConvertError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Elements, ConvertError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Elements, ConvertError> {
        Ok(Elements { values: Vec::with_capacity(length), variant: Some(variant) })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, ConvertError> {
        Ok(Fields { item: Item::new(), name: None, variant: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, ConvertError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields, ConvertError> {
        Ok(Fields { item: Item::new(), name: None, variant: Some(variant) })
    }
}

/// The members of a set, whose type is that of the first.
fn set(members: Vec<Value>) -> Result<Value, ConvertError> {
    fn all<T, S: FromIterator<T>>(members: Vec<Value>, member: impl Fn(Value) -> Option<T>) -> Result<S, ConvertError> {
        members.into_iter().map(|value| member(value).ok_or(ConvertError::MixedSet)).collect()
    }
    match members.first().ok_or(ConvertError::EmptySet)? {
        Value::S(_) => all(members, |value| if let Value::S(text) = value { Some(text) } else { None }).map(Value::Ss),
        Value::N(_) => {
            all(members, |value| if let Value::N(number) = value { Some(number) } else { None }).map(Value::Ns)
        }
        Value::B(_) => {
            all(members, |value| if let Value::B(bytes) = value { Some(bytes) } else { None }).map(Value::Bs)
        }
        _ => Err(ConvertError::MixedSet),
    }
}

fn of_variant(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(variant) => Value::M(Item::from([(variant.to_owned(), value)])),
        None => value,
    }
}

impl Elements {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ConvertError> {
        self.values.push(value.serialize(ToValue)?);
        Ok(())
    }

    fn finish(self) -> Value {
        of_variant(self.variant, Value::L(self.values))
    }
}

impl Fields {
    fn insert<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), ConvertError> {
        self.item.insert(name, value.serialize(ToValue)?);
        Ok(())
    }

    fn finish(self) -> Value {
        of_variant(self.variant, Value::M(self.item))
    }
}

macro_rules! elements {
    ($($trait:ident: $method:ident),+ $(,)?) => {
        $(impl $trait for Elements {
            type Ok = Value;
            type Error = ConvertError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ConvertError> {
                self.push(value)
            }

            fn end(self) -> Result<Value, ConvertError> {
                Ok(self.finish())
            }
        })+
    };
}

elements! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

macro_rules! fields {
    ($($trait:ident),+ $(,)?) => {
        $(impl $trait for Fields {
            type Ok = Value;
            type Error = ConvertError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), ConvertError> {
                self.insert(name.to_owned(), value)
            }

            fn end(self) -> Result<Value, ConvertError> {
                Ok(self.finish())
            }
        })+
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Fields {
    type Ok = Value;
    type Error = ConvertError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ConvertError> {
        let Value::S(name) = key.serialize(ToValue)? else { return Err(ConvertError::KeyNotText) };
        self.name = Some(name);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ConvertError> {
        let name = self.name.take().ok_or(ConvertError::KeyNotText)?;
        self.insert(name, value)
    }

    fn end(self) -> Result<Value, ConvertError> {
        Ok(self.finish())
    }
}
