//! Query, Scan and ListKeys, in pages.
//!
//! `query`, `scan` and `list_keys` define what is read and shown. Each builds a `source`, which makes single calls to DynamoDB
//! (`call`, `check`). As an answer is read, its items become `rows`. `assembly` makes calls until the page is full, and `estimate`
//! chooses how many items each call reads.

mod assembly;
mod call;
mod check;
mod estimate;
mod list_keys;
mod query;
mod request;
mod rows;
mod scan;
mod source;

pub use request::{Cursor, ListKeys, Order, Page, PageRequest, Position, Query, Scan, Selection};
