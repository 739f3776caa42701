//! Tables: made, described, listed and deleted.

mod call;
mod definition;
mod description;
mod list;

pub use definition::{Index, IndexKind, IndexProjection, KeyAttribute, KeyType, Throughput};
pub use description::{AttributeRoles, Backend, Capabilities, TableDescription, TimeToLive};
pub use list::{ListTables, ListedTable};
