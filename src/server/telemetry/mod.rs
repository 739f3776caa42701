//! The log: lines on standard error, which hold nobody up and which no caller can flood.
//!
//! ```text
//! event -> levels      what the operator asked for; libraries stay at a level at which they show no payload
//!       -> sampling    a few lines a second for each caller and call site
//!       -> format      text or JSON
//!       -> queue       bounded in bytes; a full one drops the line and counts it
//!       -> a thread    writes to standard error, and blocks alone when nobody reads
//! ```
//!
//! The bounds sit here and not where lines are made, so a new line in the code is bounded, too. Lines of the levels `debug`
//! and `trace` are not sampled, because whoever asks for them wants to see them all; only the queue bounds them.

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

/// The longest wait for a reader of the log at the end of the process.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// The log of this process, once it is set up.
#[derive(Debug)]
pub struct Output {
    queue: Arc<Queue>,
    reports: Arc<Reports>,
}

/// Sets up the log of the process, panics included. Leaves a subscriber that is there already, such as that of a test, in
/// place.
///
/// # Errors
/// The thread that writes the log cannot be started.
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
        Ok(()) => panics::log_places_only(),
        Err(error) => tracing::debug!(%error, "logging was set up before"),
    }
    Ok(Output { queue, reports })
}

/// Makes lines of what the code says, from the filters to the queue.
fn subscriber(log: &Log, lines: Lines, samples: Arc<Samples>, is_terminal: bool) -> impl Into<Dispatch> {
    let admitted = levels(&log.level).and(libraries::capped()).and(Sampling(samples));
    // What tracing-subscriber would print of its own failures would go to standard error by `eprintln!`.
    let layer = tracing_subscriber::fmt::layer().log_internal_errors(false).with_writer(lines);
    let layer = match log.format {
        LogFormat::Text => layer.with_ansi(is_terminal).with_filter(admitted).boxed(),
        LogFormat::Json => layer.json().with_filter(admitted).boxed(),
    };
    registry().with(layer)
}

impl Output {
    /// Ends the log of a process that ends: says what is left to say, `last_words` at the end, and waits for a moment until
    /// all is written. A reader that does not read is not waited for.
    pub fn close(&self, last_words: Option<&str>) {
        self.reports.make();
        if let Some(words) = last_words {
            self.queue.push(words.as_bytes());
        }
        self.queue.flush(LAST_WAIT);
    }
}

/// A bare level is that of our own lines. Libraries warn of what DynaKV handles and reports in its own words, the AWS
/// configuration for example of every place where it finds no credentials.
fn levels(level: &str) -> EnvFilter {
    match level.parse::<LevelFilter>() {
        Ok(level) => EnvFilter::new(format!("error,dynakv={level}")),
        Err(_) => EnvFilter::new(level),
    }
}
