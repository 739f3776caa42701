//! What callers make the server hold, counted against what it has.
//!
//! A [`Pool`] has so many units: bytes of memory, or calls at the same time. Each connection has a [`Share`] of it, and
//! whatever it makes the server hold is a [`Hold`] on that share, which gives its units back when it is dropped.
//!
//! # Fairness
//! While a quarter of the pool is free, a connection may take up to its limit. In the last quarter, a connection that is
//! not the only one may hold at most a quarter of what is still free. So those who hold much are stopped first, and each
//! newcomer finds something: after ten greedy connections a tenth of that quarter is left. Switches share their buffers in
//! this way (Choudhury and Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998).

mod current;
mod limit;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

pub use current::{Account, current, part, scope, sync_scope};
pub use limit::default_budget;

/// Where the rule of the last quarter begins.
const RESERVED_DIVISOR: usize = 4;

/// Which part of what is free one connection may hold in the last quarter.
const FREE_DIVISOR: usize = 4;

/// So much of something, for all connections together. Clones are the same pool.
#[derive(Debug, Clone)]
pub struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    total: usize,
    /// The most that one connection may hold.
    most: usize,
    used: AtomicUsize,
    /// How many shares hold something.
    active: AtomicUsize,
    waiting: AtomicUsize,
    released: Notify,
}

/// Nothing more can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// All connections together hold what there is.
    #[error("the server holds as much as it may")]
    Server,
    /// One connection holds its share.
    #[error("this connection holds its share of what the server has")]
    Connection,
}

/// What one connection may hold of a pool. Clones are the same share.
#[derive(Debug, Clone)]
pub struct Share(Arc<Part>);

#[derive(Debug)]
struct Part {
    pool: Pool,
    held: AtomicUsize,
    is_limited: bool,
}

/// Units that are held until this is dropped.
#[derive(Debug)]
pub struct Hold {
    share: Share,
    units: usize,
}

impl Pool {
    /// A pool of `total` units, of which one connection may hold `most`.
    #[must_use]
    pub fn new(total: usize, most: usize) -> Self {
        Self(Arc::new(Shared {
            total,
            most: most.min(total),
            used: AtomicUsize::new(0),
            active: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            released: Notify::new(),
        }))
    }

    /// The share of a connection that has just come.
    #[must_use]
    pub fn share(&self) -> Share {
        Share(Arc::new(Part { pool: self.clone(), held: AtomicUsize::new(0), is_limited: true }))
    }

    /// The share of the server itself, for what it holds for no connection in particular. Only the pool limits it.
    #[must_use]
    pub fn unlimited_share(&self) -> Share {
        Share(Arc::new(Part { pool: self.clone(), held: AtomicUsize::new(0), is_limited: false }))
    }

    /// How much is held.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// How much there is.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// The most that one connection may hold.
    #[must_use]
    pub fn most(&self) -> usize {
        self.0.most
    }

    fn wake(&self) {
        if self.0.waiting.load(Ordering::SeqCst) > 0 {
            self.0.released.notify_waiters();
        }
    }
}

impl Share {
    /// Takes units, if they are there.
    pub fn take(&self, units: usize) -> Result<Hold, Full> {
        self.admit(units).inspect_err(|_| self.0.pool.wake())?;
        Ok(Hold { share: self.clone(), units })
    }

    /// Takes units that are held already, such as those of an answer that has arrived, whether they are there or not.
    #[must_use]
    pub fn take_anyway(&self, units: usize) -> Hold {
        self.add(units);
        Hold { share: self.clone(), units }
    }

    /// Waits until units are there. More than a connection may hold at all counts as all it may hold.
    ///
    /// Whoever waits longer than its own deadline drops this.
    pub async fn wait_for(&self, units: usize) -> Hold {
        let pool = &self.0.pool.0;
        let units = units.min(if self.0.is_limited { pool.most } else { pool.total });
        loop {
            let _counted = Waiting::new(&pool.waiting);
            let mut released = std::pin::pin!(pool.released.notified());
            // Before the last look: what is released after it wakes this one.
            released.as_mut().enable();
            // A refusal of its own must not wake it.
            if self.admit(units).is_ok() {
                return Hold { share: self.clone(), units };
            }
            released.await;
        }
    }

    /// A hold that begins with nothing.
    #[must_use]
    pub fn nothing(&self) -> Hold {
        Hold { share: self.clone(), units: 0 }
    }

    /// How much this connection holds.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    /// Adds the units if the rules allow it.
    ///
    /// They are added first and looked at then, so that two who come together never both get the last ones. In between they
    /// may be in the way of one who waits: who is refused wakes those.
    fn admit(&self, units: usize) -> Result<(), Full> {
        let (held, used) = self.add(units);
        let pool = &self.0.pool.0;
        let free = pool.total.checked_sub(used);
        let verdict = match free {
            None => Err(Full::Server),
            Some(_) if !self.0.is_limited => Ok(()),
            Some(_) if held > pool.most => Err(Full::Connection),
            Some(free)
                if free < pool.total / RESERVED_DIVISOR
                    && held > free / FREE_DIVISOR
                    && pool.active.load(Ordering::Relaxed) > 1 =>
            {
                Err(Full::Connection)
            }
            Some(_) => Ok(()),
        };
        if verdict.is_err() {
            self.subtract(units);
        }
        verdict
    }

    /// What this connection and all together hold with these units.
    fn add(&self, units: usize) -> (usize, usize) {
        let pool = &self.0.pool.0;
        let before = self.0.held.fetch_add(units, Ordering::Relaxed);
        if before == 0 && units > 0 {
            pool.active.fetch_add(1, Ordering::Relaxed);
        }
        let used = pool.used.fetch_add(units, Ordering::SeqCst);
        (before + units, used + units)
    }

    fn remove(&self, units: usize) {
        self.subtract(units);
        self.0.pool.wake();
    }

    fn subtract(&self, units: usize) {
        let pool = &self.0.pool;
        pool.0.used.fetch_sub(units, Ordering::SeqCst);
        let before = self.0.held.fetch_sub(units, Ordering::Relaxed);
        if before == units && units > 0 {
            pool.0.active.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Hold {
    /// Takes more, if it is there; else nothing changes.
    pub fn grow(&mut self, units: usize) -> Result<(), Full> {
        self.share.admit(units).inspect_err(|_| self.share.0.pool.wake())?;
        self.units += units;
        Ok(())
    }

    /// Holds at least so many.
    pub fn grow_to(&mut self, units: usize) -> Result<(), Full> {
        match units.checked_sub(self.units) {
            None | Some(0) => Ok(()),
            Some(more) => self.grow(more),
        }
    }

    /// Gives back what is beyond so many.
    pub fn shrink_to(&mut self, units: usize) {
        if let Some(less) = self.units.checked_sub(units).filter(|less| *less > 0) {
            self.units = units;
            self.share.remove(less);
        }
    }

    /// Takes over what another one holds.
    pub fn merge(&mut self, mut other: Hold) {
        if Arc::ptr_eq(&self.share.0, &other.share.0) {
            self.units += std::mem::take(&mut other.units);
        } else {
            // Nothing is free in between.
            self.share.add(other.units);
            self.units += other.units;
        }
    }

    /// How many are held.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// Whose share this is.
    #[must_use]
    pub fn share(&self) -> &Share {
        &self.share
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if self.units > 0 {
            self.share.remove(self.units);
        }
    }
}

/// One who waits, for as long as it exists.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::SeqCst);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
