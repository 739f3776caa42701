//! Runs the examples of the library.

#[path = "../../examples/partiql.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod partiql;

#[tokio::test]
async fn partiql_goes_through_the_client_of_the_driver() {
    let driver = partiql::open().unwrap();
    partiql::fill(&driver).await.unwrap();
    let mut keys = partiql::keys_that_begin_with(&driver, "users", "user-").await.unwrap();
    keys.sort();
    assert_eq!(keys, ["user-1", "user-2"]);
}
