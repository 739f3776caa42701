//! Items and values as plain JSON, lossless both ways.
//!
//! Strings, numbers with all their digits, truth values, null, lists and maps are themselves. What JSON has no word for is
//! an object with one member whose name is DynamoDB's name of the type: `{"B": "AP8="}` (base64), `{"SS": ["a"]}`,
//! `{"NS": [1, 2]}`, `{"BS": ["AP8="]}`. Any value may be written so, as DynamoDB writes it in JSON: `{"N": "1"}` is `1`.
//! A map that would look like one of these is `{"M": {...}}`. The members of an item are its attributes; an item is
//! never mistaken for a value.

mod read;
mod write;

#[cfg(test)]
mod tests;

pub(super) use read::{item, set, value};
pub(super) use write::{Plain, PlainItem, item_line};

/// The types of values under DynamoDB's names.
const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"];

/// What `--help` says.
pub(super) const HELP: &str = r#"Values are plain JSON; numbers keep all their digits. What JSON has no word for is written as DynamoDB does:
{"B": "AP8="} for bytes in base64, {"SS": ["a"]}, {"NS": [1]} and {"BS": ["AP8="]} for sets. A map that looks like
one of DynamoDB's types, such as {"S": "x"}, is {"M": {"S": "x"}}."#;
