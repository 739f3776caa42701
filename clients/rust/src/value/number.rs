use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::convert::NUMBER;

/// A number as decimal text, so that none of its up to 38 digits is lost.
///
/// Equal are numbers of the same text; DynamoDB itself makes no difference between `1` and `1.0`. Ordered by their text as
/// well, for collections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(String);

/// The text is no number, such as `-12.5` or `1E+20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a number as DynamoDB writes it, such as -12.5 or 1E+20")]
#[non_exhaustive]
pub struct InvalidNumber;

impl Number {
    /// A number of the server's, which knows what one is.
    pub(crate) fn trusted(text: String) -> Self {
        Self(text)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its value, if it is a whole number of 128 bits, however it is written: `100`, `100.0` and `1E+2` are the same.
    #[must_use]
    pub fn to_i128(&self) -> Option<i128> {
        let (mantissa, exponent) = self.0.split_once(['e', 'E']).unwrap_or((&self.0, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits: i128 = [whole, fraction].concat().parse().ok()?;
        let shift = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let factor = || 10_i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?);
        match shift {
            _ if digits == 0 => Some(0),
            0.. => digits.checked_mul(factor()?),
            _ => factor().filter(|factor| digits % factor == 0).map(|factor| digits / factor),
        }
    }

    /// The nearest number that a double can hold.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // The syntax is a part of Rust's, and no magnitude that DynamoDB knows is beyond a double's.
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Number {
    type Err = InvalidNumber;

    /// Takes any decimal text; how many digits and which magnitude are too much, the server says.
    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_digits = !(whole.is_empty() && fraction.is_empty());
        if has_digits && are_digits(whole) && are_digits(fraction) && exponent.parse::<i64>().is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidNumber)
        }
    }
}

impl TryFrom<f64> for Number {
    type Error = InvalidNumber;

    /// The shortest text that stands for exactly this number. Infinity and what is no number have none.
    fn try_from(number: f64) -> Result<Self, InvalidNumber> {
        if number.is_finite() { Ok(Self(format!("{number:e}"))) } else { Err(InvalidNumber) }
    }
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {
        $(impl From<$type> for Number {
            fn from(number: $type) -> Self {
                Self(number.to_string())
            }
        })+
    };
}

whole_numbers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(NUMBER, &self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NUMBER, NumberVisitor)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Number, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
        Ok(number.into())
    }

    fn visit_i128<E>(self, number: i128) -> Result<Number, E> {
        Ok(number.into())
    }

    fn visit_u128<E>(self, number: u128) -> Result<Number, E> {
        Ok(number.into())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Number, E> {
        number.try_into().map_err(E::custom)
    }
}
