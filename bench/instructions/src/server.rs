//! The server with its defaults, as `dynakv serve` starts it, but with a stub under the AWS SDK.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::bail;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynakv::config::{Config, Flags, Listen};
use dynakv::driver::{Clock, Driver, Load, Random, Runtime, Workers};
use dynakv::model::{Millis, Secret};
use dynakv::server::backend::nominal_client;
use dynakv::server::startup::{self, AwsCli};
use dynakv::server::{self, Listener, Server, metered, telemetry};
use dynakv::wire::page_token::PageTokens;

use crate::operation::Operation;
use crate::stub::Stub;

pub(crate) const TABLE: &str = "entries";

/// Always the same moment, so that expiry times have as many digits as ever.
#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Millis {
        1_800_000_000_000
    }
}

#[derive(Debug)]
struct Half;

impl Random for Half {
    fn fraction(&self) -> f64 {
        0.5
    }
}

#[derive(Debug)]
struct Idle;

impl Load for Idle {
    fn workers(&self) -> Workers {
        Workers { threads: 1.0, idle: 1.0 }
    }
}

/// Time, chance and load that are the same in every run. Sleeping is not: setting a timer is part of what a call costs.
fn runtime() -> Runtime {
    Runtime { clock: Arc::new(Stopped), random: Arc::new(Half), load: Arc::new(Idle), ..Runtime::system() }
}

/// Starts a server on the runtime that this is called on. It ends with that.
pub(crate) async fn start(operation: Operation) -> anyhow::Result<SocketAddr> {
    let flags = Flags {
        listen: Some("127.0.0.1:0".to_owned()),
        backend: Some("dynamodb".to_owned()),
        tables: vec![TABLE.to_owned()],
        ..Flags::default()
    };
    // A probe of the backend costs as much as a Get, and comes when it likes.
    let environment = BTreeMap::from([("DYNAKV__HEALTH__PROBE_PERIOD".to_owned(), "1h".to_owned())]);
    let config = Config::load(&flags, &environment)?;
    // What the log takes of calls that it says nothing about is counted, too.
    let log = telemetry::init(&config.log)?;

    let runtime = runtime();
    let memory = server::memory_of(&config.limits);
    let client = nominal_client(metered(SharedHttpClient::new(Stub::new(operation)), &memory), None);
    let driver = Driver::new(client, config.tables.clone(), runtime.clone());
    startup::check(&driver, &AwsCli::new(None, None)).await?;
    let page_tokens = PageTokens::new(&Secret::random()?, &[]);
    let server = Server { memory, ..Server::new(&config, driver, None, page_tokens, runtime) };
    let listener = Listener::bind(&config.listen).await?;
    let Listen::Tcp(address) = listener.address()? else { bail!("no TCP address") };
    tokio::spawn(async move {
        let _written = log;
        server::run(server, listener, pending()).await
    });
    Ok(address)
}
