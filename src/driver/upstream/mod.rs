//! The only way to DynamoDB: sends requests, classifies failures, and decides on retries.
//!
//! `dispatch` has the only loop over attempts, `send` is the only place that calls the AWS SDK or the lean client, and only
//! `classify` knows DynamoDB's error codes.

mod answers;
mod attempts;
mod budget;
mod cancellation;
mod capacity;
mod classify;
mod connection;
mod dispatch;
mod failure;
mod fields;
mod in_flight;
mod lean;
mod limits;
pub mod network;
mod pacing;
mod send;
mod shared_failure;
pub mod transport;
mod validation;

pub(crate) use answers::PageAnswer;
pub(crate) use attempts::{Attempts, Patience};
pub use cancellation::CancelReason;
pub(crate) use cancellation::{Cancellation, CancellationKind};
pub use capacity::Capacity;
pub use connection::Connection;
pub(crate) use dispatch::{Call, Dispatcher, Effect, Verdict};
pub(crate) use failure::{Failure, FailureKind};
pub(crate) use fields::CallerFields;
pub(crate) use in_flight::{InFlight, Slot};
#[cfg(any(test, feature = "fuzz-internals"))]
pub(crate) use lean::lean_answers;
pub(crate) use limits::{MAX_KEYS_PER_READ, MAX_WRITES_PER_CALL};
pub(crate) use pacing::{Paced, Pacers};
pub(crate) use send::ReadItems;
pub(crate) use shared_failure::SharedFailure;
pub(crate) use validation::{Parameter, Validation, index_key_in};
