//! Calls to DynamoDB without the AWS SDK's orchestration.

mod credentials;
mod endpoint;
mod sign;
