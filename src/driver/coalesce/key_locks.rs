use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::timeout_at;

use crate::driver::deadline::Deadline;
use crate::model::Key;

/// The keys of a table that are being written.
///
/// A batch response cannot order two writes of one key. So while a batch of writes is in flight, this process makes no other
/// write of its keys. A later retry is a new write, as any repeated PUT: it may overwrite what was acknowledged in between.
#[derive(Debug, Default)]
pub(crate) struct KeyLocks(Mutex<HashMap<Key, Lock>>);

#[derive(Debug)]
enum Lock {
    /// Single writes in flight.
    Single(usize),
    /// A member of a batch; notifies those that wait for its end.
    Batch(Arc<Notify>),
}

/// A single write of a key is in flight.
#[derive(Debug)]
pub(crate) struct WriteGuard<'a> {
    locks: &'a KeyLocks,
    key: &'a Key,
}

/// A batch that writes these keys is in flight.
#[derive(Debug)]
pub(crate) struct BatchGuard<'a> {
    locks: &'a KeyLocks,
    keys: Vec<Key>,
}

impl KeyLocks {
    /// Locks a key for a single write; waits while a batch writes it.
    pub(crate) async fn lock<'a>(&'a self, key: &'a Key) -> WriteGuard<'a> {
        loop {
            let done = match self.keys().entry(key.clone()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(Lock::Single(1));
                    return WriteGuard { locks: self, key };
                }
                Entry::Occupied(mut occupied) => match occupied.get_mut() {
                    Lock::Single(writes) => {
                        *writes += 1;
                        return WriteGuard { locks: self, key };
                    }
                    // Registered under the mutex, so that no notification is missed.
                    Lock::Batch(done) => Arc::clone(done).notified_owned(),
                },
            };
            done.await;
        }
    }

    /// Like [`lock`](Self::lock); `None` if the deadline passes first.
    pub(crate) async fn lock_until<'a>(&'a self, key: &'a Key, deadline: Deadline) -> Option<WriteGuard<'a>> {
        timeout_at(deadline.instant(), self.lock(key)).await.ok()
    }

    /// An empty guard, to which a batch adds its keys.
    pub(crate) fn batch(&self) -> BatchGuard<'_> {
        BatchGuard { locks: self, keys: Vec::new() }
    }

    /// The map is consistent between any two statements, so a poisoned lock does not matter.
    fn keys(&self) -> MutexGuard<'_, HashMap<Key, Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BatchGuard<'_> {
    /// Locks one more key, unless another write holds it.
    pub(crate) fn try_add(&mut self, key: &Key) -> bool {
        match self.locks.keys().entry(key.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(Lock::Batch(Arc::default()));
                self.keys.push(key.clone());
                true
            }
            Entry::Occupied(_) => false,
        }
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let mut keys = self.locks.keys();
        match keys.get_mut(self.key) {
            Some(Lock::Single(writes)) if *writes > 1 => *writes -= 1,
            Some(Lock::Single(_)) => drop(keys.remove(self.key)),
            Some(Lock::Batch(_)) | None => {}
        }
    }
}

impl Drop for BatchGuard<'_> {
    fn drop(&mut self) {
        let mut keys = self.locks.keys();
        for key in &self.keys {
            if let Some(Lock::Batch(done)) = keys.remove(key) {
                done.notify_waiters();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn key(name: &str) -> Key {
        Key::try_from(name.to_owned()).unwrap()
    }

    #[test]
    fn single_writes_do_not_wait_for_each_other() {
        let (locks, key) = (KeyLocks::default(), key("a"));
        let first = locks.lock(&key).now_or_never().unwrap();
        let second = locks.lock(&key).now_or_never().unwrap();
        drop(first);
        assert!(!locks.batch().try_add(&key));
        drop(second);
        assert!(locks.batch().try_add(&key));
        assert!(locks.keys().is_empty());
    }

    #[test]
    fn a_batch_excludes_other_writes_of_its_keys() {
        let (locks, a, b) = (KeyLocks::default(), key("a"), key("b"));
        let mut batch = locks.batch();
        assert!(batch.try_add(&a));
        assert!(!batch.try_add(&a));
        assert!(!locks.batch().try_add(&a));
        assert!(locks.lock(&b).now_or_never().is_some());

        let mut first = Box::pin(locks.lock(&a));
        let mut second = Box::pin(locks.lock(&a));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        drop(batch);
        assert!(first.now_or_never().is_some());
        assert!(second.now_or_never().is_some());
        assert!(locks.keys().is_empty());
    }
}
