//! Items to and from the types of the program, by serde.

mod de;
mod ser;
#[cfg(test)]
mod tests;

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Item, Value};

/// The name of a newtype that holds the text of a number.
pub(crate) const NUMBER: &str = "$dynakv::Number";

/// The name of a newtype that holds a sequence to become a set.
const SET: &str = "$dynakv::Set";

/// The name of [`Value`] itself.
const VALUE: &str = "$dynakv::Value";

/// Why something is no item, or an item not what is wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// What was to become an item has no attributes: it is no struct and no map.
    #[error("only a struct or a map becomes an item")]
    NotAnItem,
    /// A map has keys other than strings.
    #[error("the keys of a map must be strings")]
    KeyNotText,
    /// DynamoDB has no infinity and nothing that is not a number.
    #[error("a number must be finite")]
    NotFinite,
    /// A set has members that are not all strings, all numbers or all bytes.
    #[error("the members of a set must all be strings, all be numbers or all be bytes")]
    MixedSet,
    /// Which type a set without members has cannot be told, and DynamoDB stores none.
    #[error("a set must not be empty; leave it out")]
    EmptySet,
    /// What the type itself says.
    #[error("{0}")]
    Other(String),
}

impl serde::ser::Error for ConvertError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }
}

impl serde::de::Error for ConvertError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }
}

/// Makes an item of a struct or map.
///
/// Integers keep all digits, as does a [`Number`](crate::Number). `None` becomes null, unless the field is skipped. Bytes
/// are what serializes as bytes, such as [`Bytes`](crate::Bytes); a `Vec<u8>` would be a list of numbers. For sets see
/// [`set`]. An enum is a string, or a map with its variant.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use dynakv_client::{Bytes, Number, from_item, to_item};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Order {
///     pk: String,
///     total: Number,
///     #[serde(with = "dynakv_client::set")]
///     tags: BTreeSet<String>,
///     signature: Bytes,
/// }
///
/// let order = Order {
///     pk: "order-7".into(),
///     total: "12345678901234567890.123456789012345678".parse()?,
///     tags: BTreeSet::from(["gift".into()]),
///     signature: Bytes::from_static(&[0, 255]),
/// };
/// assert_eq!(from_item::<Order>(to_item(&order)?)?, order);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_item<T: Serialize + ?Sized>(of: &T) -> Result<Item, ConvertError> {
    match to_value(of)? {
        Value::M(item) => Ok(item),
        _ => Err(ConvertError::NotAnItem),
    }
}

/// Makes a value of anything, like [`to_item`].
pub fn to_value<T: Serialize + ?Sized>(of: &T) -> Result<Value, ConvertError> {
    of.serialize(ser::ToValue)
}

/// Makes of an item what [`to_item`] would make it of. Attributes that the type does not know, such as the version, are
/// ignored unless the type denies them.
pub fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, ConvertError> {
    from_value(Value::M(item))
}

/// Makes of a value what [`to_value`] would make it of.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ConvertError> {
    T::deserialize(de::FromValue(value))
}

/// For a field that is to be a DynamoDB set and not a list: `#[serde(with = "dynakv_client::set")]`.
///
/// The field may be any sequence of strings, of numbers or of [`Bytes`](crate::Bytes). It must not be empty.
pub mod set {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Called by serde.
    pub fn serialize<T: Serialize, S: Serializer>(set: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(super::SET, set)
    }

    /// Called by serde.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        // A set is read as the sequence of its members.
        T::deserialize(deserializer)
    }
}
