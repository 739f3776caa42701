//! Reads items by key: one, or up to a hundred in a call.

mod consistency;
mod entry;
mod request;
mod shared;

pub use consistency::Consistency;
pub(crate) use request::{ItemsRead, Read};
pub(crate) use shared::KeyRead;
