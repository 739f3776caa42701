//! Calls that manage tables.

mod create;
mod delete;
mod describe;
mod ensure;
mod list;
mod probe;
mod ttl;

pub use list::{ListedTable, TableList};
