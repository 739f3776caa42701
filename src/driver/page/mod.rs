//! Query, Scan and ListKeys, in pages.
//!
//! `query`, `scan` and `list_keys` say what is read and shown. Each makes a `source`, which makes one call to DynamoDB at a time
//! (`call`, `check`). `assembly` puts a page together from as many calls as that takes, and `outlook` says how many items to ask
//! for.

mod assembly;
mod call;
mod check;
mod list_keys;
mod outlook;
mod query;
mod request;
mod scan;
mod source;

pub use request::{Cursor, ListKeys, Order, Page, PageRequest, Position, Query, Scan, Selection};
