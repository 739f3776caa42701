//! Behaviour that all backends share: each test runs unchanged, over gRPC, on the embedded engine in memory and on
//! disk, and on Amazon's DynamoDB Local; and once through the AWS SDK instead of the lean client.

mod bad_input;
mod batch_get;
mod batch_write;
mod counters;
mod delete;
mod expected;
mod expiry;
mod grove;
mod items;
mod limits;
mod list_keys;
mod odd_inputs;
mod orders;
mod own_versions;
mod page_tokens;
mod query;
mod retries;
mod scan;
mod set;
mod tables;
mod transact;
mod ttl;

/// Generates a test for each backend from each `async fn(World)`.
macro_rules! on_every_backend {
    ($($test:ident),+ $(,)?) => {
        mod embedded_in_memory {
            $(#[tokio::test] async fn $test() { super::$test(crate::support::World::embedded_in_memory().await).await })+
        }
        mod embedded_on_disk {
            $(#[tokio::test] async fn $test() { super::$test(crate::support::World::embedded_on_disk().await).await })+
        }
        mod dynamodb_local {
            $(#[tokio::test] async fn $test() { super::$test(crate::support::World::dynamodb_local().await).await })+
        }
        mod through_the_sdk {
            $(#[tokio::test] async fn $test() { super::$test(crate::support::World::through_the_sdk().await).await })+
        }
    };
}
pub(crate) use on_every_backend;
