//! Batches of entries and of items: converts requests to operations and outcomes to responses.
//!
//! The requests of entries are in `get_entries` and `write_entries`, those of items in `get_items` and `write_items`. `answers`
//! packs what was read into messages, `results` makes the response to a write, and `failures` the statuses in both.

mod answers;
mod count;
mod failures;
mod get_entries;
mod get_items;
mod results;
mod write_entries;
mod write_items;

pub(crate) use answers::{AnswerMessage, last_message, messages};
pub(super) use count::MAX_BATCH;
pub(crate) use failures::StatusBudget;
pub(crate) use get_entries::BatchGet;
pub(crate) use results::write_response;
pub(crate) use write_entries::BatchWrite;

#[cfg(test)]
mod tests;
