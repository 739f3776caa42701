//! Attributes: DynamoDB's ten types as a native one, and items and keys made of them.

mod key;
mod number;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use key::ItemKey;
pub use number::{InvalidNumber, Number};
pub(crate) use wire::{attributes, item};

/// The attributes of an item, by name.
pub type Item = BTreeMap<String, Value>;

/// The value of an attribute: one of DynamoDB's ten types, under DynamoDB's own names.
///
/// Made by `From` of strings, whole numbers, truth values, [`Bytes`] and so on; floating-point numbers by way of
/// [`Number`], since not each of them is one. [`to_item`](crate::to_item) makes items of whatever serde can serialize.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
// The name tells `to_value` and `from_value` that this is what they make anyway.
#[serde(rename = "$dynakv::Value", rename_all = "UPPERCASE")]
pub enum Value {
    /// A string.
    S(String),
    /// A number.
    N(Number),
    /// Bytes.
    B(Bytes),
    /// A truth value.
    Bool(bool),
    /// Null.
    Null,
    /// Attributes by name.
    M(Item),
    /// Values in order.
    L(Vec<Value>),
    /// Distinct strings. Not to be stored without any.
    Ss(BTreeSet<String>),
    /// Distinct numbers. Not to be stored without any.
    Ns(BTreeSet<Number>),
    /// Distinct byte strings. Not to be stored without any.
    Bs(BTreeSet<Bytes>),
}

impl Value {
    /// The text of a string.
    #[must_use]
    pub fn as_s(&self) -> Option<&str> {
        match self {
            Self::S(text) => Some(text),
            _ => None,
        }
    }

    /// A number.
    #[must_use]
    pub fn as_n(&self) -> Option<&Number> {
        match self {
            Self::N(number) => Some(number),
            _ => None,
        }
    }
}

macro_rules! from {
    ($($variant:ident: $($type:ty),+;)+) => {
        $($(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        })+)+
    };
}

from! {
    S: String, &str, char;
    N: Number, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize;
    B: Bytes, Vec<u8>, &'static [u8];
    Bool: bool;
    M: Item;
    L: Vec<Value>;
}

impl<V: Into<Value>> From<Option<V>> for Value {
    /// `None` is null.
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
