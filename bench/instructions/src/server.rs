//! The server with its defaults, as started by `dynakv serve`, but with a stub as its transport.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::bail;
use dynakv::config::{Config, Flags, Listen};
use dynakv::driver::{Clock, Connection, Driver, Load, Random, Runtime, Workers};
use dynakv::model::{Millis, Secret};
use dynakv::server::backend::nominal;
use dynakv::server::startup::{self, AwsCli};
use dynakv::server::{self, Listener, Server, metered, telemetry};
use dynakv::wire::page_token::PageTokens;

use crate::operation::Operation;
use crate::stub::Stub;

pub(crate) const TABLE: &str = "entries";

/// A fixed time, so that expiry times always have the same number of digits.
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

/// Fixed time, randomness and load. Sleeping is real, because timers are part of a call's cost.
fn runtime() -> Runtime {
    Runtime { clock: Arc::new(Stopped), random: Arc::new(Half), load: Arc::new(Idle), ..Runtime::system() }
}

/// Starts a server on the current runtime, which also ends it.
pub(crate) async fn start(operation: Operation) -> anyhow::Result<SocketAddr> {
    let flags = Flags {
        listen: Some("127.0.0.1:0".to_owned()),
        backend: Some("dynamodb".to_owned()),
        tables: vec![TABLE.to_owned()],
        ..Flags::default()
    };
    // Disables probes of the backend: one costs as much as a Get and comes at any time.
    let environment = BTreeMap::from([("DYNAKV__HEALTH__PROBE_PERIOD".to_owned(), "1h".to_owned())]);
    let config = Config::load(&flags, &environment)?;
    // The log's overhead for calls without a line counts too.
    let log = telemetry::init(&config.log)?;

    let runtime = runtime();
    let memory = server::memory_of(&config.limits);
    let transport = metered(Arc::new(Stub::new(operation)), &memory);
    let driver = Driver::new(Connection::lean(&nominal(None), transport), config.tables.clone(), runtime.clone());
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
