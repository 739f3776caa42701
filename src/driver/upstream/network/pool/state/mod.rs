use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::super::settings::Settings;

/// What can be used again or not.
pub(super) trait Reusable {
    /// Whether it may be used, as far as is known.
    fn is_usable(&self, now: Instant) -> bool;
}

/// The connections `C` to one host, and the calls that wait for one, which are reached by `W`. It only counts: who uses it opens
/// and closes the connections.
#[derive(Debug)]
pub(super) struct State<C, W> {
    limits: Limits,
    /// The one that was used last is at the back.
    idle: VecDeque<Idle<C>>,
    /// In the order of their tickets.
    waiting: VecDeque<(u64, W)>,
    next_ticket: u64,
    /// Connections that are open or being opened.
    open: usize,
    /// Those of them that are being opened.
    connecting: usize,
}

#[derive(Debug)]
struct Limits {
    open: usize,
    connecting: usize,
    idle: usize,
    idle_timeout: Duration,
}

#[derive(Debug)]
struct Idle<C> {
    connection: C,
    since: Instant,
}

impl<C: Reusable, W> State<C, W> {
    pub(super) fn new(settings: &Settings) -> Self {
        let limits = Limits {
            open: settings.max_connections.max(1),
            connecting: settings.max_connecting.max(1),
            idle: settings.max_idle,
            idle_timeout: settings.idle_timeout,
        };
        let (idle, waiting) = (VecDeque::new(), VecDeque::new());
        Self { limits, idle, waiting, next_ticket: 0, open: 0, connecting: 0 }
    }

    /// The connection that was used last, if it can be used. Those that cannot be used are dropped.
    pub(super) fn take(&mut self, now: Instant) -> Option<C> {
        while let Some(idle) = self.idle.pop_back() {
            if now.saturating_duration_since(idle.since) >= self.limits.idle_timeout {
                // The others have been unused for even longer.
                self.idle.clear();
                return None;
            }
            if idle.connection.is_usable(now) {
                return Some(idle.connection);
            }
        }
        None
    }

    /// Keeps a connection until it is taken or its time is over. One too many closes the one unused for the longest time.
    pub(super) fn keep(&mut self, connection: C, now: Instant) {
        self.idle.push_back(Idle { connection, since: now });
        if self.idle.len() > self.limits.idle {
            self.idle.pop_front();
        }
    }

    /// Drops the connections whose time is over, and says when that of the next one will be.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Instant> {
        let timeout = self.limits.idle_timeout;
        while self.idle.front().is_some_and(|idle| now.saturating_duration_since(idle.since) >= timeout) {
            self.idle.pop_front();
        }
        self.idle.front().map(|idle| idle.since + timeout)
    }

    /// Drops all connections that nobody uses.
    pub(super) fn clear(&mut self) {
        self.idle.clear();
    }

    /// Joins the queue.
    pub(super) fn wait(&mut self, waiting: W) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push_back((ticket, waiting));
        ticket
    }

    /// Leaves the queue without a connection.
    pub(super) fn leave(&mut self, ticket: u64) {
        if let Ok(place) = self.waiting.binary_search_by_key(&ticket, |(ticket, _)| *ticket) {
            self.waiting.remove(place);
        }
    }

    /// Who has waited for the longest time. It has left the queue.
    pub(super) fn next(&mut self) -> Option<W> {
        self.waiting.pop_front().map(|(_, waiting)| waiting)
    }

    /// How many connections to open now: one for each call that waits, within the limits. They count as being opened.
    pub(super) fn connect(&mut self) -> usize {
        let wanted = self.waiting.len().saturating_sub(self.connecting);
        let number = wanted.min(self.limits.connecting - self.connecting).min(self.limits.open - self.open);
        self.open += number;
        self.connecting += number;
        number
    }

    /// A connection is not being opened any more. It still counts as open, until [`closed`](Self::closed).
    pub(super) fn connected(&mut self) {
        self.connecting -= 1;
    }

    /// A connection could not be opened. Gives who should hear of it: nobody, if another attempt is going on for each call
    /// that waits.
    pub(super) fn failed(&mut self) -> Option<W> {
        self.connecting -= 1;
        if self.waiting.len() > self.connecting { self.next() } else { None }
    }

    /// A connection has been closed.
    pub(super) fn closed(&mut self) {
        self.open -= 1;
    }

    /// Whether nobody uses or waits for a connection.
    pub(super) fn is_unused(&self) -> bool {
        self.waiting.is_empty() && self.open <= self.idle.len()
    }

    /// Connections that are open or being opened.
    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        self.open
    }

    /// Connections that nobody uses and that may be used.
    #[cfg(test)]
    pub(super) fn usable(&self, now: Instant) -> usize {
        self.idle.iter().filter(|idle| idle.connection.is_usable(now)).count()
    }
}

#[cfg(test)]
mod tests;
