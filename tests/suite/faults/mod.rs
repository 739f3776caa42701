//! What becomes of a call when DynamoDB, or the way to it, fails.

mod ambiguous;
mod batches;
mod coalescing;
mod deadline;
mod pages;
mod tables;
mod throttled;
mod transactions;
mod unambiguous;
