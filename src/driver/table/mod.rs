//! The tables of a driver: their names, keys, indexes and calls in flight.

mod catalog;
mod core;
mod describe;
mod handle;
mod index_check;
mod index_key;
mod item_size;
mod known;
mod schema;
mod scope;
mod state;

pub(crate) use self::core::Core;
pub use catalog::Backend;
pub(crate) use catalog::Catalog;
pub(crate) use handle::Table;
pub(crate) use index_check::Confirmation;
pub(crate) use item_size::{ItemSize, MAX_BYTES_PER_READ};
pub(crate) use schema::{Index, KeySchema, no_such_index};
pub(crate) use scope::Scope;
pub use state::{IndexState, TableState, TtlState};
