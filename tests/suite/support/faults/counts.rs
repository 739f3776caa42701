use std::collections::HashMap;

use tokio::sync::watch;

use super::ANY;

/// The number of calls so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Calls that the SDK made.
    pub(crate) started: usize,
    /// Calls with a response, errors included.
    pub(crate) answered: usize,
    /// Calls that the SDK cancelled: by a timeout of its own, or because its caller went away.
    pub(crate) abandoned: usize,
}

impl Counts {
    pub(crate) fn in_flight(self) -> usize {
        self.started - self.answered - self.abandoned
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Ledger(watch::Sender<HashMap<String, Counts>>);

impl Ledger {
    pub(super) fn begin(&self, operation: &str) -> Entry {
        let entry = Entry { ledger: self.clone(), operation: operation.to_owned(), answered: false };
        entry.count(|counts| counts.started += 1);
        entry
    }

    pub(super) fn counts(&self, operation: &str) -> Counts {
        counts_of(&self.0.borrow(), operation)
    }

    pub(super) fn reset(&self) {
        self.0.send_modify(HashMap::clear);
    }

    pub(super) async fn wait_for(&self, operation: &str, condition: impl Fn(Counts) -> bool) {
        self.0.subscribe().wait_for(|calls| condition(counts_of(calls, operation))).await.unwrap();
    }
}

/// A call in flight. It counts as abandoned if it is dropped without a response.
#[derive(Debug)]
pub(super) struct Entry {
    ledger: Ledger,
    operation: String,
    answered: bool,
}

impl Entry {
    pub(super) fn answered(mut self) {
        self.answered = true;
    }

    fn count(&self, change: impl Fn(&mut Counts)) {
        self.ledger.0.send_modify(|calls| {
            change(calls.entry(self.operation.clone()).or_default());
            change(calls.entry(ANY.to_owned()).or_default());
        });
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.answered {
            self.count(|counts| counts.answered += 1);
        } else {
            self.count(|counts| counts.abandoned += 1);
        }
    }
}

fn counts_of(calls: &HashMap<String, Counts>, operation: &str) -> Counts {
    calls.get(operation).copied().unwrap_or_default()
}
