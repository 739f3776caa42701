//! `make bench`: measures the server and its alternatives, and writes the report.
//!
//! ```text
//! load generator (this process) -> server -> stub        the measured server
//!                               -> no-op server          the cost of a gRPC call
//!                               -> AWS SDK -> stub       a program without a gateway
//! ```
//!
//! Load generators in Go and Python make the same calls from processes of their own.
//!
//! The stub and the no-op server are this program too, each in its own process.
//!
//! `make abuse` and `make proxies` are part of it as well. They run the same server on the same stub, one under attack,
//! the other behind HAProxy and nginx. `make trouble` runs it on another stub, which misbehaves.

mod abuse;
mod keyspace;
mod load;
mod measure;
mod noop;
mod plan;
mod process;
mod program;
mod proxies;
mod report;
mod startup;
mod stats;
mod stub;
mod target;
mod transfer;
mod trouble;
mod world;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime;

use self::abuse::Abuse;
use self::plan::{Figure, Timing};
use self::proxies::Proxies;
use self::report::Report;
use self::startup::Footprint;
use self::stub::Stub;
use self::transfer::Transfers;
use self::trouble::Trouble;
use self::world::World;

/// Measures DynaKV.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Measure, and write the report
    Run(Bench),
    /// Attack the server, and measure a well-behaved client meanwhile
    Abuse(Abuse),
    /// Restart the server behind real proxies, and count failed calls
    Proxies(Proxies),
    /// Measure the server while DynamoDB misbehaves
    Trouble(Trouble),
    /// Run a stub of DynamoDB
    Stub(Stub),
    /// Run the no-op gRPC server
    Noop,
}

#[derive(Debug, clap::Args)]
struct Bench {
    /// The server's binary, a release build
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// Folder of the report; without it, the report is only printed
    #[arg(long, value_name = "FOLDER")]
    docs: Option<PathBuf>,
    /// Load generator in Go, built from `bench/gosdk`; without it, the figures beside the AWS SDK for Go are left out
    #[arg(long, value_name = "FILE")]
    go: Option<PathBuf>,
    /// Python with boto3 and the client; without it, the figures of forked workers are left out
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// Run only a part, once, for 0.6 seconds each
    #[arg(long)]
    quick: bool,
    /// Only the workload with this name, such as `Get, 100 B, 256 callers`, without memory and start-up
    #[arg(long, value_name = "NAME", conflicts_with = "docs")]
    only: Vec<String>,
    /// Runs of each figure [default: 5; quick: 1]
    #[arg(long)]
    runs: Option<usize>,
    /// Milliseconds of each measurement [default: 1800; quick: 600]
    #[arg(long, value_name = "MS")]
    run_ms: Option<u64>,
    /// Milliseconds of warm-up before each measurement
    #[arg(long, value_name = "MS", default_value_t = 400)]
    warm_up_ms: u64,
}

fn main() -> anyhow::Result<()> {
    let threads = || runtime::Builder::new_multi_thread().enable_all().build();
    match Arguments::parse().part {
        Part::Run(bench) => threads()?.block_on(bench.run()),
        Part::Abuse(abuse) => threads()?.block_on(abuse.run()),
        Part::Proxies(proxies) => threads()?.block_on(proxies.run()),
        Part::Trouble(trouble) => threads()?.block_on(trouble.run()),
        // A single thread is the cheapest; the report shows how busy it was.
        Part::Stub(stub) => runtime::Builder::new_current_thread().enable_all().build()?.block_on(stub.run()),
        Part::Noop => threads()?.block_on(noop::run()),
    }
}

impl Bench {
    async fn run(self) -> anyhow::Result<()> {
        let begun = Instant::now();
        allow_many_connections()?;
        let timing = Timing {
            runs: self.runs.unwrap_or(if self.quick { 1 } else { 5 }),
            run: Duration::from_millis(self.run_ms.unwrap_or(if self.quick { 600 } else { 1800 })),
            warm_up: Duration::from_millis(self.warm_up_ms),
        };
        let mut world = World::start(&self.server, self.go, self.python).await?;
        let mut series = Vec::new();
        let (mut footprint, mut transfers) = (None, None);
        if self.only.is_empty() {
            footprint = Some(Footprint::measure(&self.server, &world, timing).await?);
            transfers = Some(Transfers::measure(&self.server, world.programs(), timing.runs).await?);
        }
        let plan = if self.quick { plan::quick() } else { plan::full() };
        let is_wanted = |figure: &Figure| self.only.is_empty() || self.only.contains(&figure.workload.to_string());
        for figure in plan.into_iter().filter(is_wanted) {
            series.extend(measure::measure(&figure, &mut world, timing).await?);
        }
        let report = Report { series, footprint, transfers, timing, took: begun.elapsed() };
        println!("{}", report.text());
        match self.docs {
            Some(docs) => report.write(&docs),
            None => Ok(()),
        }
    }
}

/// A thousand callers of the SDK need a thousand connections. Child processes inherit this limit.
fn allow_many_connections() -> anyhow::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?)
}
