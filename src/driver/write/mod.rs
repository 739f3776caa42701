//! One pipeline for all writes: plan, claim, send, judge, settle.
//!
//! `plan` says what to write; `plain` are the plans that BatchWriteItem can carry out. `claim` locks the key against batches while
//! the write is in flight. `send` makes the request. `judge` decides what follows from an attempt, `doubt` what follows from an
//! ambiguous one, and `settle` has the outcome of the write.
//!
//! Three kinds of calls use the pipeline: `single` for one item, `chunk` for a part of a batch, `transaction` for a
//! transaction. `shared` coalesces plain writes of different callers.

mod chunk;
mod claim;
mod doubt;
mod identity;
mod judge;
mod plain;
mod plan;
mod purge;
mod send;
mod settle;
mod shared;
mod single;
mod transaction;
mod written;

pub(crate) use chunk::ChunkMember;
pub(crate) use identity::{WriteIdentity, expiry_digest, key_digest};
pub(crate) use plan::{Action, Content, Target, WritePlan};
pub(crate) use settle::Settled;
pub(crate) use single::SingleWrite;
pub(crate) use transaction::{TransactionEnd, TransactionPart, TransactionWrite};
pub use written::Written;
