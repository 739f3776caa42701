//! The one place that knows DynamoDB's error codes.
//!
//! Sources: "Error handling with DynamoDB" in the Amazon DynamoDB Developer Guide; the error lists of each action, and "Common
//! Error Types", in the Amazon DynamoDB API Reference; the lists of codes of the AWS SDK for Rust (`aws-runtime`,
//! `retries/classifiers.rs` and `service_clock_skew.rs`), which are those of all AWS SDKs.

mod codes;
mod refusal;
mod sdk;

pub(super) use self::refusal::{Refusal, has_error_type};
