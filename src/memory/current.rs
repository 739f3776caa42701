use std::sync::{Arc, Mutex, PoisonError};

use super::{Full, Hold, Share};

tokio::task_local! {
    static CURRENT: Account;
}

/// What one call holds while it is worked on. Clones are the same account; the last one to go gives everything back.
#[derive(Debug, Clone)]
pub struct Account {
    share: Share,
    hold: Arc<Mutex<Hold>>,
}

impl Account {
    /// An account that begins with these units.
    #[must_use]
    pub fn new(hold: Hold) -> Self {
        Self { share: hold.share().clone(), hold: Arc::new(Mutex::new(hold)) }
    }

    /// Takes more, if it is there.
    pub fn grow(&self, units: usize) -> Result<(), Full> {
        self.with(|hold| hold.grow(units))
    }

    /// Holds so many, neither more nor less, if they are there.
    pub fn hold_exactly(&self, units: usize) -> Result<(), Full> {
        self.with(|hold| {
            hold.shrink_to(units);
            hold.grow_to(units)
        })
    }

    /// Holds so many, neither more nor less, whether they are there or not: for what is held already.
    pub fn hold_anyway(&self, units: usize) {
        self.with(|hold| {
            hold.shrink_to(units);
            let missing = units.saturating_sub(hold.units());
            let more = hold.share().take_anyway(missing);
            hold.merge(more);
        });
    }

    /// Adds units that are held already.
    pub fn absorb(&self, other: Hold) {
        self.with(|hold| hold.merge(other));
    }

    /// Whose share this is.
    #[must_use]
    pub fn share(&self) -> &Share {
        &self.share
    }

    fn with<T>(&self, change: impl FnOnce(&mut Hold) -> T) -> T {
        // A hold is a number: no panic leaves it half changed.
        change(&mut self.hold.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The account of the call that this task works on; none outside of a call.
#[must_use]
pub fn current() -> Option<Account> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Works on a call with this account.
pub async fn scope<F: Future>(account: Account, work: F) -> F::Output {
    CURRENT.scope(account, work).await
}

/// As `scope`, for what does not wait.
pub fn sync_scope<T>(account: Account, work: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(account, work)
}

/// Does a part of the current call's work, such as one page of many, under an account of its own, so that what the part
/// holds can be given back before the call ends. The future may be spawned: it keeps the account that was current when it
/// was made.
pub fn part<F: Future>(work: F) -> impl Future<Output = (F::Output, Option<Account>)> {
    let account = current().map(|account| Account::new(account.share().nothing()));
    async move {
        match account {
            Some(account) => (scope(account.clone(), work).await, Some(account)),
            None => (work.await, None),
        }
    }
}
