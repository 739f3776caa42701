//! One pipeline for all writes: plan, claim, send, judge, settle.
//!
//! `plan` says what is written. `claim` keeps the write apart from batches that write its key, while it is in flight. `send` makes
//! the request. `judge` says what an attempt means, and `settle` what became of the write.
//!
//! Three kinds of calls go through it: `single` for one item, `chunk` for a part of a batch, `transaction` for a transaction.
//! `shared` sends plain Sets of different callers together.

mod chunk;
mod claim;
mod identity;
mod judge;
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
pub(crate) use plan::{Action, Content, InDoubt, Target, WritePlan};
pub(crate) use settle::Settled;
pub(crate) use single::SingleWrite;
pub(crate) use transaction::{TransactionEnd, TransactionPart, TransactionWrite};
pub use written::Written;
