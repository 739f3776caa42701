//! `dynakv serve`: the life of the server process.

use std::convert::Infallible;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::{self, Backend, Config, Flags, Listen};
use crate::driver::{self, Coalescing, DEFAULT_BATCH_CONCURRENCY, Driver, Options, Runtime};
use crate::embedded::{self, Engine, Location};
use crate::server::{self, Listener, Server, backend, startup, startup::AwsCli, telemetry, tls};

/// How often the embedded engine deletes what has expired, as DynamoDB does by itself.
const SWEEP_PERIOD: Duration = Duration::from_mins(1);

/// Serves key-value tables over gRPC.
///
/// Without any flag it runs on an embedded engine with one table, `dynakv`, in a folder that it names.
#[derive(Debug, Clone, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    flags: Flags,
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration has faults.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The certificates or the key cannot be used.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// The embedded engine cannot be opened.
    #[error(transparent)]
    Engine(#[from] embedded::Error),
    /// The AWS configuration names no region.
    #[error(transparent)]
    NoRegion(#[from] backend::NoRegion),
    /// A table is missing or cannot be made, or there is no secret.
    #[error(transparent)]
    Startup(#[from] startup::Error),
    /// The address cannot be bound.
    #[error("cannot listen on {listen}")]
    Bind {
        /// The address.
        listen: Listen,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The server cannot be assembled.
    #[error(transparent)]
    Server(#[from] server::Error),
    /// Signals cannot be waited for, or standard output cannot be written.
    #[error("the operating system refuses")]
    Io(#[from] io::Error),
}

impl Error {
    /// Whether what the operator has to mend is the configuration.
    pub(super) fn is_configuration(&self) -> bool {
        match self {
            Self::Config(_) | Self::Tls(_) | Self::NoRegion(_) => true,
            Self::Engine(_) | Self::Startup(_) | Self::Bind { .. } | Self::Server(_) | Self::Io(_) => false,
        }
    }
}

/// Runs the server until SIGTERM or SIGINT. A second signal, or one that comes before calls are taken, ends it at once.
pub async fn run(args: Serve) -> Result<(), Error> {
    let config = Config::load(&args.flags, &config::environment())?;
    // The server reads them when it runs, but by then it has told the world that it listens.
    config.tls.as_ref().map(tls::Acceptor::new).transpose()?;
    telemetry::init(&config.log);
    let mut signals = Signals::new()?;

    let runtime = Runtime::system();
    let (driver, engine) = tokio::select! {
        opened = open_backend(&config, &runtime) => opened?,
        () = signals.next() => return Ok(()),
    };
    let bind = |source| Error::Bind { listen: config.listen.clone(), source };
    let listener = Listener::bind(&config.listen).await.map_err(bind)?;
    let page_tokens = startup::page_tokens(&config.page_tokens, engine.as_ref())?;
    let server = Server::new(&config, driver, engine.clone(), page_tokens, runtime.clone());
    announce(&config, &listener)?;

    let (stop, stopping) = tokio::sync::oneshot::channel();
    let serving = server::run(server, listener, async { drop(stopping.await) });
    tokio::select! {
        served = serving => Ok(served?),
        () = signals.stop_twice(stop) => Ok(()),
        never = sweep(engine, runtime) => match never {},
    }
}

/// The driver over what the configuration names, its tables checked or made.
async fn open_backend(config: &Config, runtime: &Runtime) -> Result<(Driver, Option<Engine>), Error> {
    let concurrency = usize::try_from(config.limits.batch_concurrency).ok().and_then(NonZeroUsize::new);
    let batch_concurrency = concurrency.unwrap_or(DEFAULT_BATCH_CONCURRENCY);
    let config::Coalescing { reads, writes } = config.coalescing;
    let coalescing = Coalescing { reads, writes };
    let driver = |client, backend| {
        let options = Options { runtime: runtime.clone(), batch_concurrency, backend, coalescing };
        Driver::new(client, config.tables.clone(), options)
    };
    match &config.backend {
        Backend::Embedded { data_dir } => {
            let location = data_dir.clone().map_or(Location::Memory, Location::Folder);
            let engine = Engine::open(&location)?;
            let driver = driver(backend::nominal_client(engine.connector(), None), driver::Backend::Embedded);
            startup::create_tables(&driver).await?;
            Ok((driver, Some(engine)))
        }
        Backend::DynamoDb { region, endpoint_url, timeouts } => {
            let (region, endpoint_url) = (region.as_deref(), endpoint_url.as_deref());
            let clock = runtime.clock.clone();
            let client = backend::network_client(region, endpoint_url, timeouts, clock).boxed().await?;
            let driver = driver(client, driver::Backend::DynamoDb);
            startup::check(&driver, &AwsCli::new(region, endpoint_url)).await?;
            Ok((driver, None))
        }
    }
}

/// Tells on standard output what runs. The last line says that calls are taken; scripts may wait for it.
fn announce(config: &Config, listener: &Listener) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match &config.backend {
        Backend::Embedded { data_dir: Some(folder) } => {
            let folder = std::path::absolute(folder)?;
            writeln!(out, "backend: embedded (for development, tests and single-machine use)")?;
            writeln!(out, "data folder: {}", folder.display())?;
        }
        Backend::Embedded { data_dir: None } => {
            writeln!(out, "backend: embedded, in memory: nothing survives the process")?;
        }
        Backend::DynamoDb { endpoint_url: Some(url), .. } => writeln!(out, "backend: dynamodb at {url}")?,
        Backend::DynamoDb { endpoint_url: None, .. } => writeln!(out, "backend: dynamodb")?,
    }
    let names: Vec<&str> = config.tables.iter().map(|table| table.name.as_str()).collect();
    writeln!(out, "tables: {} (the first is the default)", names.join(", "))?;
    if config.insecure && !config.listen.is_local() {
        writeln!(out, "insecure: whoever can reach this address can read and write everything")?;
    }
    writeln!(out, "listening on {listener}")?;
    out.flush()
}

/// Sweeps the embedded engine, if there is one. Never resolves: a failed engine shows in health and ends nothing.
async fn sweep(engine: Option<Engine>, runtime: Runtime) -> Infallible {
    if let Some(engine) = engine {
        engine.sweep_every(SWEEP_PERIOD, runtime.sleep).await;
    }
    std::future::pending().await
}

/// The signals that end the process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Drops `stop` at the first signal and resolves at the second.
    async fn stop_twice(&mut self, stop: tokio::sync::oneshot::Sender<()>) {
        self.next().await;
        drop(stop);
        self.next().await;
        tracing::warn!("stopped at once by a second signal");
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
