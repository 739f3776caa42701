//! State that the calls of one connection share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Calls;
use super::method::Kind;
use crate::memory::Share;
use crate::server::connection::{Stream, Streams};
use crate::server::refusals::Refused;

/// Concurrent health checks per connection. They take no time, unless their request does not arrive.
const MAX_CHECKS: usize = 64;

/// Health watches per connection. A load-balancing client has one for each service that it uses (gRPC's
/// health-checking.md).
const MAX_WATCHES: usize = 4;

/// Reflection streams per connection. A tool has one.
const MAX_REFLECTIONS: usize = 4;

/// A connection as its calls see it.
#[derive(Debug)]
pub(in crate::server) struct Peer {
    id: u64,
    streams: Streams,
    memory: Share,
    slots: Share,
    probes: Arc<Probes>,
}

#[derive(Debug, Default)]
struct Probes {
    checks: AtomicUsize,
    watches: AtomicUsize,
    reflections: AtomicUsize,
}

/// A running probe: a health or reflection call. Counted until it is dropped.
#[derive(Debug)]
pub(super) struct Probe {
    probes: Arc<Probes>,
    kind: Kind,
}

impl Peer {
    pub(in crate::server) fn new<S>(id: u64, streams: Streams, calls: &Calls<S>) -> Self {
        let (memory, slots) = (calls.admission.memory.share(), calls.admission.slots.share());
        Self { id, streams, memory, slots, probes: Arc::default() }
    }

    /// Unique in this process.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn begin_stream(&self) -> Arc<Stream> {
        self.streams.begin()
    }

    /// Records that the client cancelled a call before its request was complete.
    pub(super) fn cancelled_early(&self) {
        self.streams.cancelled_early();
    }

    /// The connection's share of the memory.
    pub(super) fn memory(&self) -> &Share {
        &self.memory
    }

    /// The connection's share of the call slots.
    pub(super) fn slots(&self) -> &Share {
        &self.slots
    }

    /// Counts the call if it is a probe, and refuses one too many.
    pub(super) fn probe(&self, kind: Kind) -> Result<Option<Probe>, Refused> {
        let Some(count) = self.probes.count(kind) else { return Ok(None) };
        let before = count.fetch_add(1, Ordering::Relaxed);
        let probe = Probe { probes: Arc::clone(&self.probes), kind };
        if before < max_probes(kind) { Ok(Some(probe)) } else { Err(Refused::Probe) }
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

/// The limit for such probes on one connection.
pub(super) fn max_probes(kind: Kind) -> usize {
    match kind {
        Kind::Check => MAX_CHECKS,
        Kind::Watch => MAX_WATCHES,
        Kind::Reflection => MAX_REFLECTIONS,
        Kind::Call(_) | Kind::Unknown => usize::MAX,
    }
}
