//! Clients that use the same few keys.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::record::{Operation, Read};
use super::settings::{EPOCH_OPERATIONS, EPOCH_UNKNOWN};

/// The keys of an epoch: two entries, which transactions write together, and one counter.
pub(super) const ENTRIES: usize = 2;
pub(super) const COUNTER: usize = 2;

pub(super) struct Group {
    pub(super) name: String,
    epoch: Mutex<Epoch>,
    values: AtomicUsize,
}

#[derive(Default)]
struct Epoch {
    number: usize,
    operations: usize,
    unknown: usize,
    /// What was last seen of each key.
    seen: HashMap<usize, Read>,
    /// The keys that a plain Delete is in flight for.
    deleting: Vec<String>,
}

/// The keys that a client uses for one operation.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub(super) epoch: usize,
    pub(super) names: Vec<String>,
}

impl Group {
    pub(super) fn new(seed: u64, index: usize) -> Self {
        Self { name: format!("{seed}-g{index}"), epoch: Mutex::default(), values: AtomicUsize::new(0) }
    }

    pub(super) fn keys(&self) -> Keys {
        let epoch = self.epoch.lock().unwrap().number;
        Keys { epoch, names: (0..=COUNTER).map(|key| format!("{}-e{epoch}-k{key}", self.name)).collect() }
    }

    pub(super) fn partition(&self, keys: &Keys, key: usize) -> String {
        let part = if key == COUNTER { "counter" } else { "entries" };
        format!("{}-e{}-{part}", self.name, keys.epoch)
    }

    /// A value that nobody else writes.
    pub(super) fn value(&self) -> String {
        format!("{}-v{}", self.name, self.values.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn seen(&self, key: usize) -> Option<Read> {
        self.epoch.lock().unwrap().seen.get(&key).cloned().filter(|read| !read.value.is_empty())
    }

    pub(super) fn saw(&self, keys: &Keys, key: usize, read: &Read) {
        let mut epoch = self.epoch.lock().unwrap();
        if epoch.number == keys.epoch {
            epoch.seen.insert(key, read.clone());
        }
    }

    /// Whether this client may delete now. The ledger tells two Deletes of one key apart by their times alone.
    pub(super) fn may_delete(&self, key: &str) -> bool {
        let mut epoch = self.epoch.lock().unwrap();
        let is_free = !epoch.deleting.iter().any(|other| other == key);
        if is_free {
            epoch.deleting.push(key.to_owned());
        }
        is_free
    }

    pub(super) fn deleted(&self, key: &str) {
        self.epoch.lock().unwrap().deleting.retain(|other| other != key);
    }

    /// Counts an operation, and goes on to new keys after enough of them.
    pub(super) fn count(&self, operation: &Operation) {
        let mut epoch = self.epoch.lock().unwrap();
        epoch.operations += 1;
        epoch.unknown += usize::from(operation.returned.is_none());
        if epoch.operations >= EPOCH_OPERATIONS || epoch.unknown >= EPOCH_UNKNOWN {
            let deleting = std::mem::take(&mut epoch.deleting);
            *epoch = Epoch { number: epoch.number + 1, deleting, ..Epoch::default() };
        }
    }
}
