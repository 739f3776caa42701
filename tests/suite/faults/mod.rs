//! Calls when DynamoDB or the connection to it fails.

mod ambiguous;
mod batches;
mod clock;
mod coalescing;
mod deadline;
mod descriptions;
mod error_types;
mod item_batches;
mod pages;
mod tables;
mod throttled;
mod transactions;
mod unambiguous;
mod words;

/// The RPCs whose lost answers are tested in the matrix.
pub(crate) use ambiguous::IN_MATRIX;

/// The other RPCs that write, each with the test of its lost answers.
pub(crate) const BESIDE_MATRIX: [(&str, fn()); 3] = [
    ("CreateTable", tables::a_table_that_may_be_ours_is_not_said_to_exist),
    ("EnableTtl", tables::ttl_is_enabled_although_the_answer_is_lost),
    ("DeleteTable", tables::a_table_that_may_be_gone_is_not_said_to_be_missing),
];
