//! Fuzz targets: functions of arbitrary bytes that panic if a property does not hold.
//!
//! Behind the feature `fuzz-internals`, without any promise of stability. `make fuzz` runs them under libFuzzer. The
//! tests below run them on a stable compiler for a few seconds, over random bytes and the corpus in `fuzz/corpus`.
#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic is how a fuzz target reports")]

mod choices;
mod expression;
mod lean_answers;
mod page_token;
mod prescan;
mod requests;
#[cfg(test)]
mod tests;

pub use self::expression::expression;
pub use self::lean_answers::lean_answers;
pub use self::page_token::page_token;
#[cfg(test)]
pub(super) use self::prescan::requested;
pub use self::prescan::{prescan, prescan_of_structure};
#[cfg(test)]
pub(super) use self::requests::Request;
