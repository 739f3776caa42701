//! Injects faults that a call asks for, to test clients in every language against a real server.
//!
//! Only with the cargo feature `faults`, which release builds refuse. `clients/vectors/README.md` describes the format
//! of the metadata.

mod fault;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, Response};
use tokio::time::{Instant, sleep_until};
use tonic::Status;
use tonic::body::Body;

use crate::wire::status::{Reason, status};
use fault::{Fault, Requested};

/// Maximum number of calls with faults at the same time.
const REMEMBERED: usize = 4096;

/// Counts the attempts of calls that ask for faults.
#[derive(Debug, Default)]
pub(super) struct Faults {
    attempts: Mutex<VecDeque<(String, u32)>>,
}

impl Faults {
    /// The fault for this attempt, if any.
    pub(super) fn of(&self, headers: &HeaderMap) -> Result<Option<Fault>, Status> {
        let Some(header) = headers.get("dynakv-test-fault") else { return Ok(None) };
        let text = header.to_str().map_err(|_| malformed("it is not text"))?;
        let Requested { id, faults } = text.parse().map_err(|problem: String| malformed(&problem))?;
        let mut attempt = self.count(id);
        Ok(faults.into_iter().find(|fault| {
            let is_its_turn = attempt < fault.count;
            attempt = attempt.saturating_sub(fault.count);
            is_its_turn
        }))
    }

    /// The number of earlier attempts.
    fn count(&self, id: String) -> u32 {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = attempts.iter_mut().find(|(known, _)| *known == id) {
            *count = count.saturating_add(1);
            return count.saturating_sub(1);
        }
        if attempts.len() == REMEMBERED {
            attempts.pop_front();
        }
        attempts.push_back((id, 1));
        0
    }
}

/// Applies the fault: runs the call or not, and returns the fault's status.
pub(super) async fn meet(
    fault: Option<Fault>,
    call: impl Future<Output = Result<Response<Body>, Status>>,
) -> Result<Response<Body>, Status> {
    let Some(fault) = fault else { return call.await };
    let answer = if fault.is_carried_out() { Some(call.await) } else { None };
    sleep_until(Instant::now() + fault.delay).await;
    match (fault.status(), answer) {
        (Some(status), _) => Err(status),
        (None, Some(answer)) => answer,
        (None, None) => Err(malformed("it neither fails the call nor lets it through")),
    }
}

fn malformed(problem: &str) -> Status {
    status(Reason::InvalidField, format!("the metadata dynakv-test-fault cannot be used: {problem}"))
}
