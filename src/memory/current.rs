use std::sync::{Arc, Mutex, PoisonError};

use super::{Full, Reservation, Share};

tokio::task_local! {
    static CURRENT: Account;
}

/// The memory of one call. Clones share it; it is returned when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Account {
    share: Share,
    hold: Arc<Mutex<Reservation>>,
}

impl Account {
    /// An account with this reservation.
    #[must_use]
    pub fn new(hold: Reservation) -> Self {
        Self { share: hold.share().clone(), hold: Arc::new(Mutex::new(hold)) }
    }

    /// Takes more units or fails.
    pub fn grow(&self, units: usize) -> Result<(), Full> {
        self.with(|hold| hold.grow(units))
    }

    /// Changes the reservation to exactly this many units, or fails.
    pub fn resize(&self, units: usize) -> Result<(), Full> {
        self.with(|hold| {
            hold.shrink_to(units);
            hold.grow_to(units)
        })
    }

    /// Changes the reservation to exactly this many units, beyond every limit: for memory that is already in use.
    pub fn force_resize(&self, units: usize) {
        self.with(|hold| {
            hold.shrink_to(units);
            let missing = units.saturating_sub(hold.units());
            let more = hold.share().force_reserve(missing);
            hold.merge(more);
        });
    }

    /// Adds a reservation to this account.
    pub fn absorb(&self, other: Reservation) {
        self.with(|hold| hold.merge(other));
    }

    /// The share that the units are taken from.
    #[must_use]
    pub fn share(&self) -> &Share {
        &self.share
    }

    fn with<T>(&self, change: impl FnOnce(&mut Reservation) -> T) -> T {
        // A reservation is a number: a panic cannot leave it half changed.
        change(&mut self.hold.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The account of the call that the current task works for, or none outside of a call.
#[must_use]
pub fn current() -> Option<Account> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Runs `work` with this account as the current one.
pub async fn scope<F: Future>(account: Account, work: F) -> F::Output {
    CURRENT.scope(account, work).await
}

/// Like [`scope`], for synchronous code.
pub fn sync_scope<T>(account: Account, work: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(account, work)
}

/// Runs a part of the current call, such as one page of many, with its own account, so that its memory can be returned
/// before the call ends. The share is taken from the caller of this function, so the future may be spawned.
pub fn part<F: Future>(work: F) -> impl Future<Output = (F::Output, Option<Account>)> {
    let account = current().map(|account| Account::new(account.share().empty_reservation()));
    async move {
        match account {
            Some(account) => (scope(account.clone(), work).await, Some(account)),
            None => (work.await, None),
        }
    }
}
