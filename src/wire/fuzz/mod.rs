//! What the fuzzers run: functions of arbitrary bytes that panic if something does not hold.
//!
//! Behind the feature `fuzz-internals`, which promises nothing. `make fuzz` runs them under libFuzzer; the tests below run
//! them over random bytes and over the corpus in `fuzz/corpus`, on a stable compiler and for some seconds.
#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic is how a fuzz target reports")]

mod choices;
mod expression;
mod page_token;
mod prescan;
mod requests;
#[cfg(test)]
mod tests;

pub use self::expression::expression;
pub use self::page_token::page_token;
#[cfg(test)]
pub(super) use self::prescan::requested;
pub use self::prescan::{prescan, prescan_of_structure};
#[cfg(test)]
pub(super) use self::requests::Request;
