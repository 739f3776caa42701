use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::timeout_at;

use crate::driver::Deadline;
use crate::model::Key;

/// Which keys of a table are being written.
///
/// While a shared write is in flight, this process makes no other write of its keys: an answer about several writes says
/// nothing of what happened to one key in which order. What is sent again afterwards is a write of its own, and comes after
/// what has been acknowledged in between, as any repeated PUT.
#[derive(Debug, Default)]
pub(in crate::driver) struct Claims(Mutex<HashMap<Key, Claim>>);

#[derive(Debug)]
enum Claim {
    /// So many writes, each by itself.
    Single(usize),
    /// A member of a shared write; tells who waits for it when it is done.
    Shared(Arc<Notify>),
}

/// A write of a key by itself is under way.
#[derive(Debug)]
pub(in crate::driver) struct SingleClaim<'a> {
    claims: &'a Claims,
    key: &'a Key,
}

/// A shared write of these keys is under way.
#[derive(Debug)]
pub(super) struct SharedClaim<'a> {
    claims: &'a Claims,
    keys: Vec<Key>,
}

impl Claims {
    /// Claims a key for a write by itself; waits while a shared write has it.
    pub(in crate::driver) async fn single<'a>(&'a self, key: &'a Key) -> SingleClaim<'a> {
        loop {
            let done = match self.keys().entry(key.clone()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(Claim::Single(1));
                    return SingleClaim { claims: self, key };
                }
                Entry::Occupied(mut occupied) => match occupied.get_mut() {
                    Claim::Single(writes) => {
                        *writes += 1;
                        return SingleClaim { claims: self, key };
                    }
                    // Made under the lock, so that it does not miss the notification.
                    Claim::Shared(done) => Arc::clone(done).notified_owned(),
                },
            };
            done.await;
        }
    }

    /// The same; none if the deadline passes first.
    pub(in crate::driver) async fn single_until<'a>(
        &'a self,
        key: &'a Key,
        deadline: Deadline,
    ) -> Option<SingleClaim<'a>> {
        timeout_at(deadline.instant(), self.single(key)).await.ok()
    }

    /// A claim for a shared write, without any key yet.
    pub(super) fn shared(&self) -> SharedClaim<'_> {
        SharedClaim { claims: self, keys: Vec::new() }
    }

    /// The map is whole between any two statements, so a panic elsewhere does not matter.
    fn keys(&self) -> MutexGuard<'_, HashMap<Key, Claim>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedClaim<'_> {
    /// Claims one more key, unless any other write has it.
    pub(super) fn try_add(&mut self, key: &Key) -> bool {
        match self.claims.keys().entry(key.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(Claim::Shared(Arc::default()));
                self.keys.push(key.clone());
                true
            }
            Entry::Occupied(_) => false,
        }
    }
}

impl Drop for SingleClaim<'_> {
    fn drop(&mut self) {
        let mut keys = self.claims.keys();
        match keys.get_mut(self.key) {
            Some(Claim::Single(writes)) if *writes > 1 => *writes -= 1,
            Some(Claim::Single(_)) => drop(keys.remove(self.key)),
            Some(Claim::Shared(_)) | None => {}
        }
    }
}

impl Drop for SharedClaim<'_> {
    fn drop(&mut self) {
        let mut keys = self.claims.keys();
        for key in &self.keys {
            if let Some(Claim::Shared(done)) = keys.remove(key) {
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
    fn writes_by_themselves_share_a_key() {
        let (claims, key) = (Claims::default(), key("a"));
        let first = claims.single(&key).now_or_never().unwrap();
        let second = claims.single(&key).now_or_never().unwrap();
        drop(first);
        assert!(!claims.shared().try_add(&key));
        drop(second);
        assert!(claims.shared().try_add(&key));
        assert!(claims.keys().is_empty());
    }

    #[test]
    fn a_shared_write_has_its_keys_to_itself() {
        let (claims, a, b) = (Claims::default(), key("a"), key("b"));
        let mut shared = claims.shared();
        assert!(shared.try_add(&a));
        assert!(!shared.try_add(&a));
        assert!(!claims.shared().try_add(&a));
        assert!(claims.single(&b).now_or_never().is_some());

        let mut first = Box::pin(claims.single(&a));
        let mut second = Box::pin(claims.single(&a));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        drop(shared);
        assert!(first.now_or_never().is_some());
        assert!(second.now_or_never().is_some());
        assert!(claims.keys().is_empty());
    }
}
