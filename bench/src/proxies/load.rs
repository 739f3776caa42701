use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use dynakv_client::pb::{GetRequest, SetRequest};
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::keyspace::{Draw, Entry, Values};

const CONNECTIONS: usize = 8;
const CALLERS_EACH: usize = 4;
const VALUE_BYTES: usize = 100;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Callers that alternate between reads and writes and never retry.
pub(super) struct Load {
    shared: Arc<Shared>,
    callers: JoinSet<BTreeMap<String, u64>>,
}

struct Shared {
    values: Values,
    calls: AtomicU64,
    is_over: AtomicBool,
}

/// The results of the calls.
#[derive(Debug)]
pub(super) struct Loaded {
    calls: u64,
    pub(super) failed: u64,
    /// The number of failures by error.
    pub(super) failures: BTreeMap<String, u64>,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {}", self.calls, self.failed)
    }
}

impl Load {
    pub(super) async fn start(address: &str) -> anyhow::Result<Self> {
        let shared = Shared { values: Values::new(), calls: AtomicU64::new(0), is_over: AtomicBool::new(false) };
        let mut load = Self { shared: Arc::new(shared), callers: JoinSet::new() };
        for connection in 0..CONNECTIONS {
            let channel = Endpoint::from_shared(format!("http://{address}"))?.connect().await?;
            for caller in 0..CALLERS_EACH {
                let seed = (connection * CALLERS_EACH + caller) as u64;
                load.callers.spawn(call_repeatedly(channel.clone(), Arc::clone(&load.shared), seed));
            }
        }
        Ok(load)
    }

    /// The number of finished calls.
    pub(super) fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// Stops after the current calls.
    pub(super) async fn stop(mut self) -> anyhow::Result<Loaded> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let mut failures = BTreeMap::new();
        while let Some(caller) = self.callers.join_next().await {
            for (failure, count) in caller? {
                *failures.entry(failure).or_insert(0) += count;
            }
        }
        let calls = self.calls();
        ensure!(calls > 0, "no call was made");
        Ok(Loaded { calls, failed: failures.values().sum(), failures })
    }
}

async fn call_repeatedly(channel: Channel, shared: Arc<Shared>, seed: u64) -> BTreeMap<String, u64> {
    let (mut draw, mut failures) = (Draw::uniform(seed), BTreeMap::new());
    let mut client = KeyValueServiceClient::new(channel);
    let mut writes = false;
    while !shared.is_over.load(Ordering::Relaxed) {
        writes = !writes;
        let entry = draw.entry(VALUE_BYTES);
        let called = if writes { set(&mut client, entry, &shared.values).await } else { get(&mut client, entry).await };
        shared.calls.fetch_add(1, Ordering::Relaxed);
        if let Err(status) = called {
            let call = if writes { "Set" } else { "Get" };
            *failures.entry(format!("{call}: {:?}: {}", status.code(), status.message())).or_insert(0) += 1;
        }
    }
    failures
}

async fn get(client: &mut KeyValueServiceClient<Channel>, entry: Entry) -> Result<(), Status> {
    let mut request = Request::new(GetRequest { key: entry.key(), ..GetRequest::default() });
    request.set_timeout(TIMEOUT);
    client.get(request).await.map(drop)
}

async fn set(client: &mut KeyValueServiceClient<Channel>, entry: Entry, values: &Values) -> Result<(), Status> {
    let message = SetRequest { key: entry.key(), value: values.of(entry), ..SetRequest::default() };
    let mut request = Request::new(message);
    request.set_timeout(TIMEOUT);
    client.set(request).await.map(drop)
}
