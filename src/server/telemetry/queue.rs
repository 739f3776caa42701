//! A queue of log lines, bounded in bytes.
//!
//! Why not the crate tracing-appender: it limits only the number of lines, and if its queue is still full when the
//! process exits, it reports that with `println!`, which blocks or panics on the very pipe that nobody reads
//! (`WorkerGuard::drop` in its release 0.2.5).

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;

/// Longer lines are truncated. Only a library or an error of the operating system can produce one.
pub(super) const MAX_LINE_BYTES: usize = 8 << 10;

/// Memory of a line beside its text.
const OVERHEAD_BYTES: usize = 64;

/// Accepts lines from every thread without blocking.
#[derive(Debug)]
pub(super) struct Queue {
    max_bytes: usize,
    state: Mutex<State>,
    /// Signals a new line, or that the writer should check its reports.
    filled: Condvar,
    /// Signals that the writer is done with a line.
    emptied: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<Box<[u8]>>,
    bytes: usize,
    is_writing: bool,
    is_woken: bool,
    dropped: u64,
}

impl Queue {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, state: Mutex::default(), filled: Condvar::new(), emptied: Condvar::new() }
    }

    /// Queues a line, or drops and counts it.
    pub(super) fn push(&self, line: &[u8]) {
        let mut state = self.state();
        let bytes = line.len() + OVERHEAD_BYTES;
        if state.bytes + bytes > self.max_bytes {
            state.dropped += 1;
            return;
        }
        state.bytes += bytes;
        state.lines.push_back(line.into());
        drop(state);
        self.filled.notify_one();
    }

    /// The next line. The caller reports its fate with [`Queue::written`]. `None` if the queue was woken or `timeout`
    /// is over.
    pub(super) fn next(&self, timeout: Option<Duration>) -> Option<Box<[u8]>> {
        let idle = |state: &mut State| state.lines.is_empty() && !state.is_woken;
        let mut state = match timeout {
            None => self.filled.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner),
            Some(timeout) => {
                let waited = self.filled.wait_timeout_while(self.state(), timeout, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.is_woken = false;
        let line = state.lines.pop_front()?;
        state.bytes -= line.len() + OVERHEAD_BYTES;
        state.is_writing = true;
        Some(line)
    }

    /// Reports that the line from [`Queue::next`] was written, or lost.
    pub(super) fn written(&self, is_lost: bool) {
        let mut state = self.state();
        state.is_writing = false;
        state.dropped += u64::from(is_lost);
        drop(state);
        self.emptied.notify_all();
    }

    /// Makes the writer check its reports.
    pub(super) fn wake(&self) {
        self.state().is_woken = true;
        self.filled.notify_one();
    }

    /// Whether there are unreported dropped lines.
    pub(super) fn has_dropped(&self) -> bool {
        self.state().dropped > 0
    }

    /// The number of dropped lines since the last call. `None` also while the queue is more than half full: the report
    /// itself would soon be dropped.
    pub(super) fn take_dropped(&self) -> Option<u64> {
        let mut state = self.state();
        let has_room = state.bytes <= self.max_bytes / 2;
        (has_room && state.dropped > 0).then(|| std::mem::take(&mut state.dropped))
    }

    /// Waits until all lines are written, but at most for `timeout`.
    pub(super) fn flush(&self, timeout: Duration) {
        let until = Instant::now() + timeout;
        let mut state = self.state();
        while state.is_writing || !state.lines.is_empty() {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return };
            state = self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Every change is a single step, so a poisoned lock is still consistent.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The subscriber's end of the queue. It writes each line with one `write`.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    queue: Arc<Queue>,
    format: LogFormat,
}

impl Lines {
    pub(super) fn new(queue: Arc<Queue>, format: LogFormat) -> Self {
        Self { queue, format }
    }
}

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.len() <= MAX_LINE_BYTES {
            self.queue.push(line);
        } else {
            self.queue.push(cut(line, self.format).as_bytes());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Truncates a line that is too long. JSON output wraps the text in an object of its own, because a truncated object
/// would be invalid.
fn cut(line: &[u8], format: LogFormat) -> String {
    let begin = String::from_utf8_lossy(line.get(..MAX_LINE_BYTES / 2).unwrap_or(line));
    match format {
        LogFormat::Text => format!("{begin}… ({} bytes, cut)\n", line.len()),
        LogFormat::Json => format!("{}\n", serde_json::json!({ "cut": begin, "bytes": line.len() })),
    }
}
