//! Caps the log level of libraries, whatever the configured filter says.
//!
//! At `debug` and `trace`, libraries log requests, responses and headers: keys, values and tokens. Their `info`, `warn`
//! and `error` lines were reviewed and contain none of that (aws-config 1.13, aws-runtime 1.10, aws-smithy-runtime
//! 1.16, hyper 1.12, hyper-util 0.1.21, h2 0.4.20, rustls 0.23, tonic 0.14.9, tower 0.5,
//! dynoxide-rs 3.2). New libraries get the same cap without being listed.

use tracing::Metadata;
use tracing_subscriber::filter::{FilterFn, LevelFilter, filter_fn};

use crate::config;

/// Accepts all of DynaKV's lines and spans, and those of libraries at the harmless levels.
pub(super) fn capped() -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    let is_harmless = |line: &Metadata<'_>| *line.level() <= config::LIBRARIES_LEVEL || config::is_own(line.target());
    // Without the hint, every line of every library would run through the filter.
    filter_fn(is_harmless).with_max_level_hint(LevelFilter::TRACE)
}
