use dynakv::driver::{DEFAULT_TIMEOUT, Deadline, Driver, Runtime};
use dynakv::model::TableSpec;

use crate::support::dynamodb_local::{DynamoDbLocal, unique_name};

/// Creates a table in DynamoDB Local as DynaKV needs it, with a unique name.
pub(crate) async fn make_table() -> String {
    let name = unique_name("entries");
    let local = DynamoDbLocal::shared().await;
    let connection = local.connection(local.network());
    let driver = Driver::new(connection, vec![TableSpec::named(name.as_str())], Runtime::system());
    driver.ensure_table(&name, Deadline::after(DEFAULT_TIMEOUT)).await.unwrap();
    name
}
