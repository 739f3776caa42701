use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, Visitor};

use super::readable::Readable;

/// The name of a field.
pub(in super::super) struct Name<'de>(pub(in super::super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    /// A name with an escape.
    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
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
                        use $crate::driver::upstream::lean::json::read::object::{Name, Skipped};
                        use $crate::driver::upstream::lean::json::read::readable::read_value;

                        let mut builder = <$builder>::default();
                        while let Some(Name(name)) = map.next_key()? {
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
