//! Signal handling of the server.

use std::io;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Handlers for signals that would otherwise end the process without a drain.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    user1: Signal,
    user2: Signal,
    ending: StopSignals,
}

impl Signals {
    /// Installs the handlers. A signal within `window` after the first one counts as the same one.
    pub(super) fn new(window: Duration) -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            user1: signal(SignalKind::user_defined1())?,
            user2: signal(SignalKind::user_defined2())?,
            ending: StopSignals { window, first: None },
        })
    }

    /// Resolves at a signal to stop.
    pub(super) async fn end(&mut self) {
        loop {
            let ignored = tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => "SIGHUP",
                _ = self.user1.recv() => "SIGUSR1",
                _ = self.user2.recv() => "SIGUSR2",
            };
            tracing::info!(signal = ignored, "ignored a signal without a meaning for the server");
        }
    }

    /// Drops `stop` at the first signal to stop, and resolves at a second one outside of the window.
    pub(super) async fn stop_twice(&mut self, stop: oneshot::Sender<()>) {
        let mut stop = Some(stop);
        loop {
            self.end().await;
            match self.ending.on_signal(Instant::now()) {
                Action::Drain => drop(stop.take()),
                Action::Repeated => tracing::info!("a signal that repeats the one before is ignored"),
                Action::EndNow => break,
            }
        }
        tracing::warn!("stopped at once by a second signal");
    }
}

/// What to do for a signal to stop.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    Drain,
    Repeated,
    EndNow,
}

/// The stop signals so far. `timeout` sends two, one to the process and one to its group, and a terminal and a
/// supervisor may send one each. They count as one.
#[derive(Debug)]
struct StopSignals {
    window: Duration,
    first: Option<Instant>,
}

impl StopSignals {
    fn on_signal(&mut self, now: Instant) -> Action {
        match self.first {
            None => {
                self.first = Some(now);
                Action::Drain
            }
            Some(first) if now.saturating_duration_since(first) < self.window => Action::Repeated,
            Some(_) => Action::EndNow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_follows_at_once_is_the_same_one() {
        let first = Instant::now();
        let after = |ms| first + Duration::from_millis(ms);
        let mut ending = StopSignals { window: Duration::from_secs(2), first: None };
        assert_eq!(ending.on_signal(first), Action::Drain);
        for ms in [0, 5, 1_999] {
            assert_eq!(ending.on_signal(after(ms)), Action::Repeated, "{ms}");
        }
        assert_eq!(ending.on_signal(after(2_000)), Action::EndNow);

        let mut ending = StopSignals { window: Duration::ZERO, first: None };
        assert_eq!(ending.on_signal(first), Action::Drain);
        assert_eq!(ending.on_signal(first), Action::EndNow);
    }
}
