//! Checks the structure of a request while it arrives, before it is decoded.
//!
//! A decoded message may take two hundred times its size on the wire: two bytes are an empty message, which becomes a
//! whole struct in a vector. So the scan first reads the structure without decoding: the number of elements in repeated
//! fields, the nesting, the memory that it will take. It refuses an invalid request at the first byte that shows it.
//!
//! The scan skips texts and bytes. prost checks UTF-8, and the wire layer checks values. If a singular message occurs
//! again, prost merges it; the scan counts elements per occurrence and memory for all occurrences.

mod cost;
mod frame;
mod limits;
mod reader;
mod refusal;
mod scan;
pub(in crate::wire) mod schema;
#[cfg(test)]
mod tests;

pub(crate) use self::refusal::Refusal;
pub(crate) use self::scan::Scan;
pub(crate) use self::schema::{Error, Method, Schema, compiled};
