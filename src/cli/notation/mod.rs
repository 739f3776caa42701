//! Plain JSON for items and values, lossless in both directions.
//!
//! Strings, numbers with all digits, booleans, null, lists and maps are plain JSON. Other types are an object with one
//! member, named like DynamoDB's type: `{"B": "AP8="}` (base64), `{"SS": ["a"]}`, `{"NS": [1, 2]}`, `{"BS": ["AP8="]}`.
//! DynamoDB's JSON is accepted for every value: `{"N": "1"}` is `1`. A map that would look like one of these is `{"M":
//! {...}}`. An item is never mistaken for a value: its members are its attributes.

mod encoded;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub(super) use encoded::append_line;
pub(super) use read::{item, set, value};
pub(super) use write::{Plain, PlainItem, item_line};

/// DynamoDB's names of the types.
const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"];

/// Text for `--help`.
pub(super) const HELP: &str = r#"Values are plain JSON; numbers keep all their digits. Types that JSON lacks are written as in DynamoDB's JSON:
{"B": "AP8="} for bytes in base64, {"SS": ["a"]}, {"NS": [1]} and {"BS": ["AP8="]} for sets. A map that looks like
one of DynamoDB's types, such as {"S": "x"}, is {"M": {"S": "x"}}."#;
