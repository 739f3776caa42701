//! Calls of different callers that share one call to DynamoDB.
//!
//! Most of what a Get or a Set costs is the call to DynamoDB: its signature, its HTTP exchange, its JSON. So while few
//! calls are in flight each goes out at once, with those that came at the same time; beyond that, those that come wait for
//! the next free place and go out together. No timer holds a call back: what waits, waits for a call to end, and on an idle server nothing waits.
//!
//! Callers that share a call must not feel each other. Whatever is wrong with the shared call (a throttle, an item that
//! is too large, a missing permission, a fault) its members go on by themselves, each with its own retries and errors; and
//! one that waits much longer than calls usually take goes on by itself, too, unless it is a write that is under way.
//!
//! `lane` decides who goes and who waits, `reads` and `writes` make the shared calls, and `claims` keeps a shared write
//! away from any other write of the same key.

mod claims;
mod lane;
mod reads;
mod writes;

use claims::Claims;
pub(super) use claims::SingleClaim;
use lane::Lane;
use reads::ReadLine;
use writes::WriteLine;

use super::read::Consistency;

/// The calls to one table that are in flight.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    eventual_reads: Lane<ReadLine>,
    strong_reads: Lane<ReadLine>,
    writes: Lane<WriteLine>,
    /// Which keys are being written.
    pub(super) claims: Claims,
}

impl Lanes {
    /// Only Gets of one consistency can share a call.
    fn reads(&self, consistency: Consistency) -> &Lane<ReadLine> {
        match consistency {
            Consistency::Eventual => &self.eventual_reads,
            Consistency::Strong => &self.strong_reads,
        }
    }
}

/// Which calls share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coalescing {
    /// Whether Gets share calls.
    pub reads: bool,
    /// Whether plain Sets share calls.
    pub writes: bool,
}

impl Default for Coalescing {
    fn default() -> Self {
        Self { reads: true, writes: true }
    }
}
