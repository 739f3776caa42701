//! Caps the log level of libraries, whatever the configured filter says.
//!
//! At `debug` and `trace`, libraries log requests, responses and headers: keys, values and tokens. We have reviewed
//! their

use tracing::Metadata;
use tracing_subscriber::filter::{FilterFn, LevelFilter, filter_fn};

use crate::config;

/// Accepts all of DynaKV's lines and spans, and those of libraries at the harmless levels.
pub(super) fn capped() -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    let is_harmless = |line: &Metadata<'_>| *line.level() <= config::LIBRARIES_LEVEL || config::is_own(line.target());
    // Without the hint, every line of every library would run through the filter.
    filter_fn(is_harmless).with_max_level_hint(LevelFilter::TRACE)
}
