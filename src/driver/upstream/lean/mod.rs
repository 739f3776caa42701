//! The client of the ten actions that calls are made of, without the AWS SDK's orchestration.

mod json;
