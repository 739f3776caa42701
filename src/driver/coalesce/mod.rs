//! Sends calls of different callers to DynamoDB as one batch.
//!
//! Most of the cost of a read or write of one item is the call to DynamoDB: signature, HTTP exchange, JSON. While few calls are
//! in flight, each goes out at once; the last permit takes along the calls that arrived at the same time. Once all permits are
//! taken, calls wait for the next permit and go out together. No timer delays a call: it waits for another call to end, so on an idle server no call waits.
//!
//! Waiting to batch adds latency, and one slow or bad member delays the whole batch. So:
//! - If the failure may concern only one member (an item that is too large, a missing permission), each member is sent alone at
//!   once.
//! - If DynamoDB throttles the batch, leaves members unprocessed or does not answer, these members pause before they are sent
//!   again, and one of them pays for the retries of all. A write that is sent again goes alone.
//! - A member that waits much longer than usual is sent alone: a read also beside its batch, a write only if its batch has not
//!   been sent.
//! - If a batch hangs, coalescing pauses, and the keys of the batch are sent alone for a while.
//!
//! `queue` decides what is sent and what waits, `permit` stands for a call in flight, `read_batch` and `write_batch` hold the
//! waiting members, and `key_locks` keeps a batch of writes apart from other writes of its keys.

mod key_locks;
mod name;
mod permit;
mod plain_write;
mod queue;
mod read_batch;
mod settings;
mod write_batch;

pub(crate) use key_locks::{KeyLocks, WriteGuard};
pub(crate) use name::name_of;
pub(crate) use permit::{Permit, Sender, Turn, take_turn, unless_all_left};
pub(crate) use plain_write::PlainWrite;
pub(crate) use queue::BatchQueue;
pub(crate) use read_batch::{EntryRead, MemberRead, ReadBatch, ReadMember, Seen, Wanted};
pub use settings::Coalescing;
pub(crate) use write_batch::{SendState, WriteBatch, WriteMember, WriteOutcome};
