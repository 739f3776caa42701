//! Limits what clients can make the server hold: memory and calls in flight.
//!
//! A [`Pool`] has a fixed number of units: bytes of memory or calls in flight. Each connection has a [`Share`] of the
//! pool. A [`Reservation`] takes units from a share and returns them when it is dropped.
//!
//! # Fairness
//! While more than a quarter of the pool is free, a connection may try_reserve up to its limit. Below that, a connection may
//! hold at share_limit a quarter of the free units, unless it is the only active one. So the heaviest connections are stopped
//! first and a new one always finds free units: after ten greedy connections a tenth of that quarter is left. Network
//! switches share their buffers in the same way (Choudhury and Hahne, "Dynamic Queue Length Thresholds for
//! Shared-Memory Packet Switches", 1998).

mod current;
#[cfg(feature = "server")]
mod limit;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

pub use current::{Account, current, part, scope, sync_scope};
#[cfg(feature = "server")]
pub use limit::default_budget;

/// The dynamic limit applies when less than `total / RESERVED_DIVISOR` is free.
const RESERVED_DIVISOR: usize = 4;

/// The dynamic limit is `free / FREE_DIVISOR` for each connection.
const FREE_DIVISOR: usize = 4;

/// The units that all connections share. Clones refer to the same pool.
#[derive(Debug, Clone)]
pub struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    total: usize,
    /// Maximum for one connection.
    share_limit: usize,
    used: AtomicUsize,
    /// How many shares hold any units.
    active: AtomicUsize,
    waiting: AtomicUsize,
    released: Notify,
}

/// Why units were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The pool is exhausted.
    #[error("the server is at its limit")]
    Server,
    /// The connection is at its limit.
    #[error("this connection is at its limit")]
    Connection,
}

/// One connection's part of a pool. Clones refer to the same share.
#[derive(Debug, Clone)]
pub struct Share(Arc<Part>);

#[derive(Debug)]
struct Part {
    pool: Pool,
    held: AtomicUsize,
    is_limited: bool,
}

/// Units that are taken from a share until this is dropped.
#[derive(Debug)]
pub struct Reservation {
    share: Share,
    units: usize,
}

impl Pool {
    /// A pool of `total` units, of which one connection may hold `share_limit`.
    #[must_use]
    pub fn new(total: usize, share_limit: usize) -> Self {
        Self(Arc::new(Shared {
            total,
            share_limit: share_limit.min(total),
            used: AtomicUsize::new(0),
            active: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            released: Notify::new(),
        }))
    }

    /// A share for a new connection.
    #[must_use]
    pub fn share(&self) -> Share {
        Share(Arc::new(Part { pool: self.clone(), held: AtomicUsize::new(0), is_limited: true }))
    }

    /// A share for the server itself, limited only by the pool.
    #[must_use]
    pub fn unlimited_share(&self) -> Share {
        Share(Arc::new(Part { pool: self.clone(), held: AtomicUsize::new(0), is_limited: false }))
    }

    /// Units in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Units in total.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// Maximum for one connection.
    #[must_use]
    pub fn share_limit(&self) -> usize {
        self.0.share_limit
    }

    fn wake(&self) {
        if self.0.waiting.load(Ordering::SeqCst) > 0 {
            self.0.released.notify_waiters();
        }
    }
}

impl Share {
    /// Takes units or fails.
    pub fn try_reserve(&self, units: usize) -> Result<Reservation, Full> {
        self.admit(units).inspect_err(|_| self.0.pool.wake())?;
        Ok(Reservation { share: self.clone(), units })
    }

    /// Takes units beyond every limit, for memory that is already in use, such as a response that has arrived.
    #[must_use]
    pub fn force_reserve(&self, units: usize) -> Reservation {
        self.add(units);
        Reservation { share: self.clone(), units }
    }

    /// Waits until the units are free. A request for more than the share's limit waits for the limit instead.
    ///
    /// To stop waiting, drop the future.
    pub async fn wait_for(&self, units: usize) -> Reservation {
        let pool = &self.0.pool.0;
        let units = units.min(if self.0.is_limited { pool.share_limit } else { pool.total });
        loop {
            let _counted = Waiting::new(&pool.waiting);
            let mut released = std::pin::pin!(pool.released.notified());
            // Subscribe before checking, or a release in between would be missed.
            released.as_mut().enable();
            // `admit` and not `try_reserve`: a refusal must not wake this task itself.
            if self.admit(units).is_ok() {
                return Reservation { share: self.clone(), units };
            }
            released.await;
        }
    }

    /// A reservation of zero units.
    #[must_use]
    pub fn empty_reservation(&self) -> Reservation {
        Reservation { share: self.clone(), units: 0 }
    }

    /// Units that this connection holds.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    /// Takes the units if the limits allow it.
    ///
    /// The units are added before the check, so that two concurrent callers never both get the last ones. A caller that
    /// is refused may have blocked a waiter in the meantime, so it has to wake the waiters.
    fn admit(&self, units: usize) -> Result<(), Full> {
        let (held, used) = self.add(units);
        let pool = &self.0.pool.0;
        let free = pool.total.checked_sub(used);
        let verdict = match free {
            None => Err(Full::Server),
            Some(_) if !self.0.is_limited => Ok(()),
            Some(_) if held > pool.share_limit => Err(Full::Connection),
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

    /// Returns the units held by this connection and by the whole pool, the new ones included.
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

impl Reservation {
    /// Takes more units, or fails and changes nothing.
    pub fn grow(&mut self, units: usize) -> Result<(), Full> {
        self.share.admit(units).inspect_err(|_| self.share.0.pool.wake())?;
        self.units += units;
        Ok(())
    }

    /// Grows to at least this many units.
    pub fn grow_to(&mut self, units: usize) -> Result<(), Full> {
        match units.checked_sub(self.units) {
            None | Some(0) => Ok(()),
            Some(more) => self.grow(more),
        }
    }

    /// Returns units until at share_limit this many are left.
    pub fn shrink_to(&mut self, units: usize) {
        if let Some(less) = self.units.checked_sub(units).filter(|less| *less > 0) {
            self.units = units;
            self.share.remove(less);
        }
    }

    /// Takes over the units of another reservation.
    pub fn merge(&mut self, mut other: Reservation) {
        if Arc::ptr_eq(&self.share.0, &other.share.0) {
            self.units += std::mem::take(&mut other.units);
        } else {
            // Add before the other is dropped, so that nobody else gets the units in between.
            self.share.add(other.units);
            self.units += other.units;
        }
    }

    /// The number of reserved units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// The share that the units were taken from.
    #[must_use]
    pub fn share(&self) -> &Share {
        &self.share
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.units > 0 {
            self.share.remove(self.units);
        }
    }
}

/// Counts a waiter while it exists.
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
