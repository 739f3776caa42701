//! The test suite: a single binary, so that it is linked once and starts DynamoDB Local once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "clippy.toml allows them in test functions only; what the tests stand on reports by panicking, too"
)]

mod binary;
mod bounds;
mod client_examples;
mod completeness;
mod conformance;
mod echo;
mod examples;
mod expressions;
mod faults;
mod histories;
mod server;
mod support;
#[cfg(feature = "faults")]
mod vectors;
