use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::timeout_at;

use crate::driver::deadline::Deadline;
use crate::model::ItemKey;

/// The primary keys of the items of a table that are being written. An entry and the same item under its primary key have one
/// lock.
///
/// A batch response cannot order two writes of one key. So while a batch of writes is in flight, this process makes no other
/// write of its keys. A later retry is a new write, as any repeated PUT: it may overwrite what was acknowledged in between.
#[derive(Debug, Default)]
pub(crate) struct KeyLocks(Mutex<HashMap<Arc<ItemKey>, Lock>>);

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
    key: Arc<ItemKey>,
}

/// A batch that writes these keys is in flight.
#[derive(Debug)]
pub(crate) struct BatchGuard<'a> {
    locks: &'a KeyLocks,
    keys: Vec<Arc<ItemKey>>,
}

impl KeyLocks {
    /// Locks a key for a single write; waits while a batch writes it.
    pub(crate) async fn lock(&self, key: &Arc<ItemKey>) -> WriteGuard<'_> {
        loop {
            let done = match self.keys().entry(Arc::clone(key)) {
                Entry::Vacant(vacant) => {
                    vacant.insert(Lock::Single(1));
                    return WriteGuard { locks: self, key: Arc::clone(key) };
                }
                Entry::Occupied(mut occupied) => match occupied.get_mut() {
                    Lock::Single(writes) => {
                        *writes += 1;
                        return WriteGuard { locks: self, key: Arc::clone(key) };
                    }
                    // Registered under the mutex, so that no notification is missed.
                    Lock::Batch(done) => Arc::clone(done).notified_owned(),
                },
            };
            done.await;
        }
    }

    /// Like [`lock`](Self::lock); `None` if the deadline passes first.
    pub(crate) async fn lock_until(&self, key: &Arc<ItemKey>, deadline: Deadline) -> Option<WriteGuard<'_>> {
        timeout_at(deadline.instant(), self.lock(key)).await.ok()
    }

    /// An empty guard, to which a batch adds its keys.
    pub(crate) fn batch(&self) -> BatchGuard<'_> {
        BatchGuard { locks: self, keys: Vec::new() }
    }

    /// The map is consistent between any two statements, so a poisoned lock does not matter.
    fn keys(&self) -> MutexGuard<'_, HashMap<Arc<ItemKey>, Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BatchGuard<'_> {
    /// Locks one more key, unless another write holds it.
    pub(crate) fn try_add(&mut self, key: &Arc<ItemKey>) -> bool {
        match self.locks.keys().entry(Arc::clone(key)) {
            Entry::Vacant(vacant) => {
                vacant.insert(Lock::Batch(Arc::default()));
                self.keys.push(Arc::clone(key));
                true
            }
            Entry::Occupied(_) => false,
        }
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let mut keys = self.locks.keys();
        match keys.get_mut(&self.key) {
            Some(Lock::Single(writes)) if *writes > 1 => *writes -= 1,
            Some(Lock::Single(_)) => drop(keys.remove(&self.key)),
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
    use aws_sdk_dynamodb::types::AttributeValue;
    use futures_util::FutureExt;

    use super::*;
    use crate::model::Key;

    fn key(name: &str) -> Arc<ItemKey> {
        Arc::new(Key::try_from(name.to_owned()).unwrap().into())
    }

    fn numbers(partition: &str, sort: &str) -> Arc<ItemKey> {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        Arc::new(ItemKey::new(number(partition)).unwrap().with_sort(number(sort)).unwrap())
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

    #[test]
    fn an_item_has_one_lock_however_its_key_is_written() {
        let locks = KeyLocks::default();
        let mut batch = locks.batch();
        assert!(batch.try_add(&numbers("1", "2")) && batch.try_add(&key("a")));
        assert!(!batch.try_add(&numbers("1.0", "20E-1")));
        assert!(locks.lock(&numbers("1.0", "20E-1")).now_or_never().is_none());
        assert!(locks.lock(&numbers("1", "3")).now_or_never().is_some());
        let same = ItemKey::new(AttributeValue::S("a".to_owned())).unwrap();
        assert!(locks.lock(&Arc::new(same)).now_or_never().is_none());
    }
}
