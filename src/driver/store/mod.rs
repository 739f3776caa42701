//! How an entry is stored: which DynamoDB item holds it, when that item expires, and which version it has.
//!
//! No module here makes calls or retries.

mod answer;
mod digest;
mod expiry;
mod form;
mod item;
mod layout;
mod nonce;
mod number;
mod size;

pub(crate) use answer::{AnswerItem, AnswerValue};
pub(crate) use digest::Digest;
pub(crate) use form::ItemForm;
pub use item::Item;
pub(crate) use item::{binary, some_unless_empty};
pub(crate) use layout::{Layout, MAX_ITEM_BYTES, NewValue, Role, Unexpected, VERSION_BYTES};
pub(crate) use nonce::Nonce;
pub(crate) use number::is_canonical;
pub(crate) use size::{item_bytes, response_bytes};
