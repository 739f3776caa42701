use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::process::ProcessId;

/// Sampling period.
const PERIOD: Duration = Duration::from_millis(20);

/// Samples the memory of a server on a separate thread, and kills the server if it takes too much.
#[derive(Debug)]
pub(super) struct Meter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    peak_kib: AtomicU64,
    is_over: AtomicBool,
    was_killed: AtomicBool,
}

impl Meter {
    pub(super) fn start(id: ProcessId, kill_above_mib: u64) -> Self {
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            while !seen.is_over.load(Ordering::Relaxed) {
                let Ok(usage) = id.usage() else { return };
                seen.peak_kib.fetch_max(usage.resident_kib, Ordering::Relaxed);
                if usage.resident_kib > kill_above_mib << 10 {
                    seen.was_killed.store(kill(id), Ordering::Relaxed);
                    return;
                }
                thread::sleep(PERIOD);
            }
        });
        Self { shared, thread: Some(thread) }
    }

    /// The highest sample.
    pub(super) fn peak_kib(&self) -> u64 {
        self.shared.peak_kib.load(Ordering::Relaxed)
    }

    pub(super) fn was_killed(&self) -> bool {
        self.shared.was_killed.load(Ordering::Relaxed)
    }
}

fn kill(id: ProcessId) -> bool {
    let ProcessId::Other(id) = id else { return false };
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    id.is_some_and(|id| kill_process(id, Signal::KILL).is_ok())
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Ignore a panic of the thread.
            let _joined = thread.join();
        }
    }
}
