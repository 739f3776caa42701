//! Measures the figures of a plan, with all candidates in turn, several times.

use std::time::Duration;

use anyhow::Context;
use tonic::Code;

use crate::keyspace::Draw;
use crate::load::{Loaded, load};
use crate::plan::{Candidate, Figure, Section, Timing, Workload};
use crate::process::{ProcessId, Usage};
use crate::program::Measured;
use crate::startup::mebibytes;
use crate::stats::{Spread, number};
use crate::world::{Caller, Contestant, World};

/// One run of one candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) calls_per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    /// CPU time of the server for each call, in microseconds; 0 for the SDK.
    pub(crate) server_cpu_us: f64,
    /// CPU time of the load generator for each call, in microseconds; includes the SDK's own.
    pub(crate) caller_cpu_us: f64,
    /// The load generator's memory at the end, in MiB; 0 if it is this process.
    pub(crate) caller_mib: f64,
    /// The stub's use of a core.
    pub(crate) stub_cores: f64,
    /// The server's memory at the end, in MiB; 0 for the SDK.
    pub(crate) server_mib: f64,
    /// Calls per second that an open load had to drop.
    pub(crate) dropped_per_second: f64,
}

/// The runs of one candidate under one workload.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) section: Section,
    pub(crate) workload: Workload,
    pub(crate) candidate: Candidate,
    /// None if the server does not implement the operation.
    pub(crate) runs: Vec<Run>,
}

impl Series {
    pub(crate) fn spread(&self, of: impl Fn(&Run) -> f64) -> Spread {
        Spread::of(self.runs.iter().map(of).collect())
    }

    pub(crate) fn median(&self, of: impl Fn(&Run) -> f64) -> f64 {
        self.spread(of).median
    }
}

/// Measures a figure. The candidates take turns, so that other load on the machine affects all of them.
pub(crate) async fn measure(figure: &Figure, world: &mut World, timing: Timing) -> anyhow::Result<Vec<Series>> {
    let Figure { section, workload, candidates } = figure;
    let mut series: Vec<Series> = Vec::new();
    for &candidate in candidates {
        let Some(contestant) = world.contestant(candidate, *workload) else {
            eprintln!("{workload}: {candidate}: skipped, its load generator is not there");
            continue;
        };
        if is_implemented(contestant, *workload).await? {
            series.push(Series { section: *section, workload: *workload, candidate, runs: Vec::new() });
        } else {
            eprintln!("{workload}: {candidate}: skipped, the server says UNIMPLEMENTED");
        }
    }
    for run in 0..timing.runs {
        for Series { candidate, runs, .. } in &mut series {
            let contestant = world.contestant(*candidate, *workload).context("the load generator has gone")?;
            // Every candidate gets the same keys, and every run different ones.
            let measured = measure_once(&contestant, *workload, timing, (run as u64) << 32).await?;
            eprintln!("{workload}: {candidate}: {}/s", number(measured.calls_per_second));
            runs.push(measured);
        }
    }
    Ok(series)
}

async fn is_implemented(contestant: Contestant, workload: Workload) -> anyhow::Result<bool> {
    let entry = Draw::uniform(0).entry(workload.value_bytes);
    let targets = match contestant.caller {
        Caller::Targets(targets) => targets,
        Caller::Program(_) => return Ok(true),
    };
    for mut target in targets {
        match target.call(workload.operation, entry).await {
            Ok(()) => {}
            Err(error) => match error.downcast_ref::<tonic::Status>() {
                Some(status) if status.code() == Code::Unimplemented => return Ok(false),
                Some(_) | None => return Err(error),
            },
        }
    }
    Ok(true)
}

async fn measure_once(contestant: &Contestant, workload: Workload, timing: Timing, seed: u64) -> anyhow::Result<Run> {
    let Contestant { caller, server, stub } = contestant;
    let meter = || {
        let server = server.map(ProcessId::usage).transpose()?;
        Ok(Reading { server, caller: ProcessId::This.usage()?, stub: stub.usage()? })
    };
    match caller {
        Caller::Targets(targets) => Ok(run(&load(targets, workload, timing, seed, meter).await?)),
        Caller::Program(program) => {
            let (measured, readings) = program.run(workload, timing, seed, meter).await?;
            Ok(run_of_program(&measured, &readings))
        }
    }
}

/// The resource usage of the processes.
struct Reading {
    server: Option<Usage>,
    caller: Usage,
    stub: Usage,
}

impl Reading {
    /// CPU time of the server for each call, in microseconds.
    fn server_cpu_us(before: &Self, after: &Self, calls: f64) -> f64 {
        let server = before.server.zip(after.server);
        server.map_or(0.0, |(then, now)| each_us(spent(now, then), calls))
    }

    /// The server's memory, in MiB.
    fn server_mib(&self) -> f64 {
        self.server.map_or(0.0, |usage| mebibytes(usage.resident_kib))
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn run(Loaded { window, latencies, dropped, readings: (before, after) }: &Loaded<Reading>) -> Run {
    let calls = latencies.len() as f64;
    let quantile = |quantile| latencies.value_at_quantile(quantile) as f64;
    Run {
        calls_per_second: calls / window.as_secs_f64(),
        p50_us: quantile(0.5),
        p99_us: quantile(0.99),
        p999_us: quantile(0.999),
        server_cpu_us: Reading::server_cpu_us(before, after, calls),
        caller_cpu_us: each_us(spent(after.caller, before.caller), calls),
        caller_mib: 0.0,
        stub_cores: spent(after.stub, before.stub).as_secs_f64() / window.as_secs_f64(),
        server_mib: after.server_mib(),
        dropped_per_second: *dropped as f64 / window.as_secs_f64(),
    }
}

fn run_of_program(measured: &Measured, (before, after): &(Reading, Reading)) -> Run {
    let Measured { calls, seconds, p50_us, p99_us, p999_us, cpu_seconds, memory_mib } = *measured;
    let calls = f64::from(calls);
    Run {
        calls_per_second: calls / seconds,
        p50_us,
        p99_us,
        p999_us,
        server_cpu_us: Reading::server_cpu_us(before, after, calls),
        caller_cpu_us: cpu_seconds * 1e6 / calls.max(1.0),
        caller_mib: memory_mib,
        stub_cores: spent(after.stub, before.stub).as_secs_f64() / seconds,
        server_mib: after.server_mib(),
        dropped_per_second: 0.0,
    }
}

fn spent(now: Usage, then: Usage) -> Duration {
    now.cpu.saturating_sub(then.cpu)
}

fn each_us(cpu: Duration, calls: f64) -> f64 {
    cpu.as_secs_f64() * 1e6 / calls.max(1.0)
}
