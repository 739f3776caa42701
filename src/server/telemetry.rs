//! The log.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// Sends log lines to standard error. Leaves a subscriber that is there already, such as that of a test, in place.
pub fn init(log: &Log) {
    let stderr = std::io::stderr;
    // A line that cannot be written would otherwise be reported by `eprintln!`, which panics on the same broken pipe.
    let lines = tracing_subscriber::fmt().log_internal_errors(false);
    let lines = lines.with_env_filter(filter(&log.level)).with_writer(stderr);
    let installed = match log.format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).finish().try_init(),
        LogFormat::Json => lines.json().finish().try_init(),
    };
    if let Err(error) = installed {
        tracing::debug!(%error, "logging was set up before");
    }
}

/// A bare level is that of our own lines. Libraries warn of what DynaKV handles and reports in its own words, the AWS
/// configuration for example of every place where it finds no credentials.
fn filter(level: &str) -> EnvFilter {
    match level.parse::<LevelFilter>() {
        Ok(level) => EnvFilter::new(format!("error,dynakv={level}")),
        Err(_) => EnvFilter::new(level),
    }
}
