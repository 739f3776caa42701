//! Coalesced Gets, Sets, puts and deletes, which must not affect each other.

mod items;
mod point_reads;
mod reads;
mod stress;
mod writes;

use std::sync::Arc;

use tokio::sync::watch;

use crate::support::World;
use crate::support::faults::{Answer, Call, Upstream};

/// Calls are sent alone until this many are in flight, on a backend that responds at once.
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

    /// Delays the next calls of an operation before DynamoDB sees them.
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

    /// Delays the responses to the next calls of an operation.
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
