//! DynaKV as a library: entries through the driver, and a PartiQL statement, which DynaKV does not cover, through the AWS
//! SDK client that the driver uses.
//!
//! ```sh
//! cargo run --example partiql
//! ```
//!
//! It runs on the embedded engine, in memory. Over AWS only the client is another one: see `examples/library`.

use std::error::Error;

use aws_sdk_dynamodb::types::AttributeValue;
use dynakv::driver::{Backend, Deadline, Driver, Options, Runtime};
use dynakv::embedded::{Engine, Location};
use dynakv::model::{Key, RequestId, Set, SetExpiry, TableSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let driver = open()?;
    fill(&driver).await?;
    for key in keys_that_begin_with(&driver, "users", "user-").await? {
        println!("{key}");
    }
    Ok(())
}

/// A driver with one table, which DynamoDB knows by another name than callers.
pub(crate) fn open() -> Result<Driver, Box<dyn Error>> {
    let engine = Engine::open(&Location::Memory)?;
    let users = TableSpec { physical_name: "prod-users".to_owned(), ..TableSpec::named("users") };
    let options = Options { backend: Backend::Embedded, ..Options::from(Runtime::system()) };
    Ok(Driver::new(engine.connection(), vec![users], options))
}

/// Makes the table, and writes some entries.
pub(crate) async fn fill(driver: &Driver) -> Result<(), Box<dyn Error>> {
    let deadline = Deadline::after(dynakv::driver::DEFAULT_TIMEOUT);
    driver.ensure_table("users", deadline).await?;
    let users = driver.key_values("users", deadline).await?;
    for (key, name) in [("user-1", "Ada"), ("user-2", "Grace"), ("visits", "7")] {
        let set = Set {
            key: Key::try_from(key.to_owned())?,
            value: name.into(),
            expiry: SetExpiry::Never,
            return_previous: false,
            request_id: RequestId::parse_or_new("")?,
        };
        users.set(&set).await?;
    }
    Ok(())
}

/// The keys of a table that begin like this, by a PartiQL statement.
///
/// The names of the table and of its attributes are those that the driver was given. The statement goes straight to
/// DynamoDB: retries, and leaving out what has expired, are up to whoever sends it.
pub(crate) async fn keys_that_begin_with(
    driver: &Driver,
    table: &str,
    prefix: &str,
) -> Result<Vec<String>, Box<dyn Error>> {
    let table = driver.tables().find(|spec| spec.name == table).ok_or("no such table")?;
    let (name, key) = (quoted(&table.physical_name), quoted(&table.attributes.key));
    let statement = format!("SELECT {key} FROM {name} WHERE begins_with({key}, ?)");
    let request = driver.client().execute_statement().statement(statement);
    let answer = request.parameters(AttributeValue::S(prefix.to_owned())).send().await?;
    let key = |item: &std::collections::HashMap<String, AttributeValue>| {
        item.get(&table.attributes.key).and_then(|key| key.as_s().ok().cloned())
    };
    Ok(answer.items().iter().filter_map(key).collect())
}

/// As one name in a PartiQL statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
