//! Measures the start-up time on the embedded engine and the memory of the server.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use tempfile::TempDir;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::load::load;
use crate::plan::{Operation, Timing, Workload};
use crate::process::Process;
use crate::stats::Spread;
use crate::world::{FREE, World, serve};

/// The service that a load balancer would check.
const SERVICE: &str = "dynakv.v1.KeyValueService";

/// The number of callers for the memory figure.
pub(crate) const CROWD: usize = 1024;

/// Polling interval for SERVING.
const PAUSE: Duration = Duration::from_millis(1);

/// Start-up time and memory of a server.
#[derive(Debug)]
pub(crate) struct Footprint {
    /// Time from the start of the process to SERVING, in milliseconds, with a new folder.
    pub(crate) start_ms: Spread,
    /// Its memory at that time, in MiB.
    pub(crate) embedded_idle_mib: Spread,
    /// The memory of a server on DynamoDB before its first call, in MiB.
    pub(crate) idle_mib: Spread,
    /// Its peak memory while [`CROWD`] callers read and write 100 bytes, in MiB.
    pub(crate) crowd_mib: Spread,
}

impl Footprint {
    pub(crate) async fn measure(binary: &Path, world: &World, timing: Timing) -> anyhow::Result<Self> {
        let (mut starts, mut embedded, mut idle, mut crowded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for run in 0..timing.runs {
            let (start_ms, mib) = start(binary).await?;
            starts.push(start_ms);
            embedded.push(mib);
            let server = world.another_server().await?;
            idle.push(mebibytes(server.process.id.usage()?.resident_kib));
            for operation in [Operation::Get, Operation::Set] {
                let workload = Workload::centre(operation).callers(CROWD);
                load(&server.targets, workload, timing, run as u64, || Ok(())).await?;
            }
            crowded.push(mebibytes(server.process.id.usage()?.peak_kib));
        }
        Ok(Self {
            start_ms: Spread::of(starts),
            embedded_idle_mib: Spread::of(embedded),
            idle_mib: Spread::of(idle),
            crowd_mib: Spread::of(crowded),
        })
    }
}

/// Starts a server on the embedded engine and returns its start-up time and memory.
async fn start(binary: &Path) -> anyhow::Result<(f64, f64)> {
    let folder = TempDir::new()?;
    let mut command = serve(binary, FREE);
    command.args(["--backend", "embedded", "--data-dir"]).arg(folder.path().join("data"));
    let begun = Instant::now();
    let process = Process::start(command).await?;
    let channel = Endpoint::from_shared(format!("http://{}", process.address))?.connect().await?;
    let mut health = HealthClient::new(channel);
    loop {
        let answer = health.check(HealthCheckRequest { service: SERVICE.to_owned() }).await;
        if answer.context("health is not answered")?.into_inner().status() == ServingStatus::Serving {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    Ok((took, mebibytes(process.id.usage()?.resident_kib)))
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}
