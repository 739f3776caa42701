//! Counts what each limit refused.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;

use crate::driver::Runtime;

/// How often new refusals are logged.
const REPORT_PERIOD: Duration = Duration::from_mins(1);

/// What was refused and by which limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// A connection beyond `connections.max`.
    Connection,
    /// A connection that did not send the HTTP/2 preface in time, or was closed in favour of another one.
    Preface,
    /// Headers beyond `limits.max_header_list_bytes`.
    Headers,
    /// A body that did not arrive within `limits.body_timeout`.
    Body,
    /// A message beyond the limits of its method.
    Message,
    /// A call beyond a connection's share of `limits.memory`.
    ConnectionMemory,
    /// A call beyond `limits.memory`.
    Memory,
    /// A call beyond a connection's share of `limits.max_in_flight_calls`.
    ConnectionCalls,
    /// A call beyond `limits.max_in_flight_calls`.
    Calls,
    /// A health check, a watch or a reflection stream beyond the limit of one connection.
    Probe,
    /// A response that the client did not read in time.
    Unread,
    /// A connection whose client cancels calls without end.
    Flood,
}

const NAMES: [&str; 12] = [
    "connections",
    "preface",
    "headers",
    "body",
    "message",
    "connection_memory",
    "memory",
    "connection_calls",
    "calls",
    "probes",
    "unread",
    "floods",
];

/// Counts refusals. Clones share the counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusals(Arc<[AtomicU64; NAMES.len()]>);

impl Refusals {
    pub(super) fn count(&self, refused: Refused) {
        if let Some(count) = self.0.get(refused as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The limits that refused something, with their counts.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        NAMES.into_iter().zip(counts.collect::<Vec<_>>()).filter(|(_, count)| *count > 0)
    }

    /// Logs new refusals once a minute, as long as it is polled.
    pub(super) async fn report(&self, runtime: &Runtime) -> Infallible {
        let mut reported = String::new();
        loop {
            runtime.sleep.sleep(REPORT_PERIOD).await;
            let counts: Vec<String> = self.counts().map(|(name, count)| format!("{name}={count}")).collect();
            let counts = counts.join(" ");
            if counts != reported {
                tracing::warn!(refused = counts, "limits have refused work since the start");
                reported = counts;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_has_a_name() {
        let refusals = Refusals::default();
        refusals.count(Refused::Connection);
        refusals.count(Refused::Unread);
        refusals.count(Refused::Unread);
        assert_eq!(refusals.counts().collect::<Vec<_>>(), [("connections", 1), ("unread", 2)]);
    }
}
