//! What signals do to the server.

use std::io;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The signals that end the process, and those that would without a drain if nobody listened to them.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    user1: Signal,
    user2: Signal,
    ending: Ending,
}

impl Signals {
    /// From now on none of them ends the process by itself. A signal within `window` of the first one repeats it.
    pub(super) fn new(window: Duration) -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            user1: signal(SignalKind::user_defined1())?,
            user2: signal(SignalKind::user_defined2())?,
            ending: Ending { window, first: None },
        })
    }

    /// Resolves at a signal to end.
    pub(super) async fn end(&mut self) {
        loop {
            let ignored = tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => "SIGHUP",
                _ = self.user1.recv() => "SIGUSR1",
                _ = self.user2.recv() => "SIGUSR2",
            };
            tracing::info!(signal = ignored, "a signal that has no meaning here is ignored");
        }
    }

    /// Drops `stop` at the first signal to end, and resolves at one that does not only repeat it.
    pub(super) async fn stop_twice(&mut self, stop: oneshot::Sender<()>) {
        let mut stop = Some(stop);
        loop {
            self.end().await;
            match self.ending.heed(Instant::now()) {
                Heed::Drain => drop(stop.take()),
                Heed::Repeated => tracing::info!("a signal that repeats the one before is ignored"),
                Heed::EndNow => break,
            }
        }
        tracing::warn!("stopped at once by a second signal");
    }
}

/// What a signal to end asks for.
#[derive(Debug, PartialEq, Eq)]
enum Heed {
    Drain,
    Repeated,
    EndNow,
}

/// The signals to end so far. `timeout` sends two, one to the process and one to its group, and a terminal and a supervisor
/// may each send one: they mean the same.
#[derive(Debug)]
struct Ending {
    window: Duration,
    first: Option<Instant>,
}

impl Ending {
    fn heed(&mut self, now: Instant) -> Heed {
        match self.first {
            None => {
                self.first = Some(now);
                Heed::Drain
            }
            Some(first) if now.saturating_duration_since(first) < self.window => Heed::Repeated,
            Some(_) => Heed::EndNow,
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
        let mut ending = Ending { window: Duration::from_secs(2), first: None };
        assert_eq!(ending.heed(first), Heed::Drain);
        for ms in [0, 5, 1_999] {
            assert_eq!(ending.heed(after(ms)), Heed::Repeated, "{ms}");
        }
        assert_eq!(ending.heed(after(2_000)), Heed::EndNow);

        let mut ending = Ending { window: Duration::ZERO, first: None };
        assert_eq!(ending.heed(first), Heed::Drain);
        assert_eq!(ending.heed(first), Heed::EndNow);
    }
}
