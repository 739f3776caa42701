//! Runs the examples of the library.

#[path = "../../examples/partiql.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod partiql;

#[path = "../../examples/library/src/main.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod library;

use dynakv::model::TableSpec;

use crate::support::dynamodb_local::{DynamoDbLocal, unique_name};

#[tokio::test]
async fn the_driver_alone_serves_a_program() {
    let client = DynamoDbLocal::shared().await.client();
    let table = TableSpec { physical_name: unique_name("sessions"), ..TableSpec::named("sessions") };
    let driver = library::open(client, table).await.unwrap();
    let expected = [
        "renamed: true, with the old version: false",
        "session-1 belongs to Grace, expires: true",
        "begun in one batch: 2, found in one batch: 3 of 4",
    ];
    assert_eq!(library::run(&driver).await.unwrap(), expected);
}

#[tokio::test]
async fn partiql_goes_through_the_client_of_the_driver() {
    let driver = partiql::open().unwrap();
    partiql::fill(&driver).await.unwrap();
    let mut keys = partiql::keys_that_begin_with(&driver, "users", "user-").await.unwrap();
    keys.sort();
    assert_eq!(keys, ["user-1", "user-2"]);
}
