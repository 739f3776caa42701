//! Which items are being written: two writes of one item must not be in flight at the same time.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use dynakv_client::{Item, Value};

/// The hash of the primary key of an item. Two items with the same hash may have different keys: one of them then waits
/// without need.
pub(super) type KeyHash = u64;

/// The hash of the key of an item. An item without these attributes is refused by the server, whatever its key.
pub(super) fn key_hash(item: &Item, attributes: &[String]) -> KeyHash {
    let mut hasher = DefaultHasher::new();
    for attribute in attributes {
        match item.get(attribute) {
            Some(Value::S(text)) => (0_u8, text).hash(&mut hasher),
            Some(Value::N(number)) => hash_number(number.as_str(), &mut hasher),
            Some(Value::B(bytes)) => (2_u8, bytes).hash(&mut hasher),
            _ => 3_u8.hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// The same for all texts of one number: `100`, `1E2` and `100.0`.
fn hash_number(text: &str, hasher: &mut DefaultHasher) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let is_negative = mantissa.starts_with('-');
    let mantissa = mantissa.trim_start_matches(['+', '-']);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    let count = whole.len() + fraction.len();
    let leading = digits().take_while(|digit| *digit == b'0').count();
    let trailing = digits().rev().take_while(|digit| *digit == b'0').count();
    1_u8.hash(hasher);
    if leading == count {
        return;
    }
    let significant = count - leading - trailing;
    // The power of ten of the first digit.
    let magnitude = exponent.parse::<i64>().unwrap_or_default();
    let magnitude = magnitude.wrapping_add_unsigned(whole.len() as u64).wrapping_sub_unsigned(leading as u64);
    (is_negative, magnitude, significant).hash(hasher);
    digits().skip(leading).take(significant).for_each(|digit| hasher.write_u8(digit));
}

/// The keys of the parts in flight.
#[derive(Debug, Default)]
pub(super) struct KeysInFlight(HashSet<KeyHash>);

impl KeysInFlight {
    /// Whether none of these is in flight.
    pub(super) fn has_none_of(&self, keys: &[KeyHash]) -> bool {
        self.0.is_empty() || !keys.iter().any(|key| self.0.contains(key))
    }

    pub(super) fn add(&mut self, keys: &[KeyHash]) {
        self.0.extend(keys);
    }

    pub(super) fn remove(&mut self, keys: &[KeyHash]) {
        for key in keys {
            self.0.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(value: Value) -> KeyHash {
        key_hash(&Item::from([("pk".to_owned(), value)]), &["pk".to_owned()])
    }

    fn number(text: &str) -> KeyHash {
        hash(Value::N(text.parse().unwrap()))
    }

    #[test]
    fn numbers_count_by_value() {
        for same in [
            &["100", "1E2", "100.0", "+1e+2", "0.1E3", "00100", "1000e-1", "0.001e5"][..],
            &["0", "-0", "0.00", "0E5", ".0", "0."],
            &["-1.5", "-15E-1", "-0.15e1", "-001.50"],
        ] {
            assert!(same.iter().all(|text| number(text) == number(same[0])), "{same:?}");
        }
        let different = ["0", "1", "-1", "10", "0.1", "11", "1.01", "101", "1001"];
        let hashes: HashSet<_> = different.iter().map(|text| number(text)).collect();
        assert_eq!(hashes.len(), different.len());
    }

    #[test]
    fn a_text_is_no_number_and_no_bytes() {
        let values = [Value::from("1"), Value::from(1), Value::from(b"1".to_vec()), Value::Null];
        assert_eq!(values.map(hash).into_iter().collect::<HashSet<_>>().len(), 4);
    }

    #[test]
    fn keys_are_in_flight_until_they_are_removed() {
        let mut keys = KeysInFlight::default();
        keys.add(&[1, 2]);
        assert!(keys.has_none_of(&[3]) && !keys.has_none_of(&[3, 2]));
        keys.remove(&[2]);
        assert!(keys.has_none_of(&[2, 3]) && !keys.has_none_of(&[1]));
    }
}
