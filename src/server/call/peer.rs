//! What the calls of one connection share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Calls;
use super::method::Kind;
use crate::memory::Share;
use crate::server::connection::{Stream, Streams};
use crate::server::refusals::Refused;

/// Health checks under way on one connection. They take no time, unless their request does not arrive.
const MAX_CHECKS: usize = 64;

/// Health watches on one connection. A client that balances has one for each service that it uses (gRPC's health-checking.md).
const MAX_WATCHES: usize = 4;

/// Reflection streams on one connection. A tool has one.
const MAX_REFLECTIONS: usize = 4;

/// One connection, as its calls see it.
#[derive(Debug)]
pub(in crate::server) struct Peer {
    id: u64,
    streams: Streams,
    memory: Share,
    places: Share,
    probes: Arc<Probes>,
}

#[derive(Debug, Default)]
struct Probes {
    checks: AtomicUsize,
    watches: AtomicUsize,
    reflections: AtomicUsize,
}

/// A probe under way.
#[derive(Debug)]
pub(super) struct Probe {
    probes: Arc<Probes>,
    kind: Kind,
}

impl Peer {
    pub(in crate::server) fn new<S>(id: u64, streams: Streams, calls: &Calls<S>) -> Self {
        let (memory, places) = (calls.gate.memory.share(), calls.gate.places.share());
        Self { id, streams, memory, places, probes: Arc::default() }
    }

    /// A number that no other connection of this process has.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn begin_stream(&self) -> Arc<Stream> {
        self.streams.begin()
    }

    /// The client has given up a call before its request was complete.
    pub(super) fn given_up(&self) {
        self.streams.given_up();
    }

    /// What the connection may hold of the memory.
    pub(super) fn memory(&self) -> &Share {
        &self.memory
    }

    /// What the connection may hold of the calls in flight.
    pub(super) fn places(&self) -> &Share {
        &self.places
    }

    /// Counts a probe, if the call is one and there are not too many.
    pub(super) fn probe(&self, kind: Kind) -> Result<Option<Probe>, Refused> {
        let Some(count) = self.probes.count(kind) else { return Ok(None) };
        let before = count.fetch_add(1, Ordering::Relaxed);
        let probe = Probe { probes: Arc::clone(&self.probes), kind };
        if before < most(kind) { Ok(Some(probe)) } else { Err(Refused::Probe) }
    }
}

impl Probes {
    fn count(&self, kind: Kind) -> Option<&AtomicUsize> {
        match kind {
            Kind::Check => Some(&self.checks),
            Kind::Watch => Some(&self.watches),
            Kind::Reflection => Some(&self.reflections),
            Kind::Call(_) | Kind::Unknown => None,
        }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(count) = self.probes.count(self.kind) {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// How many such probes a connection may have under way.
pub(super) fn most(kind: Kind) -> usize {
    match kind {
        Kind::Check => MAX_CHECKS,
        Kind::Watch => MAX_WATCHES,
        Kind::Reflection => MAX_REFLECTIONS,
        Kind::Call(_) | Kind::Unknown => usize::MAX,
    }
}
