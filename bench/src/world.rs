//! All running processes: two stubs, with and without delay, the servers on each, and the no-op server.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::process::Command;

use crate::keyspace::Values;
use crate::plan::{Callee, Candidate, DELAY_MEDIAN_MS, Delay, Workload};
use crate::process::{Process, ProcessId, this_program};
use crate::program::{Program, Programs};
use crate::target::{Gateway, Noop, Sdk, Target, Threads};

/// The servers' table.
const TABLE: &str = "bench";

pub(crate) struct World {
    binary: PathBuf,
    /// The threads of the load generator.
    threads: Threads,
    /// The load generators in other languages.
    programs: Programs,
    values: Values,
    prompt: Endpoint,
    delayed: Endpoint,
    noop: Server,
}

/// A stub of DynamoDB and the servers on it.
struct Endpoint {
    stub: Process,
    shared: Server,
    unshared: Server,
    /// The SDK for each pool size, created on demand.
    sdks: Vec<(usize, Sdk)>,
}

/// A server and connections to it.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) targets: Vec<Target>,
}

/// A candidate for a workload, and its processes.
pub(crate) struct Contestant {
    pub(crate) caller: Caller,
    pub(crate) server: Option<ProcessId>,
    pub(crate) stub: ProcessId,
}

/// Who makes the calls.
pub(crate) enum Caller {
    /// This process, on these targets.
    Targets(Vec<Target>),
    Program(Program),
}

impl World {
    /// Starts everything. `binary` is the server, `go` and `python` are the load generators that there are.
    pub(crate) async fn start(binary: &Path, go: Option<PathBuf>, python: Option<PathBuf>) -> anyhow::Result<Self> {
        let values = Values::new();
        let noop = Process::start(this_program(&["noop"])?).await?;
        let threads = Threads::start()?;
        let target = |connection| Target::Noop(Noop::new(connection, values.clone()));
        let targets = threads.connect(&noop.address).await?.into_iter().map(target).collect();
        Ok(Self {
            prompt: Endpoint::start(binary, 0.0, &threads, &values).await?,
            delayed: Endpoint::start(binary, DELAY_MEDIAN_MS, &threads, &values).await?,
            noop: Server { process: noop, targets },
            binary: binary.to_owned(),
            programs: Programs::new(go, python, &values)?,
            threads,
            values,
        })
    }

    /// A candidate; None if its load generator is not there.
    pub(crate) fn contestant(&mut self, candidate: Candidate, workload: Workload) -> Option<Contestant> {
        let endpoint = match workload.delay {
            Delay::None => &mut self.prompt,
            Delay::LogNormal => &mut self.delayed,
        };
        let stub = endpoint.stub.id;
        let of = |server: &Server| (Caller::Targets(server.targets.clone()), Some(server.process.id));
        let (caller, server) = match candidate {
            Candidate::Gateway { coalescing: true } => of(&endpoint.shared),
            Candidate::Gateway { coalescing: false } => of(&endpoint.unshared),
            Candidate::Noop => of(&self.noop),
            Candidate::Sdk { connections } => {
                (Caller::Targets(vec![Target::Sdk(endpoint.sdk(connections, &self.values))]), None)
            }
            Candidate::From(language, callee) => {
                let (process, is_server) = match callee {
                    Callee::Gateway => (&endpoint.shared.process, true),
                    Callee::Noop => (&self.noop.process, true),
                    Callee::Sdk => (&endpoint.stub, false),
                };
                let program = self.programs.calling(language, callee, &process.address)?;
                (Caller::Program(program), Some(process.id).filter(|_| is_server))
            }
        };
        Some(Contestant { caller, server, stub })
    }

    /// The load generators in other languages.
    pub(crate) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Another server on the stub without delay.
    pub(crate) async fn another_server(&self) -> anyhow::Result<Server> {
        Server::start(&self.binary, &self.prompt.stub.address, true, &self.threads, &self.values).await
    }
}

impl Endpoint {
    async fn start(binary: &Path, median_ms: f64, threads: &Threads, values: &Values) -> anyhow::Result<Self> {
        let stub = Process::start(this_program(&["stub", "--median-ms", &median_ms.to_string()])?).await?;
        let shared = Server::start(binary, &stub.address, true, threads, values).await?;
        let unshared = Server::start(binary, &stub.address, false, threads, values).await?;
        Ok(Self { stub, shared, unshared, sdks: Vec::new() })
    }

    fn sdk(&mut self, connections: usize, values: &Values) -> Sdk {
        if let Some((_, sdk)) = self.sdks.iter().find(|(size, _)| *size == connections) {
            return sdk.clone();
        }
        let sdk = Sdk::new(&self.stub.address, connections, values.clone());
        self.sdks.push((connections, sdk.clone()));
        sdk
    }
}

impl Server {
    async fn start(
        binary: &Path,
        endpoint: &str,
        coalescing: bool,
        threads: &Threads,
        values: &Values,
    ) -> anyhow::Result<Self> {
        let mut command = serve(binary, FREE);
        command.args(["--backend", "dynamodb", "--table", TABLE, "--endpoint-url", &format!("http://{endpoint}")]);
        for kind in ["READS", "WRITES"] {
            command.env(format!("DYNAKV__COALESCING__{kind}"), coalescing.to_string());
        }
        // Keep the connections open.
        command.env("DYNAKV__CONNECTIONS__MAX_AGE", "0s");
        let process = Process::start(command).await.context("the server does not run")?;
        let target = |connection| Target::Gateway(Gateway::new(connection, values.clone()));
        let targets = threads.connect(&process.address).await?.into_iter().map(target).collect();
        Ok(Self { process, targets })
    }
}

/// An address with a free port.
pub(crate) const FREE: &str = "127.0.0.1:0";

/// The server with its defaults at this address. It gets none of the environment, and dummy credentials.
pub(crate) fn serve(binary: &Path, address: &str) -> Command {
    let mut command = Command::new(binary);
    command.args(["serve", "--listen", address]).env_clear();
    command.envs([("AWS_ACCESS_KEY_ID", "bench"), ("AWS_SECRET_ACCESS_KEY", "bench"), ("DYNAKV__LOG__LEVEL", "warn")]);
    command
}
