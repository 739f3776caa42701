//! Measures `dynakv import` and `dynakv export` beside programs with the AWS SDKs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

use crate::plan::DELAY_MEDIAN_MS;
use crate::process::{Process, this_program};
use crate::program::Programs;
use crate::stats::Spread;
use crate::stub::items::{COUNT, TABLE, line};
use crate::world::{FREE, serve};

/// The number of segments of an export.
const SEGMENTS: &str = "8";

/// How long a copy may take.
const LIMIT: Duration = Duration::from_mins(2);

/// The script for Python, in this folder.
const IMPORTS: &str = "python/imports.py";

/// How fast items are copied.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: String,
    who: &'static str,
    items_per_second: Spread,
    seconds: Spread,
}

/// What a program says of its copy.
#[derive(Debug, Deserialize)]
struct Copied {
    items: usize,
    seconds: f64,
}

/// A stub, the server on it, and what is copied.
struct Scene<'a> {
    binary: &'a Path,
    programs: &'a Programs,
    stub: Process,
    server: Process,
    folder: TempDir,
    runs: usize,
}

impl Transfers {
    pub(crate) async fn measure(binary: &Path, programs: &Programs, runs: usize) -> anyhow::Result<Self> {
        let mut transfers = Self::default();
        for median_ms in [0.0, DELAY_MEDIAN_MS] {
            let scene = Scene::start(binary, programs, median_ms, runs).await?;
            let upstream = if median_ms > 0.0 { format!(", {median_ms} ms upstream") } else { String::new() };
            let import = format!("Import of {COUNT} items{upstream}");
            let export = format!("Export of {COUNT} items, {SEGMENTS} segments{upstream}");
            transfers.add(&import, "dynakv import", &scene.repeat(|| scene.dynakv("import", &[])).await?);
            if programs.python.is_some() {
                transfers.add(&import, "boto3, batch_writer", &scene.repeat(|| scene.python()).await?);
            }
            let segments = ["--segments", SEGMENTS, "--force"];
            transfers.add(&export, "dynakv export", &scene.repeat(|| scene.dynakv("export", &segments)).await?);
            if programs.go.is_some() {
                transfers.add(&export, "AWS SDK for Go, 8 goroutines", &scene.repeat(|| scene.go()).await?);
            }
        }
        Ok(transfers)
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn add(&mut self, what: &str, who: &'static str, runs: &[Copied]) {
        let rates = runs.iter().map(|copied| copied.items as f64 / copied.seconds).collect();
        let seconds = runs.iter().map(|copied| copied.seconds).collect();
        let row = Row { what: what.to_owned(), who, items_per_second: Spread::of(rates), seconds: Spread::of(seconds) };
        self.rows.push(row);
    }

    pub(crate) fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\n## Import and export\n")?;
        writeln!(
            text,
            "Items of about 120 bytes with two key attributes and four others. Each run is a process of its own, and counts from \
             its first call.\n"
        )?;
        writeln!(text, "| | | items/s | seconds |\n|---|---|---|---|")?;
        for Row { what, who, items_per_second, seconds } in &self.rows {
            writeln!(text, "| {what} | {who} | {items_per_second} | {seconds} |")?;
        }
        Ok(())
    }
}

impl<'a> Scene<'a> {
    async fn start(binary: &'a Path, programs: &'a Programs, median_ms: f64, runs: usize) -> anyhow::Result<Self> {
        let stub = Process::start(this_program(&["stub", "--median-ms", &median_ms.to_string()])?).await?;
        let mut command = serve(binary, FREE);
        let endpoint = format!("http://{}", stub.address);
        command.args(["--backend", "dynamodb", "--table", TABLE, "--endpoint-url", &endpoint]);
        let server = Process::start(command).await.context("the server does not run")?;
        let folder = TempDir::new()?;
        let scene = Self { binary, programs, stub, server, folder, runs };
        fs::write(scene.file("import"), (0..COUNT).map(line).collect::<String>())?;
        Ok(scene)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Some runs, after one that warms up.
    async fn repeat<F: Future<Output = anyhow::Result<Copied>>>(
        &self,
        run: impl Fn() -> F,
    ) -> anyhow::Result<Vec<Copied>> {
        run().await?;
        let mut runs = Vec::new();
        for _ in 0..self.runs {
            let copied = run().await?;
            ensure!(copied.items == COUNT, "{} of {COUNT} items were copied", copied.items);
            runs.push(copied);
        }
        Ok(runs)
    }

    async fn dynakv(&self, name: &str, arguments: &[&str]) -> anyhow::Result<Copied> {
        let mut command = Command::new(self.binary);
        command.env_clear().args([name, "--json", "--address", &self.server.address, "--timeout", "1m", "--file"]);
        command.arg(self.file(name)).args(arguments);
        // Its summary is on standard error.
        read(command, |output| output.stderr).await
    }

    async fn python(&self) -> anyhow::Result<Copied> {
        let mut command = Command::new(self.programs.python.as_ref().context("there is no Python")?);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(IMPORTS));
        command.args(["--address", &self.stub.address, "--file"]).arg(self.file("import"));
        read(command, |output| output.stdout).await
    }

    async fn go(&self) -> anyhow::Result<Copied> {
        let mut command = Command::new(self.programs.go.as_ref().context("there is no program in Go")?);
        command.args(["-operation", "export", "-callers", SEGMENTS, "-address", &self.stub.address]);
        read(command, |output| output.stdout).await
    }
}

async fn read(mut command: Command, result: fn(std::process::Output) -> Vec<u8>) -> anyhow::Result<Copied> {
    let output =
        tokio::time::timeout(LIMIT, command.kill_on_drop(true).output()).await.context("it does not end")??;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{} has failed: {text}", command.as_std().get_program().display());
    serde_json::from_slice(&result(output)).context("no result was printed")
}
