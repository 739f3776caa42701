//! `dynakv serve`: the life of the server process.

use std::convert::Infallible;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::FutureExt;

use super::signals::Signals;
use super::{output, server_exit_code};
use crate::config::{self, Backend, Config, Flags, Listen};
use crate::driver::{self, Coalescing, Connection, DEFAULT_BATCH_CONCURRENCY, Driver, Options, Runtime, SystemClock};
use crate::embedded::{self, Engine, Location};
use crate::memory::Pool;
use crate::server::backend::{self, Reach};
use crate::server::{self, Listener, Server, metered, startup, startup::AwsCli, telemetry, tls};

/// How often the embedded engine deletes expired items, as DynamoDB does by itself.
const SWEEP_PERIOD: Duration = Duration::from_mins(1);

/// Serves key-value tables over gRPC.
///
/// Without flags, it uses the embedded engine with one table, `dynakv`, in a folder that it prints at the start.
#[derive(Debug, Clone, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    flags: Flags,
}

/// Why the server stopped or did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration has faults.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The certificates or the key are invalid.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// The embedded engine cannot be opened.
    #[error(transparent)]
    Engine(#[from] embedded::Error),
    /// The AWS configuration has no region.
    #[error(transparent)]
    NoRegion(#[from] backend::NoRegion),
    /// A table is missing or cannot be created, or there is no secret for page tokens.
    #[error(transparent)]
    Startup(#[from] startup::Error),
    /// The address cannot be bound.
    #[error("cannot listen on {listen}")]
    Bind {
        /// The address.
        listen: Listen,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The server cannot be assembled.
    #[error(transparent)]
    Server(#[from] server::Error),
    /// Signal handlers or threads cannot be set up.
    #[error("the operating system refused a signal handler or a thread")]
    Io(#[from] io::Error),
}

impl Error {
    /// Whether the configuration is the cause.
    fn is_configuration(&self) -> bool {
        match self {
            Self::Config(_) | Self::Tls(_) | Self::NoRegion(_) => true,
            Self::Engine(_) | Self::Startup(_) | Self::Bind { .. } | Self::Server(_) | Self::Io(_) => false,
        }
    }
}

/// Runs the server until SIGTERM or SIGINT. A second signal, or one before the server accepts calls, stops it at once.
///
/// Errors go to standard error. Once the log is set up, they go through its queue, so that a reader that does not read
/// cannot block the process.
pub async fn run(args: Serve) -> ExitCode {
    let begun = match prepare(&args) {
        Ok(begun) => begun,
        Err(error) => {
            output::failure(&error);
            return server_exit_code(error.is_configuration());
        }
    };
    let Prepared { config, signals, log } = begun;
    let served = serve(config, signals).await;
    let last_words = served.as_ref().err().map(|error| output::failure_text(error));
    log.close(last_words.as_deref());
    served.map_or_else(|error| server_exit_code(error.is_configuration()), |()| ExitCode::SUCCESS)
}

/// What is set up before anything is opened.
struct Prepared {
    config: Config,
    signals: Signals,
    log: telemetry::Output,
}

fn prepare(args: &Serve) -> Result<Prepared, Error> {
    let config = Config::load(&args.flags, &config::environment())?;
    // The server reads the certificates later, but that is after it has announced that it listens.
    config.tls.as_ref().map(tls::Acceptor::new).transpose()?;
    let log = telemetry::init(&config.log)?;
    let signals = Signals::new(config.shutdown.signal_window)?;
    if let Err(error) = config::raise_open_files_limit() {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
    Ok(Prepared { config, signals, log })
}

async fn serve(config: Config, mut signals: Signals) -> Result<(), Error> {
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let clock = Arc::new(SystemClock::default());
    let runtime = Runtime { clock: clock.clone(), ..Runtime::system() };
    let memory = server::memory_of(&config.limits);
    let (driver, engine) = tokio::select! {
        opened = open_backend(&config, &runtime, &clock, &memory) => opened?,
        () = signals.end() => return Ok(()),
    };
    let bind = |source| Error::Bind { listen: config.listen.clone(), source };
    let listener = Listener::bind(&config.listen).await.map_err(bind)?;
    let page_tokens = startup::page_tokens(&config.page_tokens, engine.as_ref())?;
    let server = Server { memory, ..Server::new(&config, driver, engine.clone(), page_tokens, runtime.clone()) };
    announce(announcement(&config, engine.as_ref(), &listener)?)?;

    let (stop, stopping) = tokio::sync::oneshot::channel();
    let serving = server::run(server, listener, async { drop(stopping.await) });
    tokio::select! {
        served = serving => Ok(served?),
        () = signals.stop_twice(stop) => Ok(()),
        never = sweep(engine, runtime, clock) => match never {},
    }
}

/// Creates the driver for the configured backend and checks or creates its tables.
async fn open_backend(
    config: &Config,
    runtime: &Runtime,
    clock: &Arc<SystemClock>,
    memory: &Pool,
) -> Result<(Driver, Option<Engine>), Error> {
    let concurrency = usize::try_from(config.limits.batch_concurrency).ok().and_then(NonZeroUsize::new);
    let batch_concurrency = concurrency.unwrap_or(DEFAULT_BATCH_CONCURRENCY);
    let config::Coalescing { reads, writes } = config.coalescing;
    let coalescing = Coalescing { reads, writes };
    let driver = |connection: Connection, backend| {
        let options = Options { runtime: runtime.clone(), batch_concurrency, backend, coalescing };
        Driver::new(connection, config.tables.clone(), options)
    };
    match &config.backend {
        Backend::Embedded { data_dir } => {
            let location = data_dir.clone().map_or(Location::Memory, Location::Folder);
            let engine = Engine::open(&location)?;
            let connection = Connection::lean(&backend::nominal(None), metered(engine.transport(), memory));
            let driver = driver(connection, driver::Backend::Embedded);
            startup::create_tables(&driver).await?;
            Ok((driver, Some(engine)))
        }
        Backend::DynamoDb { region, endpoint_url, client, timeouts } => {
            let (region, endpoint_url) = (region.as_deref(), endpoint_url.as_ref());
            let reach = Reach { region, endpoint_url, timeouts, client: *client };
            let connection = backend::connect(reach, Arc::clone(clock), memory).boxed().await?;
            let driver = driver(connection, driver::Backend::DynamoDb);
            startup::check(&driver, &AwsCli::new(region, endpoint_url)).await?;
            Ok((driver, None))
        }
    }
}

/// The announcement on standard output. Scripts may wait for its last line, which says that calls are accepted.
fn announcement(config: &Config, engine: Option<&Engine>, listener: &Listener) -> io::Result<String> {
    let mut lines = Vec::new();
    match (&config.backend, engine.and_then(Engine::folder)) {
        (Backend::Embedded { .. }, Some(folder)) => {
            lines.push("backend: embedded (for development, tests and single-machine use)".to_owned());
            lines.push(format!("data folder: {}", std::path::absolute(folder)?.display()));
        }
        (Backend::Embedded { .. }, None) => {
            lines.push("backend: embedded, in memory: nothing survives the process".to_owned());
        }
        (Backend::DynamoDb { endpoint_url: Some(url), .. }, _) => lines.push(format!("backend: dynamodb at {url}")),
        (Backend::DynamoDb { endpoint_url: None, .. }, _) => lines.push("backend: dynamodb".to_owned()),
    }
    let names: Vec<&str> = config.tables.iter().map(|table| table.name.as_str()).collect();
    lines.push(format!("tables: {} (the first is the default)", names.join(", ")));
    if config.insecure && !config.listen.is_local() {
        lines.push("insecure: whoever can reach this address can read and write everything".to_owned());
    }
    lines.push(format!("listening on {listener}\n"));
    Ok(lines.join("\n"))
}

/// Writes the announcement on its own thread, because standard output may block. Calls must not wait for it.
fn announce(announcement: String) -> io::Result<()> {
    let write = move || {
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(announcement.as_bytes()).and_then(|()| out.flush()) {
            tracing::warn!(%error, "the announcement could not be written to standard output");
        }
    };
    thread::Builder::new().name("announcement".to_owned()).spawn(write).map(drop)
}

/// Sweeps the embedded engine, if there is one. Never resolves: a failed engine shows in health and does not stop the
/// server.
async fn sweep(engine: Option<Engine>, runtime: Runtime, clock: Arc<SystemClock>) -> Infallible {
    if let Some(engine) = engine {
        // The engine deletes by the machine's clock, and what it deletes is lost. So it waits while that clock is not believed.
        engine.sweep_every(SWEEP_PERIOD, runtime.sleep, move || clock.believes_wall()).await;
    }
    std::future::pending().await
}
