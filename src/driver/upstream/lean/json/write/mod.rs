//! Writes requests. Writing into memory cannot fail, and most of a request is fixed text: names with their quotes and colons.

mod inputs;
mod json;
mod object;
mod text;
mod types;
mod value;

pub(super) use json::Json;
