//! Logs panics without their messages.

use std::panic::{self, PanicHookInfo};

/// Logs the location of a panic. The default hook would print, and so block the thread while nobody reads standard
/// error.
///
/// The message is omitted: it may contain a key or a value.
pub(super) fn log_locations_only() {
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
