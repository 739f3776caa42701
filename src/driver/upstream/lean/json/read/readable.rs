use std::marker::PhantomData;
use std::str;

use serde::de::{DeserializeSeed, Deserializer, MapAccess};

use super::super::unreadable::Unreadable;

/// What can be a part of an answer. Like [`serde::Deserialize`], for types of the SDK.
pub(in super::super) trait Readable: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Reads a whole body.
pub(in super::super) fn read<T: Readable>(body: &[u8]) -> Result<T, Unreadable> {
    read_by(Seed::new(), text_of(body)?)
}

/// The body as text. All at once is faster than string by string, and checks what is skipped as well.
pub(super) fn text_of(body: &[u8]) -> Result<&str, Unreadable> {
    str::from_utf8(body).map_err(|error| Unreadable::text(body, error))
}

/// Reads a whole body by this reader.
pub(super) fn read_by<'de, S: DeserializeSeed<'de>>(reader: S, text: &'de str) -> Result<S::Value, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let answer = reader.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(answer)
}

pub(in super::super) fn read_value<'de, T: Readable, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value_seed(Seed::new())
}

/// Reads a value of this type.
pub(super) struct Seed<T>(PhantomData<T>);

impl<T> Seed<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for Seed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seed<T> {}

impl<'de, T: Readable> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}
