//! How many connections are open, and which of them go first when there are too many.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// Counts the open connections. Clones count together.
#[derive(Debug, Clone)]
pub(super) struct Registry {
    max: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    next_id: u64,
    /// Those that have not sent the HTTP/2 preface yet, oldest first, each with what closes it.
    unproven: BTreeMap<u64, CancellationToken>,
}

/// One open connection. Dropped, it makes room for another.
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

    /// Admits a connection. At the maximum the oldest one without a preface is closed for it; without any, there is no room.
    pub(super) fn admit(&self) -> Option<Ticket> {
        let mut state = self.state();
        if state.open >= self.max {
            let (_, oldest) = state.unproven.pop_first()?;
            oldest.cancel();
            state.open -= 1;
        }
        state.open += 1;
        let id = state.next_id;
        state.next_id += 1;
        let evicted = CancellationToken::new();
        state.unproven.insert(id, evicted.clone());
        Some(Ticket { registry: self.clone(), id, evicted })
    }

    pub(super) fn open(&self) -> usize {
        self.state().open
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// The preface has come: the connection is no longer closed for another one. False if it has been already.
    pub(super) fn proven(&self) -> bool {
        self.registry.state().unproven.remove(&self.id).is_some()
    }

    /// Resolves when the connection is to be closed for another one.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.registry.state();
        state.unproven.remove(&self.id);
        // An evicted one is not counted any more.
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
        assert!(first.proven());
        let third = registry.admit().unwrap();
        assert!(second.evicted().now_or_never().is_some());
        assert!(!second.proven(), "too late");
        assert!(first.evicted().now_or_never().is_none() && third.evicted().now_or_never().is_none());
        drop(second);
        assert_eq!(registry.open(), 2, "it was not counted any more");
    }

    #[test]
    fn connections_in_use_are_never_closed_for_others() {
        let registry = Registry::new(1);
        let ticket = registry.admit().unwrap();
        assert!(ticket.proven());
        assert!(registry.admit().is_none());
        drop(ticket);
        assert!(registry.admit().is_some());
        assert_eq!(registry.open(), 0);
    }
}
