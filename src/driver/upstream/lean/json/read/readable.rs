use std::marker::PhantomData;
use std::str;

use serde::de::{DeserializeSeed, Deserializer, MapAccess};

use super::super::unreadable::Unreadable;

/// What can be a part of an answer. Like [`serde::Deserialize`], for types of the SDK.
pub(in super::super) trait Readable: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Reads the next value of an array. It is likely to be as large as the one before.
    fn read_like<'de, D: Deserializer<'de>>(deserializer: D, _before: Option<&Self>) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

/// Reads a whole body.
pub(in super::super) fn read<T: Readable>(body: &[u8]) -> Result<T, Unreadable> {
    // All at once is faster than string by string, and checks what is skipped as well.
    let text = str::from_utf8(body).map_err(|error| Unreadable::text(body, error))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let answer = T::read(&mut deserializer)?;
    deserializer.end()?;
    Ok(answer)
}

pub(in super::super) fn read_value<'de, T: Readable, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value_seed(Seed(PhantomData))
}

struct Seed<T>(PhantomData<T>);

impl<'de, T: Readable> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}
