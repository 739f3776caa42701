//! Calls to DynamoDB without the AWS SDK's orchestration.

mod endpoint;
mod sign;
