//! The client of the ten actions that calls are made of, without the AWS SDK's orchestration.

mod json;

#[cfg(any(test, feature = "fuzz-internals"))]
pub(crate) use json::lean_answers;
