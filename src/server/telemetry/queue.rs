//! Lines on their way to a writer, bounded in bytes.
//!
//! Our own instead of the crate tracing-appender: that one bounds only the number of lines, and when its queue is still full at
//! the end of the process, it says so by `println!`, which blocks or panics on the very pipe that nobody reads
//! (`WorkerGuard::drop` in its release 0.2.5).

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;

/// A line that is longer is cut. Only a library or an error of the operating system could make one.
pub(super) const MAX_LINE_BYTES: usize = 8 << 10;

/// What a line takes beside its text.
const OVERHEAD_BYTES: usize = 64;

/// Takes lines from every thread and never makes one wait.
#[derive(Debug)]
pub(super) struct Queue {
    max_bytes: usize,
    state: Mutex<State>,
    /// There is a line, or the writer is to look after its reports.
    filled: Condvar,
    /// A line was taken out of the writer's hands.
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

    /// Takes a line, or drops and counts it.
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

    /// The next line, of which the caller says by [`Queue::written`] what became of it. None: the queue was woken, or
    /// nothing came in time.
    pub(super) fn next(&self, patience: Option<Duration>) -> Option<Box<[u8]>> {
        let idle = |state: &mut State| state.lines.is_empty() && !state.is_woken;
        let mut state = match patience {
            None => self.filled.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = self.filled.wait_timeout_while(self.state(), patience, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.is_woken = false;
        let line = state.lines.pop_front()?;
        state.bytes -= line.len() + OVERHEAD_BYTES;
        state.is_writing = true;
        Some(line)
    }

    /// The line that [`Queue::next`] gave was written, or it is lost.
    pub(super) fn written(&self, is_lost: bool) {
        let mut state = self.state();
        state.is_writing = false;
        state.dropped += u64::from(is_lost);
        drop(state);
        self.emptied.notify_all();
    }

    /// Has the writer look after its reports.
    pub(super) fn wake(&self) {
        self.state().is_woken = true;
        self.filled.notify_one();
    }

    /// Whether lines were dropped that nobody was told of.
    pub(super) fn has_dropped(&self) -> bool {
        self.state().dropped > 0
    }

    /// How many lines were dropped since this was last asked. None also while the queue is more than half full: a line that
    /// says so would soon be dropped, too.
    pub(super) fn take_dropped(&self) -> Option<u64> {
        let mut state = self.state();
        let has_room = state.bytes <= self.max_bytes / 2;
        (has_room && state.dropped > 0).then(|| std::mem::take(&mut state.dropped))
    }

    /// Waits until every line is written, but not longer than `patience`.
    pub(super) fn flush(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut state = self.state();
        while state.is_writing || !state.lines.is_empty() {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return };
            state = self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A panic while it was locked left nothing half done: each change is made as a whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the queue that the subscriber writes its lines into, each with one call of `write`.
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

/// The beginning of a line that is too long. In JSON it is the text of an object of its own, since half an object is none.
fn cut(line: &[u8], format: LogFormat) -> String {
    let begin = String::from_utf8_lossy(line.get(..MAX_LINE_BYTES / 2).unwrap_or(line));
    match format {
        LogFormat::Text => format!("{begin}… ({} bytes, cut)\n", line.len()),
        LogFormat::Json => format!("{}\n", serde_json::json!({ "cut": begin, "bytes": line.len() })),
    }
}
