//! The server assembled: services, health, reflection, and what every call and connection passes.
//!
//! ```text
//! listener -> connection   TCP_NODELAY, TLS, the preface, HTTP/2 settings, age, drain
//!          -> call         request id, authentication, deadline, the request's body, calls in flight, panics, the log line
//!          -> tonic        framing; `rejection` explains what it refuses by itself
//!          -> service
//!
//! What a client makes the server hold is bounded on the way: connections by `connection`, everything else by `call` and
//! `answers`, from a budget of memory that they share. `refusals` counts what was refused.
//! ```

mod answers;
mod attempts;
mod auth;
pub mod backend;
mod brief;
mod call;
mod connection;
mod deadline;
#[cfg(feature = "faults")]
mod faults;
mod health;
mod listener;
mod refusals;
mod rejection;
mod skew;
pub mod startup;
pub mod telemetry;
#[cfg(test)]
mod tests;
pub mod tls;

pub use listener::{Listener, UnixSocket};

use aws_smithy_async::rt::sleep::AsyncSleep;
use tonic::service::Routes;

use crate::config::{self, Config};
use crate::driver::{Driver, Runtime};
use crate::embedded::Engine;
use crate::memory::Pool;
use crate::pb;
use crate::pb::item_service_server::ItemServiceServer;
use crate::pb::key_value_service_server::KeyValueServiceServer;
use crate::pb::table_service_server::TableServiceServer;
use crate::service::{Items, KeyValue, Tables};
use crate::wire::page_token::PageTokens;
use crate::wire::status::MAX_MESSAGE_BYTES;
pub use answers::metered;
use brief::Brief;
use call::Calls;
use connection::Connections;
use health::Readiness;
use refusals::Refusals;

/// Everything a server runs with.
#[derive(Debug)]
pub struct Server {
    /// Carries out the calls.
    pub driver: Driver,
    /// The embedded engine, if the driver runs on it.
    pub engine: Option<Engine>,
    /// Makes page tokens and takes them back.
    pub page_tokens: PageTokens,
    /// Randomness and sleep for connections and probes; not the driver's.
    pub runtime: Runtime,
    /// Who may call.
    pub auth: config::Auth,
    /// What one client, or all together, may ask for.
    pub limits: config::Limits,
    /// How long connections live.
    pub connections: config::Connections,
    /// How connections are encrypted.
    pub tls: Option<config::Tls>,
    /// How readiness is found out.
    pub health: config::Health,
    /// How the server ends.
    pub shutdown: config::Shutdown,
    /// Whether callers may delete tables.
    pub allow_delete_table: bool,
    /// What callers may make the server hold. The connector of the driver's client counts on it, too.
    pub memory: Pool,
}

/// Why a server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The TLS settings cannot be used.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// The compiled descriptors are broken.
    #[error("reflection cannot be offered")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The limits of requests do not fit the compiled descriptors.
    #[error("requests cannot be checked")]
    Requests(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Server {
    /// A server over a driver, with the settings of a configuration.
    #[must_use]
    pub fn new(
        config: &Config,
        driver: Driver,
        engine: Option<Engine>,
        page_tokens: PageTokens,
        runtime: Runtime,
    ) -> Self {
        Self {
            driver,
            engine,
            page_tokens,
            runtime,
            auth: config.auth.clone(),
            limits: config.limits.clone(),
            connections: config.connections.clone(),
            tls: config.tls.clone(),
            health: config.health.clone(),
            shutdown: config.shutdown.clone(),
            allow_delete_table: config.allow_delete_table,
            memory: memory_of(&config.limits),
        }
    }
}

/// The budget of memory that these limits give.
#[must_use]
pub fn memory_of(limits: &config::Limits) -> Pool {
    Pool::new(limits.memory.to_usize(), limits.connection_memory.to_usize())
}

/// Serves until `shutdown` resolves, then drains: NOT_SERVING, the pause, GOAWAY, and calls in flight finish within the
/// grace time. Dropped, it cuts everything.
pub async fn run(server: Server, listener: Listener, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
    let Server {
        driver,
        engine,
        page_tokens,
        runtime,
        auth,
        limits,
        connections,
        tls,
        health,
        shutdown: ending,
        allow_delete_table,
        memory,
    } = server;
    let refusals = Refusals::default();
    let tls = tls.as_ref().map(tls::Acceptor::new).transpose()?;
    let mut readiness = Readiness::new(driver.clone(), engine, health.probe_period, runtime.clone()).await;
    let tables = Tables::new(driver.clone(), allow_delete_table);
    let routes = routes(driver, tables, page_tokens, &readiness)?;
    let calls = Calls::new(routes, &auth, &limits, memory, refusals.clone());
    let calls = calls.map_err(|error| Error::Requests(error.to_string().into()))?;
    let mut connections = Connections::new(calls, tls, &limits, &connections, runtime.clone(), refusals.clone());

    tokio::select! {
        () = shutdown => {}
        never = readiness.keep() => match never {},
        never = refusals.report(&runtime) => match never {},
        never = connections.accept(&listener) => match never {},
    }
    tracing::info!(pause = ?ending.pause, grace = ?ending.grace, "draining");
    readiness.withdraw().await;
    // New connections are still taken: that is how load balancers learn that they should go elsewhere.
    tokio::select! {
        () = runtime.sleep.sleep(ending.pause) => {}
        never = connections.accept(&listener) => match never {},
    }
    drop(listener);
    tokio::join!(connections.drain(ending.grace), readiness.dismiss_watchers());
    tracing::info!("stopped");
    Ok(())
}

fn routes(driver: Driver, tables: Tables, page_tokens: PageTokens, readiness: &Readiness) -> Result<Routes, Error> {
    // Both versions list the same services; by itself, each would list of the two only itself.
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .include_reflection_service(false)
            .register_encoded_file_descriptor_set(pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // With these, grpcurl shows the details of errors instead of bytes.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET)
    };
    let key_value = KeyValueServiceServer::new(KeyValue::new(driver.clone(), page_tokens.clone()))
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let items = ItemServiceServer::new(Items::new(driver, page_tokens))
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let tables = TableServiceServer::new(tables).max_decoding_message_size(MAX_MESSAGE_BYTES);
    Ok(Routes::new(key_value)
        .add_service(items)
        .add_service(tables)
        .add_service(readiness.service())
        .add_service(Brief(reflection().build_v1()?))
        .add_service(Brief(reflection().build_v1alpha()?))
        .prepare())
}
