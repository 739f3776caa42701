use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::readable::{Readable, read_value};

/// At most so many entries of a map get room in advance: a large item must not make small ones behind it take as much.
const MOST_EXPECTED: usize = 14;

/// What may be null.
impl<T: Readable> Readable for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Nullable(PhantomData))
    }
}

struct Nullable<T>(PhantomData<T>);

impl<'de, T: Readable> Visitor<'de> for Nullable<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer).map(Some)
    }
}

impl<T: Readable> Readable for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Array(PhantomData))
    }
}

struct Array<T>(PhantomData<T>);

impl<'de, T: Readable> Visitor<'de> for Array<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = array.next_element_seed(Like(values.last()))? {
            values.push(value);
        }
        Ok(values)
    }
}

/// A value that is likely to be as large as this one.
struct Like<'a, T>(Option<&'a T>);

impl<'de, T: Readable> DeserializeSeed<'de> for Like<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read_like(deserializer, self.0)
    }
}

impl<T: Readable> Readable for HashMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read_like(deserializer, None)
    }

    fn read_like<'de, D: Deserializer<'de>>(deserializer: D, before: Option<&Self>) -> Result<Self, D::Error> {
        let expected = before.map_or(0, HashMap::len).min(MOST_EXPECTED);
        deserializer.deserialize_map(Entries { expected, value: PhantomData })
    }
}

struct Entries<T> {
    expected: usize,
    value: PhantomData<T>,
}

impl<'de, T: Readable> Visitor<'de> for Entries<T> {
    type Value = HashMap<String, T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HashMap<String, T>, A::Error> {
        let mut entries = HashMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = read_value(&mut map)?;
            if entries.is_empty() {
                entries.reserve(self.expected);
            }
            entries.insert(key, value);
        }
        Ok(entries)
    }
}
