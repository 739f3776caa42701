//! The log on standard error. It blocks nobody, and no caller can flood it.
//!
//! ```text
//! event -> levels      the configured filter; libraries are capped at a level without payloads
//!       -> sampling    a few lines a second per caller and call site
//!       -> format      text or JSON
//!       -> queue       bounded in bytes; when full, it drops and counts lines
//!       -> thread      writes to standard error; only this thread blocks when nobody reads
//! ```
//!
//! The limits apply here and not where lines are logged, so they cover every new line in the code. `debug` and `trace`
//! lines are not sampled, because whoever enables them wants all of them; only the queue limits them.

mod caller;
mod libraries;
mod panics;
mod queue;
mod sampling;
#[cfg(test)]
mod tests;
mod writer;

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Dispatch;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, LevelFilter};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use caller::{as_caller, caller_scope};

use crate::config::{Log, LogFormat};
use queue::{Lines, Queue};
use sampling::{Samples, Sampling};
use writer::Reports;

/// How long the process waits for its last lines to be written when it exits.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The log of this process.
#[derive(Debug)]
pub struct Output {
    queue: Arc<Queue>,
    reports: Arc<Reports>,
}

/// Sets up the log of the process and the panic hook. Keeps an existing subscriber, such as that of a test.
///
/// # Errors
/// The writer thread cannot be started.
pub fn init(log: &Log) -> io::Result<Output> {
    let queue = Arc::new(Queue::new(log.queue_bytes.try_into().unwrap_or(usize::MAX)));
    let start = Instant::now();
    let wake = Arc::clone(&queue);
    let samples = Arc::new(Samples::new(
        log.caller_lines_per_second,
        log.lines_per_second,
        Box::new(move || start.elapsed()),
        Box::new(move || wake.wake()),
    ));
    let reports = Arc::new(Reports::new(Arc::clone(&queue), Arc::clone(&samples)));
    writer::spawn(Arc::clone(&queue), Arc::clone(&reports), io::stderr())?;

    let lines = Lines::new(Arc::clone(&queue), log.format);
    match subscriber(log, lines, samples, io::stderr().is_terminal()).try_init() {
        Ok(()) => panics::log_locations_only(),
        Err(error) => tracing::debug!(%error, "logging was set up before"),
    }
    Ok(Output { queue, reports })
}

/// The subscriber: from the filters to the queue.
fn subscriber(log: &Log, lines: Lines, samples: Arc<Samples>, is_terminal: bool) -> impl Into<Dispatch> {
    let admitted = levels(&log.level).and(libraries::capped()).and(Sampling(samples));
    // Otherwise tracing-subscriber reports its own errors with `eprintln!`.
    let layer = tracing_subscriber::fmt::layer().log_internal_errors(false).with_writer(lines);
    let layer = match log.format {
        LogFormat::Text => layer.with_ansi(is_terminal).with_filter(admitted).boxed(),
        LogFormat::Json => layer.json().with_filter(admitted).boxed(),
    };
    registry().with(layer)
}

impl Output {
    /// Closes the log when the process exits: logs pending reports, then `last_words`, and waits a moment until all is
    /// written. It does not wait for a reader that does not read.
    pub fn close(&self, last_words: Option<&str>) {
        self.reports.make();
        if let Some(words) = last_words {
            self.queue.push(words.as_bytes());
        }
        self.queue.flush(CLOSE_TIMEOUT);
    }
}

/// A bare level applies to our own lines. Libraries warn about things that DynaKV handles and reports itself; the AWS
/// configuration warns about every place without credentials.
fn levels(level: &str) -> EnvFilter {
    match level.parse::<LevelFilter>() {
        Ok(level) => EnvFilter::new(format!("error,dynakv={level}")),
        Err(_) => EnvFilter::new(level),
    }
}
