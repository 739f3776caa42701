//! The driver alone: sessions in a DynamoDB table, without the server, the command line and the embedded engine.
//!
//! ```sh
//! AWS_ENDPOINT_URL=http://127.0.0.1:8000 cargo run --package dynakv-example-library
//! ```
//!
//! It takes region, credentials and endpoint from the ordinary AWS configuration, and creates the table `sessions` if it is
//! missing.

use std::error::Error;
use std::sync::Arc;

use aws_config::BehaviorVersion;
use dynakv::driver::network::{self, Network};
use dynakv::driver::{
    BatchOperation, BatchOutcome, Connection, Consistency, DEFAULT_TIMEOUT, Deadline, Driver, Found, KeyValues,
    Runtime, Swap, transport,
};
use dynakv::model::{CompareAndSet, Expected, Key, RequestId, Set, SetExpiry, TableSpec, Ttl, Version};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let driver = open(connection().await, TableSpec::named("sessions")).await?;
    for line in run(&driver).await? {
        println!("{line}");
    }
    Ok(())
}

/// A connection with the ordinary AWS configuration of this machine.
async fn connection() -> Connection {
    let network = Arc::new(Network::new(network::Settings::default()));
    // Sources of credentials need an HTTP client as well, and so do calls about tables.
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(transport::http_client(network.clone()));
    // The future of the configuration takes 11 kB.
    let config = Box::pin(config.load()).await;
    Connection::lean(&config, network)
}

/// A driver for one table, which exists afterwards.
pub(crate) async fn open(connection: impl Into<Connection>, table: TableSpec) -> Outcome<Driver> {
    let driver = Driver::new(connection, vec![table], Runtime::system());
    driver.ensure_table("", Deadline::after(DEFAULT_TIMEOUT)).await?;
    Ok(driver)
}

/// Every kind of call once, with a line about each.
pub(crate) async fn run(driver: &Driver) -> Outcome<Vec<String>> {
    let sessions = driver.key_values("", Deadline::after(DEFAULT_TIMEOUT)).await?;
    let version = begin(&sessions, "session-1").await?;
    let renamed = rename(&sessions, "session-1", version.clone(), "Grace").await?;
    let again = rename(&sessions, "session-1", version, "Joan").await?;
    let entry = sessions.get(&key("session-1")?, Consistency::Strong).await?.ok_or("the session is gone")?;
    let value = entry.value.ok_or("the session has no value")?.into_bytes();
    let begun = begin_many(&sessions, &["session-2", "session-3"]).await?;
    let found = count(&sessions, &["session-1", "session-2", "session-3", "session-4"]).await?;
    Ok(vec![
        format!("renamed: {renamed}, with the old version: {again}"),
        format!("session-1 belongs to {}, expires: {}", String::from_utf8_lossy(&value), entry.expire_time.is_some()),
        format!("begun in one batch: {begun}, found in one batch: {found} of 4"),
    ])
}

/// Writes a session that expires in half an hour.
async fn begin(sessions: &KeyValues, session: &str) -> Outcome<Version> {
    let (written, _) = sessions.set(&set(session)?).await?;
    Ok(written.version)
}

/// Gives a session another user, unless somebody else has changed it since it had this version.
async fn rename(sessions: &KeyValues, session: &str, version: Version, user: &'static str) -> Outcome<bool> {
    let change = CompareAndSet {
        key: key(session)?,
        value: user.into(),
        expiry: SetExpiry::Keep,
        expected: Expected::Version(version),
        return_current: false,
        request_id: RequestId::parse_or_new("")?,
    };
    Ok(matches!(sessions.compare_and_set(&change).await?, Swap::Swapped(_)))
}

/// Writes many sessions; how many are written. Each one has an outcome of its own.
async fn begin_many(sessions: &KeyValues, names: &[&str]) -> Outcome<usize> {
    let sets: Outcome<Vec<_>> = names.iter().map(|name| Ok(BatchOperation::Set(set(name)?))).collect();
    let batch = sessions.batch_write(sets?, false).await?;
    Ok(batch.outcomes.iter().filter(|outcome| matches!(outcome, BatchOutcome::Written(_))).count())
}

/// How many of these sessions there are. Answers come as DynamoDB gives them, each with the position of its key.
async fn count(sessions: &KeyValues, names: &[&str]) -> Outcome<usize> {
    let keys: Outcome<Vec<Key>> = names.iter().map(|name| key(name)).collect();
    let mut reading = sessions.batch_get(keys?, Consistency::Strong, false);
    let mut found = 0;
    while let Some(answers) = reading.next().await {
        found += answers.iter().filter(|(_, answer)| matches!(answer, Found::Item(_))).count();
    }
    Ok(found)
}

fn set(session: &str) -> Outcome<Set> {
    Ok(Set {
        key: key(session)?,
        value: "Ada".into(),
        expiry: SetExpiry::After(Ttl::from_parts(30 * 60, 0)?),
        return_previous: false,
        request_id: RequestId::parse_or_new("")?,
    })
}

fn key(text: &str) -> Outcome<Key> {
    Ok(Key::try_from(text.to_owned())?)
}
