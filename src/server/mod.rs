//! Assembles the server: services, health, reflection, and the layers that every connection and call passes.
//!
//! ```text
//! listener -> connection   TCP_NODELAY, TLS, the preface, HTTP/2 settings, age, drain
//!          -> call         request id, authentication, deadline, request body, call slots, panics, log line
//!          -> tonic        framing; `rejection` adds details to its errors
//!          -> service
//! ```
//!
//! Everything that a client can make the server hold is limited: connections by `connection`, the rest by `call` and
//! `response_memory`, which share one memory budget. `refusals` counts what was refused.

mod attempts;
mod auth;
pub mod backend;
mod call;
mod connection;
mod deadline;
#[cfg(feature = "faults")]
mod faults;
mod health;
mod listener;
mod refusals;
mod rejection;
mod response_memory;
mod skew;
pub mod startup;
pub mod telemetry;
#[cfg(test)]
#[cfg(all(feature = "cli", feature = "embedded"))]
mod tests;
pub mod tls;
mod truncated;

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
use call::Calls;
use connection::Connections;
use health::Readiness;
use refusals::Refusals;
pub use response_memory::metered;
pub use skew::dated;
use truncated::Truncated;

/// All parts of a server.
#[derive(Debug)]
pub struct Server {
    /// Executes the calls.
    pub driver: Driver,
    /// The embedded engine, if the driver uses it.
    pub engine: Option<Engine>,
    /// Encodes and decodes page tokens.
    pub page_tokens: PageTokens,
    /// Randomness and sleep for connections and probes; the driver has its own.
    pub runtime: Runtime,
    /// Who may call.
    pub auth: config::Auth,
    /// Limits for each client and for all together.
    pub limits: config::Limits,
    /// Lifetime of connections.
    pub connections: config::Connections,
    /// Encryption of connections.
    pub tls: Option<config::Tls>,
    /// Readiness probes.
    pub health: config::Health,
    /// How the server shuts down.
    pub shutdown: config::Shutdown,
    /// Whether callers may delete tables.
    pub allow_delete_table: bool,
    /// The memory budget. The transport of the driver reserves from it too.
    pub memory: Pool,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The TLS settings are invalid.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// The compiled descriptors are broken.
    #[error("reflection cannot be offered")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The request limits do not fit the compiled descriptors.
    #[error("requests cannot be checked")]
    Requests(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Server {
    /// A server on a driver, with the settings of a configuration.
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

/// The memory budget of these limits.
#[must_use]
pub fn memory_of(limits: &config::Limits) -> Pool {
    Pool::new(limits.memory.to_usize(), limits.connection_memory.to_usize())
}

/// Serves until `shutdown` resolves, then drains: it reports NOT_SERVING, waits for the configured pause, sends GOAWAY
/// and gives the calls in flight the grace time. Dropping the future closes everything at once.
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
    readiness.set_not_serving().await;
    // Still accept connections: load balancers learn from health checks on them to go elsewhere.
    tokio::select! {
        () = runtime.sleep.sleep(ending.pause) => {}
        never = connections.accept(&listener) => match never {},
    }
    drop(listener);
    tokio::join!(connections.drain(ending.grace), readiness.end_watches());
    tracing::info!("stopped");
    Ok(())
}

fn routes(driver: Driver, tables: Tables, page_tokens: PageTokens, readiness: &Readiness) -> Result<Routes, Error> {
    // Each version lists the same services, itself included; by default a version would list only itself.
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .include_reflection_service(false)
            .register_encoded_file_descriptor_set(pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // With these, grpcurl decodes error details.
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
        .add_service(Truncated(reflection().build_v1()?))
        .add_service(Truncated(reflection().build_v1alpha()?))
        .prepare())
}
