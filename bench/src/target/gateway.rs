use std::collections::HashMap;

use anyhow::{Context, bail, ensure};
use dynakv_client::pb;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use dynakv_client::pb::transact_write_operation::Kind;
use dynakv_client::pb::{batch_get_result, compare_and_set_response, expected, transact_write_response, value};
use tokio::runtime::Handle;

use super::{Connection, check, check_value};
use crate::keyspace::{Entry, Values};
use crate::plan::{LISTED_BYTES, Operation, PAGE};

/// Maximum size of a message: a BatchGet message has at most 1 MiB and one entry.
const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// The server, called with the generated stub.
#[derive(Debug, Clone)]
pub(crate) struct Gateway {
    entries: KeyValueServiceClient<Connection>,
    items: ItemServiceClient<Connection>,
    home: Handle,
    values: Values,
}

impl Gateway {
    pub(crate) fn new(connection: Connection, values: Values) -> Self {
        let home = connection.home.clone();
        let entries = KeyValueServiceClient::new(connection.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let items = ItemServiceClient::new(connection).max_decoding_message_size(MAX_MESSAGE_BYTES);
        Self { entries, items, home, values }
    }

    pub(crate) fn home(&self) -> Handle {
        self.home.clone()
    }

    pub(crate) async fn call(&mut self, operation: Operation, entry: Entry) -> anyhow::Result<()> {
        match operation {
            Operation::Get => self.get(entry).await,
            Operation::Set => self.set(entry).await,
            Operation::CompareAndSet => self.compare_and_set(entry).await,
            Operation::BatchGet(keys) => self.batch_get(entry, keys).await,
            Operation::TransactWrite(sets) => self.transact_write(entry, sets).await,
            Operation::Query => self.query(entry).await,
            Operation::Scan => self.scan().await,
            Operation::Delete
            | Operation::Increment
            | Operation::GetItem
            | Operation::PutItem
            | Operation::UpdateItem
            | Operation::DeleteItem
            | Operation::BatchWrite(_) => bail!("{operation} is measured from Go"),
        }
    }

    async fn get(&mut self, entry: Entry) -> anyhow::Result<()> {
        let request = pb::GetRequest { key: entry.key(), ..Default::default() };
        check(self.entries.get(request).await?.into_inner().entry, entry, &self.values)
    }

    async fn set(&mut self, entry: Entry) -> anyhow::Result<()> {
        let value = self.values.of(entry);
        let request = pb::SetRequest { key: entry.key(), value, ..Default::default() };
        let response = self.entries.set(request).await?.into_inner();
        ensure!(!response.version.is_empty(), "a Set without a version");
        Ok(())
    }

    async fn compare_and_set(&mut self, entry: Entry) -> anyhow::Result<()> {
        let expected = pb::Expected { kind: Some(expected::Kind::Version("1".to_owned())) };
        let request = pb::CompareAndSetRequest {
            key: entry.key(),
            value: self.values.of(entry),
            expected: Some(expected),
            ..Default::default()
        };
        let response = self.entries.compare_and_set(request).await?.into_inner();
        ensure!(response.outcome() == compare_and_set_response::Outcome::Swapped, "not swapped");
        Ok(())
    }

    async fn batch_get(&mut self, first: Entry, count: usize) -> anyhow::Result<()> {
        let entries: Vec<Entry> = first.batch(count).collect();
        let keys = entries.iter().map(|entry| entry.key()).collect();
        let request = pb::BatchGetRequest { keys, ..Default::default() };
        let mut stream = self.entries.batch_get(request).await?.into_inner();
        let mut found = 0;
        while let Some(response) = stream.message().await? {
            for pb::BatchGetResult { index, result } in response.results {
                let entry = *entries.get(usize::try_from(index)?).context("an answer to no key")?;
                let Some(batch_get_result::Result::Found(answer)) = result else { bail!("an entry was not found") };
                check(Some(answer), entry, &self.values)?;
                found += 1;
            }
        }
        ensure!(found == count, "{found} of {count} keys were answered");
        Ok(())
    }

    async fn transact_write(&mut self, first: Entry, sets: usize) -> anyhow::Result<()> {
        let set = |entry: Entry| {
            let set = pb::TransactSet { key: entry.key(), value: self.values.of(entry), ..Default::default() };
            pb::TransactWriteOperation { kind: Some(Kind::Set(set)), ..Default::default() }
        };
        let operations = first.batch(sets).map(set).collect();
        let request = pb::TransactWriteRequest { operations, ..Default::default() };
        let response = self.entries.transact_write(request).await?.into_inner();
        ensure!(response.outcome() == transact_write_response::Outcome::Committed, "not committed");
        Ok(())
    }

    async fn query(&mut self, entry: Entry) -> anyhow::Result<()> {
        let request = pb::QueryRequest {
            key_condition: "pk = :pk".to_owned(),
            values: HashMap::from([(":pk".to_owned(), text(entry.key()))]),
            page_size: i32::try_from(PAGE)?,
            ..Default::default()
        };
        let response = self.items.query(request).await?.into_inner();
        self.check_page(response.items)
    }

    async fn scan(&mut self) -> anyhow::Result<()> {
        let request = pb::ScanRequest { page_size: i32::try_from(PAGE)?, ..Default::default() };
        let response = self.items.scan(request).await?.into_inner();
        self.check_page(response.items)
    }

    fn check_page(&self, items: Vec<pb::AttributeMap>) -> anyhow::Result<()> {
        ensure!(items.len() == PAGE, "a page of {} items", items.len());
        for (index, pb::AttributeMap { mut fields }) in items.into_iter().enumerate() {
            let entry = Entry { bytes: LISTED_BYTES, index };
            ensure!(fields.remove("pk") == Some(text(entry.key())), "another item was found");
            let value = match fields.remove("val").and_then(|value| value.kind) {
                Some(value::Kind::B(value)) => Some(value),
                _ => None,
            };
            check_value(value.as_ref(), entry, &self.values)?;
        }
        Ok(())
    }
}

fn text(text: String) -> pb::Value {
    pb::Value { kind: Some(value::Kind::S(text)) }
}
