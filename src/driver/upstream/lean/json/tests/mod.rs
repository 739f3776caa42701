//! The SDK is the measure: it sends the same requests, and reads the same answers.

mod answers;
mod any;
mod compact;
mod damaged;
mod errors;
mod nesting;
mod recorded;
mod requests;
mod sdk;
mod shapes;

use proptest::test_runner::Config;

/// Nothing is written to the disk, and a failure is not simplified for minutes.
fn config(cases: u32) -> Config {
    Config { failure_persistence: None, max_shrink_iters: 200, ..Config::with_cases(cases) }
}
