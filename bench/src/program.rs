//! Load generators in other languages. Each run is a process of its own, which makes the calls in a closed loop, checks what it
//! reads, and says on its standard output when the measurement begins and ends and what came of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};

use crate::keyspace::Values;
use crate::plan::{CONNECTIONS, Callee, Delay, Language, Load, Skew, Timing, Workload};

/// What a load generator says when it has warmed up, and when the time is over.
const BEGIN: &str = "measuring";
const END: &str = "measured";

/// How long a run may take beyond its measurement.
const SPARE_TIME: Duration = Duration::from_mins(1);

/// The script for Python, in this folder.
const WORKERS: &str = "python/workers.py";

/// The load generators that there are.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The one in Go.
    pub(crate) go: Option<PathBuf>,
    /// An interpreter of Python with boto3 and the client.
    pub(crate) python: Option<PathBuf>,
    /// The bytes of which every value is a part.
    values: NamedTempFile,
}

/// A load generator and what it calls.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    executable: PathBuf,
    script: Option<PathBuf>,
    callee: Callee,
    address: String,
    values: PathBuf,
}

/// What a load generator measured of itself.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Measured {
    pub(crate) calls: u32,
    pub(crate) seconds: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    /// CPU time of all its processes, user and system.
    pub(crate) cpu_seconds: f64,
    /// Memory of all its processes at the end; what they share counts once.
    pub(crate) memory_mib: f64,
}

impl Programs {
    pub(crate) fn new(go: Option<PathBuf>, python: Option<PathBuf>, values: &Values) -> anyhow::Result<Self> {
        let mut file = NamedTempFile::new()?;
        file.write_all(values.pool())?;
        Ok(Self { go, python, values: file })
    }

    /// The load generator in a language; None if there is none.
    pub(crate) fn calling(&self, language: Language, callee: Callee, address: &str) -> Option<Program> {
        let (executable, script) = match language {
            Language::Go => (self.go.clone()?, None),
            Language::Python => (self.python.clone()?, Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(WORKERS))),
        };
        let values = self.values.path().to_owned();
        Some(Program { executable, script, callee, address: address.to_owned(), values })
    }
}

impl Program {
    /// Runs it, and reads the meter at the start and the end of the measurement.
    ///
    /// # Errors
    /// A call fails, or its answer is wrong.
    pub(crate) async fn run<T>(
        &self,
        workload: Workload,
        timing: Timing,
        seed: u64,
        meter: impl Fn() -> anyhow::Result<T>,
    ) -> anyhow::Result<(Measured, (T, T))> {
        let mut command = self.command(workload, timing, seed)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{} cannot be started", self.executable.display()))?;
        let mut lines = BufReader::new(child.stdout.take().context("has no standard output")?).lines();
        let running = async {
            expect(BEGIN, &mut lines).await?;
            let before = meter()?;
            expect(END, &mut lines).await?;
            let after = meter()?;
            let line = lines.next_line().await?.context("no result was printed")?;
            ensure!(child.wait().await?.success(), "it has failed");
            Ok((serde_json::from_str(&line).context(line)?, (before, after)))
        };
        let limit = timing.warm_up + timing.run + SPARE_TIME;
        let ended: anyhow::Result<_> = tokio::time::timeout(limit, running).await.context("it does not end")?;
        ended.with_context(|| format!("{workload}: {}", self.executable.display()))
    }

    fn command(&self, workload: Workload, timing: Timing, seed: u64) -> anyhow::Result<Command> {
        let Workload { operation, value_bytes, load, skew, delay: Delay::None | Delay::LogNormal } = workload;
        let (Load::Closed { callers }, Skew::Uniform) = (load, skew) else { bail!("{workload} is measured from Rust") };
        let mut command = Command::new(&self.executable);
        command.args(&self.script);
        for (name, value) in [
            ("--target", self.callee.argument().to_owned()),
            ("--address", self.address.clone()),
            ("--operation", operation.argument().to_owned()),
            ("--keys", operation.keys().to_string()),
            ("--callers", callers.to_string()),
            ("--connections", CONNECTIONS.to_string()),
            ("--value-bytes", value_bytes.to_string()),
            ("--seed", seed.to_string()),
            ("--warm-up", format!("{}ms", timing.warm_up.as_millis())),
            ("--duration", format!("{}ms", timing.run.as_millis())),
        ] {
            command.args([name, &value]);
        }
        command.arg("--values").arg(&self.values);
        Ok(command)
    }
}

async fn expect(what: &str, lines: &mut Lines<BufReader<ChildStdout>>) -> anyhow::Result<()> {
    let line = lines.next_line().await?.with_context(|| format!("it ended before it was {what}"))?;
    ensure!(line == what, "it said {line:?}");
    Ok(())
}
