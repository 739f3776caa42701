//! The measured targets: makes calls and verifies the responses.

mod connection;
mod gateway;
mod sdk;

use anyhow::{Context, ensure};
use bytes::Bytes;
use dynakv_client::pb as kv;
use tokio::runtime::Handle;

pub(crate) use connection::{Connection, Threads};
pub(crate) use gateway::Gateway;
pub(crate) use sdk::Sdk;

use crate::keyspace::{Entry, Values};
use crate::noop::pb::noop_service_client::NoopServiceClient;
use crate::plan::Operation;

/// A target, with one connection if it uses gRPC. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Gateway(Gateway),
    Noop(Noop),
    Sdk(Sdk),
}

impl Target {
    /// Makes a call with this entry or a batch that starts with it.
    ///
    /// # Errors
    /// The call fails or its response is not exactly as expected.
    pub(crate) async fn call(&mut self, operation: Operation, entry: Entry) -> anyhow::Result<()> {
        match self {
            Self::Gateway(gateway) => gateway.call(operation, entry).await,
            Self::Sdk(sdk) => sdk.call(operation, entry).await,
            Self::Noop(noop) => noop.call(entry).await,
        }
    }

    /// The runtime for its callers: that of its connection, or any if it has none.
    pub(crate) fn home(&self) -> Handle {
        match self {
            Self::Gateway(gateway) => gateway.home(),
            Self::Noop(noop) => noop.home.clone(),
            Self::Sdk(_) => Handle::current(),
        }
    }
}

/// The no-op server, called with the generated stub.
#[derive(Debug, Clone)]
pub(crate) struct Noop {
    stub: NoopServiceClient<Connection>,
    home: Handle,
    values: Values,
}

impl Noop {
    pub(crate) fn new(connection: Connection, values: Values) -> Self {
        Self { home: connection.home.clone(), stub: NoopServiceClient::new(connection), values }
    }

    async fn call(&mut self, entry: Entry) -> anyhow::Result<()> {
        let request = kv::GetRequest { key: entry.key(), ..Default::default() };
        check(self.stub.get(request).await?.into_inner().entry, entry, &self.values)
    }
}

/// Checks that a response contains this entry.
fn check(found: Option<kv::Entry>, entry: Entry, values: &Values) -> anyhow::Result<()> {
    let found = found.context("an entry was not found")?;
    ensure!(found.key == entry.key(), "another entry was found");
    check_value(found.value.as_ref(), entry, values)
}

fn check_value(found: Option<&Bytes>, entry: Entry, values: &Values) -> anyhow::Result<()> {
    ensure!(found == Some(&values.of(entry)), "not the value of {}", entry.key());
    Ok(())
}
