//! The thread that writes the log and reports missing lines.

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::queue::Queue;
use super::sampling::Samples;

/// Log target of the reports.
pub(super) const TARGET: &str = module_path!();

/// Minimum time between two reports.
const REPORT_PERIOD: Duration = Duration::from_secs(1);

/// Pause when standard error is full and another process has made it non-blocking.
const PAUSE_WHEN_FULL: Duration = Duration::from_millis(10);

/// Reports which lines are missing from the log.
#[derive(Debug)]
pub(super) struct Reports {
    queue: Arc<Queue>,
    samples: Arc<Samples>,
}

impl Reports {
    pub(super) fn new(queue: Arc<Queue>, samples: Arc<Samples>) -> Self {
        Self { queue, samples }
    }

    fn are_due(&self) -> bool {
        self.queue.has_dropped() || self.samples.has_left_out()
    }

    /// Logs the reports like other lines, but unsampled.
    pub(super) fn make(&self) {
        if let Some(log_lines_dropped) = self.queue.take_dropped() {
            tracing::warn!(log_lines_dropped, "the log was not read fast enough, so lines of it are missing");
        }
        if let Some((lines_left_out, most_at)) = self.samples.take_left_out() {
            tracing::warn!(
                lines_left_out,
                most_at,
                "more lines than log.caller_lines_per_second or log.lines_per_second"
            );
        }
    }
}

/// Starts the thread, which runs as long as the process.
pub(super) fn spawn(queue: Arc<Queue>, reports: Arc<Reports>, out: impl Write + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&queue, &reports, out)).map(drop)
}

fn write_all(queue: &Queue, reports: &Reports, mut out: impl Write) {
    let mut reported: Option<Instant> = None;
    let mut is_read = true;
    loop {
        let due = is_read && reports.are_due();
        if let Some(line) = queue.next(due.then_some(REPORT_PERIOD)) {
            is_read = write(&mut out, &line).is_ok();
            queue.written(!is_read);
        }
        // If writing fails, reports would fail too.
        if is_read && reports.are_due() && reported.is_none_or(|last| last.elapsed() >= REPORT_PERIOD) {
            reports.make();
            reported = Some(Instant::now());
        }
    }
}

/// Writes the whole line, however long that takes.
fn write(out: &mut impl Write, mut line: &[u8]) -> io::Result<()> {
    while !line.is_empty() {
        match out.write(line) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => line = line.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE_WHEN_FULL),
            Err(error) => return Err(error),
        }
    }
    out.flush()
}
