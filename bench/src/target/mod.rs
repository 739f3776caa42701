//! Those who are called: each call is made, and its answer compared with what it has to be.

mod gateway;
mod sdk;

use anyhow::{Context, ensure};
use bytes::Bytes;
use dynakv_client::pb as kv;
use tonic::transport::{Channel, Endpoint};

pub(crate) use gateway::Gateway;
pub(crate) use sdk::Sdk;

use crate::keyspace::{Entry, Values};
use crate::noop::pb::noop_service_client::NoopServiceClient;
use crate::plan::{CONNECTIONS, Operation};

/// One that is called, through one connection if it speaks gRPC. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Gateway(Gateway),
    Noop(NoopServiceClient<Channel>, Values),
    Sdk(Sdk),
}

impl Target {
    /// Makes one call, on this entry or on a batch that begins with it.
    ///
    /// # Errors
    /// Also if the answer is not exactly what it has to be.
    pub(crate) async fn call(&mut self, operation: Operation, entry: Entry) -> anyhow::Result<()> {
        match self {
            Self::Gateway(gateway) => gateway.call(operation, entry).await,
            Self::Sdk(sdk) => sdk.call(operation, entry).await,
            Self::Noop(noop, values) => {
                let request = kv::GetRequest { key: entry.key(), ..Default::default() };
                check(noop.get(request).await?.into_inner().entry, entry, values)
            }
        }
    }
}

/// Connections to a gRPC server.
pub(crate) async fn channels(address: &str) -> anyhow::Result<Vec<Channel>> {
    let mut channels = Vec::new();
    for _ in 0..CONNECTIONS {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
        channels.push(endpoint.connect().await.with_context(|| format!("{address} does not answer"))?);
    }
    Ok(channels)
}

/// Whether an answer holds this entry.
fn check(found: Option<kv::Entry>, entry: Entry, values: &Values) -> anyhow::Result<()> {
    let found = found.context("an entry was not found")?;
    ensure!(found.key == entry.key(), "another entry was found");
    check_value(found.value.as_ref(), entry, values)
}

fn check_value(found: Option<&Bytes>, entry: Entry, values: &Values) -> anyhow::Result<()> {
    ensure!(found == Some(&values.of(entry)), "not the value of {}", entry.key());
    Ok(())
}
