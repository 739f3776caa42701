//! Gets and Sets that share calls to DynamoDB, and do not feel each other.

mod reads;
mod writes;

use std::sync::Arc;

use tokio::sync::watch;

use crate::support::World;
use crate::support::faults::{Answer, Call, Upstream};

/// Calls go out by themselves until this many are in flight, on a backend that answers at once.
const ALONE: usize = 2;

/// Holds calls back until it is opened.
#[derive(Clone)]
struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    fn open(&self) {
        self.0.send_replace(true);
    }

    async fn opened(&self) {
        self.0.subscribe().wait_for(|is_open| *is_open).await.unwrap();
    }

    /// Holds the next calls of an operation back, before DynamoDB sees them.
    fn hold(&self, world: &World, operation: &'static str, times: usize) {
        let gate = self.clone();
        world.faults.rule(operation, times, move |call: Call, upstream: Upstream| {
            let gate = gate.clone();
            async move {
                gate.opened().await;
                upstream.call(call).await
            }
        });
    }

    /// Holds the answers to the next calls of an operation back.
    fn hold_answers(&self, world: &World, operation: &'static str, times: usize) {
        let gate = self.clone();
        world.faults.rule(operation, times, move |call: Call, upstream: Upstream| {
            let gate = gate.clone();
            async move {
                let answer: Answer = upstream.call(call).await;
                gate.opened().await;
                answer
            }
        });
    }
}
