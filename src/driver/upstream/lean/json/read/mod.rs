//! Reads answers in one pass. The readers follow those of the SDK (its module `protocol_serde`).

mod collections;
pub(super) mod compact;
mod items;
pub(super) mod object;
mod outputs;
pub(super) mod readable;
mod scalars;
mod types;
mod value;

pub(in crate::driver::upstream) use items::{read_batch, read_page};
pub(super) use object::objects;
pub(super) use readable::{Readable, read};
