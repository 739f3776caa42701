use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, Visitor};

use super::readable::Readable;

/// A string, borrowed unless it has an escape.
pub(in super::super) struct Text<'de>(pub(in super::super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    /// With an escape.
    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// A value that nobody asks for.
pub(in super::super) struct Skipped;

impl Readable for Skipped {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Reads objects with known fields into the builders of the SDK. Of two fields with one name the last counts.
macro_rules! objects {
    ($($type:ty = $builder:ty { $($name:literal => $set:ident,)* } $built:expr;)*) => {$(
        impl $crate::driver::upstream::lean::json::read::readable::Readable for $type {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object;

                impl<'de> serde::de::Visitor<'de> for Object {
                    type Value = $type;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$type, A::Error> {
                        use $crate::driver::upstream::lean::json::read::object::{Skipped, Text};
                        use $crate::driver::upstream::lean::json::read::readable::read_value;

                        let mut builder = <$builder>::default();
                        while let Some(Text(name)) = map.next_key()? {
                            match name.as_ref() {
                                $($name => builder = builder.$set(read_value(&mut map)?),)*
                                _ => {
                                    read_value::<Skipped, A>(&mut map)?;
                                }
                            }
                        }
                        let built: fn($builder) -> Result<$type, A::Error> = $built;
                        built(builder)
                    }
                }

                deserializer.deserialize_map(Object)
            }
        }
    )*};
}
pub(in super::super) use objects;
