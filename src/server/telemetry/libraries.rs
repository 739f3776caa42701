//! What libraries may log, whatever the filter of the operator says.
//!
//! At `debug` and `trace` the libraries under DynaKV show requests, answers and headers: keys, values and tokens. Their
//! `info`, `warn` and `error` lines were read (aws-config 1.13, aws-runtime 1.10, aws-smithy-runtime 1.16,
//! aws-smithy-http-client 1.5, hyper 1.12, hyper-util 0.1.21, h2 0.4.20, rustls 0.23, tonic 0.14.9, tower 0.5, dynoxide-rs
//! 3.2) and show none of that. A library that is added gets the same cap without being named.

use tracing::Metadata;
use tracing_subscriber::filter::{FilterFn, LevelFilter, filter_fn};

use crate::config;

/// Lets through what is DynaKV's own, and the harmless levels of everything else, spans included.
pub(super) fn capped() -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    let is_harmless = |line: &Metadata<'_>| *line.level() <= config::LIBRARIES_LEVEL || config::is_own(line.target());
    // Without the hint, the filter would be asked about every line of every library.
    filter_fn(is_harmless).with_max_level_hint(LevelFilter::TRACE)
}
