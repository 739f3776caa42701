//! Counts open connections and picks the one to close when there are too many.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// Counts open connections. Clones share the count.
#[derive(Debug, Clone)]
pub(super) struct Registry {
    max: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    next_id: u64,
    /// Connections that have not sent the HTTP/2 preface yet, oldest first. Cancelling the token closes one.
    awaiting_preface: BTreeMap<u64, CancellationToken>,
}

/// An open connection. Dropping it frees its slot.
#[derive(Debug)]
pub(super) struct Ticket {
    registry: Registry,
    id: u64,
    evicted: CancellationToken,
}

impl Registry {
    pub(super) fn new(max: usize) -> Self {
        Self { max, state: Arc::default() }
    }

    /// Admits a connection. At the maximum, this closes the oldest connection without a preface, or refuses the new one
    /// if all have sent theirs.
    pub(super) fn admit(&self) -> Option<Ticket> {
        let mut state = self.state();
        if state.open >= self.max {
            let (_, oldest) = state.awaiting_preface.pop_first()?;
            oldest.cancel();
            state.open -= 1;
        }
        state.open += 1;
        let id = state.next_id;
        state.next_id += 1;
        let evicted = CancellationToken::new();
        state.awaiting_preface.insert(id, evicted.clone());
        Some(Ticket { registry: self.clone(), id, evicted })
    }

    pub(super) fn open(&self) -> usize {
        self.state().open
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Records that the preface has arrived, so the connection can no longer be evicted. False if it has been evicted
    /// already.
    pub(super) fn preface_received(&self) -> bool {
        self.registry.state().awaiting_preface.remove(&self.id).is_some()
    }

    /// Resolves when the connection has to close in favour of another one.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.registry.state();
        state.awaiting_preface.remove(&self.id);
        // An evicted connection was subtracted already.
        if !self.evicted.is_cancelled() {
            state.open -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_oldest_without_a_preface_goes_first() {
        let registry = Registry::new(2);
        let (first, second) = (registry.admit().unwrap(), registry.admit().unwrap());
        assert!(first.preface_received());
        let third = registry.admit().unwrap();
        assert!(second.evicted().now_or_never().is_some());
        assert!(!second.preface_received(), "too late");
        assert!(first.evicted().now_or_never().is_none() && third.evicted().now_or_never().is_none());
        drop(second);
        assert_eq!(registry.open(), 2, "an evicted connection does not count");
    }

    #[test]
    fn connections_in_use_are_never_closed_for_others() {
        let registry = Registry::new(1);
        let ticket = registry.admit().unwrap();
        assert!(ticket.preface_received());
        assert!(registry.admit().is_none());
        drop(ticket);
        assert!(registry.admit().is_some());
        assert_eq!(registry.open(), 0);
    }
}
