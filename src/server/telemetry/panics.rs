//! Panics: what the log is told of them.

use std::panic::{self, PanicHookInfo};

/// Logs where a panic happened instead of printing it, which would block its thread while nobody reads standard error.
///
/// The message is left out: it may hold a key or a value.
pub(super) fn log_places_only() {
    panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    if let Some(place) = panic.location() {
        tracing::error!(file = place.file(), line = place.line(), thread, "a thread panicked");
    } else {
        tracing::error!(thread, "a thread panicked");
    }
}
