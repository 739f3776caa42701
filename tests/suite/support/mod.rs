//! What the tests stand on: DynamoDB Local, faults on the way to DynamoDB, and a clock that tests move.

pub(crate) mod clock;
pub(crate) mod dynamodb_local;
pub(crate) mod faults;
