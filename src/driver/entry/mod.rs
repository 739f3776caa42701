//! Calls on entries: string keys and their values.

mod call;
mod compare;
mod delete;
mod expire;
mod get;
mod increment;
mod set;

pub use call::KeyValues;
pub use compare::{Deletion, Swap};
pub use expire::{Expiry, Persistence};
pub use get::Remaining;
pub use increment::Count;
pub(crate) use set::PlainSet;
pub use set::Previous;
