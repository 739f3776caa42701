//! A transport that injects faults and counts calls.
//!
//! It replaces the service's transport, so the injected faults run through the same code as faults of AWS.

mod answer;
mod call;
mod counts;
mod fault;
mod tests;

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};

use dynakv::driver::transport::{Request, Transport};
use futures_util::future::BoxFuture;

pub(crate) use self::answer::What;
pub(crate) use self::call::{Answer, Call, Upstream, body_of, respond};
pub(crate) use self::counts::Counts;
use self::counts::Ledger;
pub(crate) use self::fault::{Fault, Struck, When};

/// Matches every operation.
pub(crate) const ANY: &str = "*";

type Policy = Arc<dyn Fn(Call, Upstream) -> BoxFuture<'static, Answer> + Send + Sync>;

/// What happens to the next `left` calls of an operation.
struct Rule {
    operation: &'static str,
    left: usize,
    policy: Policy,
}

/// The test's handle of the transport. Clones refer to the same one.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    rules: Arc<Mutex<Vec<Rule>>>,
    ledger: Ledger,
}

impl Faults {
    /// A transport that forwards to `inner` until told otherwise, and the handle to control it.
    pub(crate) fn wrap(inner: Arc<dyn Transport>) -> (Arc<dyn Transport>, Self) {
        let faults = Self::default();
        (Arc::new(Faulty { upstream: Upstream::new(inner), faults: faults.clone() }), faults)
    }

    /// Injects a fault into the next matching calls. If several match, the oldest applies first.
    pub(crate) fn inject(&self, fault: Fault) -> Struck {
        let (count, struck) = Struck::counter();
        let (operation, times) = (fault.operation, fault.times);
        self.rule(operation, times, move |call, upstream| fault.clone().strike(call, upstream, count.clone()));
        struck
    }

    /// Passes the next `times` calls of an operation to this policy. It may change the request, call upstream any
    /// number of times, and change the response, for example to create unprocessed items, stale reads and delays.
    pub(crate) fn rule<F>(
        &self,
        operation: &'static str,
        times: usize,
        policy: impl Fn(Call, Upstream) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Answer> + Send + 'static,
    {
        let policy: Policy = Arc::new(move |call, upstream| Box::pin(policy(call, upstream)));
        self.rules.lock().unwrap().push(Rule { operation, left: times, policy });
    }

    /// Drops all rules. Calls in flight keep theirs.
    pub(crate) fn clear(&self) {
        self.rules.lock().unwrap().clear();
    }

    /// Resets the counts. No call may be in flight.
    pub(crate) fn reset_counts(&self) {
        self.ledger.reset();
    }

    /// The calls of one operation so far, or of [`ANY`].
    pub(crate) fn counts(&self, operation: &str) -> Counts {
        self.ledger.counts(operation)
    }

    /// How often one operation, or [`ANY`], was called so far.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.counts(operation).started
    }

    /// Waits until one operation, or [`ANY`], was called this many times since the beginning.
    pub(crate) async fn arrived(&self, operation: &str, times: usize) {
        self.ledger.wait_for(operation, |counts| counts.started >= times).await;
    }

    /// Waits until no call of this operation, or of [`ANY`], is in flight.
    pub(crate) async fn idle(&self, operation: &str) {
        self.ledger.wait_for(operation, |counts| counts.in_flight() == 0).await;
    }

    fn take_policy(&self, operation: &str) -> Option<Policy> {
        let mut rules = self.rules.lock().unwrap();
        let matches = |rule: &Rule| rule.operation == ANY || rule.operation == operation;
        let rule = rules.iter_mut().find(|rule| rule.left > 0 && matches(rule))?;
        rule.left -= 1;
        Some(Arc::clone(&rule.policy))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}

#[derive(Debug)]
struct Faulty {
    upstream: Upstream,
    faults: Faults,
}

impl Transport for Faulty {
    fn send(&self, request: Request) -> BoxFuture<'static, Answer> {
        let call = Call::new(request);
        let entry = self.faults.ledger.begin(&call.operation);
        let policy = self.faults.take_policy(&call.operation);
        let upstream = self.upstream.clone();
        Box::pin(async move {
            let answer = match policy {
                Some(policy) => policy(call, upstream).await,
                None => upstream.call(call).await,
            };
            entry.answered();
            answer
        })
    }
}
