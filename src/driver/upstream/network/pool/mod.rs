//! The connections to one host.
//!
//! A call takes the connection that was used last, or waits in a queue. While calls wait, connections are opened, each by a task
//! of its own, so that a call that leaves does not waste the work. The first call of the queue gets the first connection, whether
//! it is new or another call has returned it.

mod state;

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use self::state::{Reusable, State};
use super::connect::{Connector, Route};
use super::connection::{Connection, handshake};
use super::error::Cause;
use super::settings::Settings;
use super::target::Target;

/// The connections to one host.
pub(super) struct Pool {
    target: Target,
    route: Route,
    connector: Arc<Connector>,
    settings: Arc<Settings>,
    state: Mutex<Guarded>,
}

struct Guarded {
    connections: State<Connection, Waiting>,
    /// Whether a task closes connections whose time is over.
    closing: bool,
}

type Waiting = oneshot::Sender<Result<Lease, Cause>>;

impl Reusable for Connection {
    fn is_usable(&self, now: Instant) -> bool {
        Connection::is_usable(self, now)
    }
}

impl Pool {
    pub(super) fn new(target: Target, route: Route, connector: Arc<Connector>, settings: Arc<Settings>) -> Self {
        let state = Mutex::new(Guarded { connections: State::new(&settings), closing: false });
        Self { target, route, connector, settings, state }
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    pub(super) fn route(&self) -> &Route {
        &self.route
    }

    /// Waits for a connection. The error is that of an attempt to open one.
    pub(super) async fn lease(self: &Arc<Self>) -> Result<Lease, Cause> {
        let (granted, mut ticket) = {
            let mut state = self.state();
            if let Some(connection) = state.connections.take(Instant::now()) {
                drop(state);
                return Ok(self.lease_of(connection));
            }
            let (grant, granted) = oneshot::channel();
            let number = state.connections.wait(grant);
            (granted, Ticket { pool: self, number, waits: true })
        };
        self.open();
        let granted = granted.await;
        ticket.waits = false;
        granted.unwrap_or(Err(Cause::Task))
    }

    /// Closes the connections that nobody uses.
    pub(super) fn clear(&self) {
        self.state().connections.clear();
    }

    /// Whether nobody uses or waits for a connection.
    pub(super) fn is_unused(&self) -> bool {
        self.state().connections.is_unused()
    }

    /// Connections that are open, and those of them that nobody uses and that may be used.
    #[cfg(test)]
    pub(super) fn count(&self) -> (usize, usize) {
        let state = self.state();
        (state.connections.open(), state.connections.usable(Instant::now()))
    }

    /// Opens connections for calls that wait, within the limits.
    fn open(self: &Arc<Self>) {
        // Without a runtime nobody waits.
        let Ok(runtime) = Handle::try_current() else { return };
        let number = self.state().connections.connect();
        for _ in 0..number {
            let slot = Slot { pool: Arc::downgrade(self), phase: Phase::Planned };
            runtime.spawn(slot.connect(Arc::clone(self)));
        }
    }

    /// Gives a connection to the call that has waited for the longest time, or keeps it.
    fn pass_on(self: &Arc<Self>, mut connection: Connection) {
        let now = Instant::now();
        loop {
            // If a fresh one has been closed already, a call has to hear of it: another one may be closed, too.
            if !connection.is_fresh() && !connection.is_usable(now) {
                return;
            }
            let mut state = self.state();
            let Some(waiting) = state.connections.next() else {
                connection.kept();
                state.connections.keep(connection, now);
                let starts = !mem::replace(&mut state.closing, true);
                drop(state);
                if starts {
                    self.close_in_time();
                }
                return;
            };
            drop(state);
            match waiting.send(Ok(self.lease_of(connection))) {
                Err(Ok(lease)) => match lease.into_connection() {
                    Some(returned) => connection = returned,
                    None => return,
                },
                Ok(()) | Err(Err(_)) => return,
            }
        }
    }

    /// Closes connections when nobody has used them for too long. The task ends when there are none.
    fn close_in_time(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else {
            self.state().closing = false;
            return;
        };
        let pool = Arc::downgrade(self);
        runtime.spawn(async move {
            while let Some(next) = pool.upgrade().and_then(|pool| pool.close_old()) {
                sleep_until(next).await;
            }
        });
    }

    fn close_old(&self) -> Option<Instant> {
        let mut state = self.state();
        let next = state.connections.expire(Instant::now());
        state.closing = next.is_some();
        next
    }

    fn lease_of(self: &Arc<Self>, connection: Connection) -> Lease {
        Lease { pool: Arc::clone(self), connection: Some(connection), in_use: false }
    }

    /// A panic cannot leave the state inconsistent, so a poisoned lock does not matter.
    fn state(&self) -> MutexGuard<'_, Guarded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a call in the queue.
struct Ticket<'a> {
    pool: &'a Pool,
    number: u64,
    waits: bool,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.waits {
            self.pool.state().connections.leave(self.number);
        }
    }
}

/// A connection for one call. It goes back to the pool if it was not used or its response has been read to the end; otherwise it
/// is closed.
pub(super) struct Lease {
    pool: Arc<Pool>,
    connection: Option<Connection>,
    in_use: bool,
}

impl Lease {
    /// The connection, to be used.
    pub(super) fn begin(&mut self) -> Option<&mut Connection> {
        self.in_use = true;
        self.connection.as_mut()
    }

    /// The response has been read to the end.
    pub(super) fn end(mut self) {
        self.in_use = false;
    }

    fn into_connection(mut self) -> Option<Connection> {
        self.connection.take()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if self.in_use {
            connection.abort();
        } else {
            self.pool.pass_on(connection);
        }
    }
}

/// The place of a connection among those that may be open. It does not keep the pool: the pool keeps its connections.
struct Slot {
    pool: Weak<Pool>,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Its task has not run yet.
    Planned,
    Connecting,
    Connected,
}

impl Slot {
    /// Opens a connection for the calls that wait.
    async fn connect(mut self, pool: Arc<Pool>) {
        self.phase = Phase::Connecting;
        let connected = match pool.connector.connect(&pool.target, &pool.route).await {
            Ok(io) => handshake(io).await,
            Err(cause) => Err(cause),
        };
        self.phase = Phase::Connected;
        match connected {
            Ok((sender, connection)) => {
                pool.state().connections.connected();
                let task = tokio::spawn(async move {
                    // Errors reach the call that uses the connection.
                    let _ = connection.await;
                    drop(self);
                });
                let expires = Instant::now() + pool.settings.max_age.mul_f64(1.0 - fastrand::f64() / 5.0);
                pool.pass_on(Connection::new(sender, task.abort_handle(), expires));
                pool.open();
            }
            Err(cause) => {
                let waiting = pool.state().connections.failed();
                // Who has left meanwhile does not need the cause.
                let _ = waiting.map(|waiting| waiting.send(Err(cause)));
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(pool) = self.pool.upgrade() else { return };
        let mut state = pool.state();
        if self.phase != Phase::Connected {
            state.connections.connected();
        }
        state.connections.closed();
        drop(state);
        // A task that never ran was dropped by a runtime that shuts down, and so would be the next one.
        if self.phase != Phase::Planned {
            pool.open();
        }
    }
}
