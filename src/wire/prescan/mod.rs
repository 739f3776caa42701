//! A look at the bytes of a request while they arrive, before they are decoded.
//!
//! Decoded, a message may take two hundred times what it takes on the wire: two bytes are an empty message, and become a
//! whole struct in a vector. So the structure is read first, without decoding anything: how many elements the repeated
//! fields have, how deep messages nest, what all that will take in memory. A request that no handler would accept is refused
//! at the byte at which that is known.
//!
//! Texts and bytes are skipped, not looked at: whether a text is UTF-8 is left to prost, as is every check of a value.
//! Where a singular message occurs again, prost merges it; its elements are counted for each occurrence by themselves, and
//! its memory for all of them.

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
