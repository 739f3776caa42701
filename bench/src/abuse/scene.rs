use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use dynakv_abuse::attack::Target;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use super::meter::Meter;
use super::neighbour::{Calls, Neighbour};
use super::report::{Bound, Memory, Row};
use super::server::{Setting, TOKEN};
use crate::process::{Process, Usage, this_program};
use crate::startup::mebibytes;

/// How long after the deadlines and limits everything must be released.
pub(super) const RELEASE_TIME: Duration = Duration::from_secs(2);

/// How long a server without calls in flight may take to exit.
const END_TIME: Duration = Duration::from_secs(2);

/// Polling interval for an expected state.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How much memory the allocator may keep after an attack, in MiB.
const MAX_RETAINED_MIB: f64 = 32.0;

/// What all attacks share.
pub(super) struct Stage {
    binary: PathBuf,
    pub(super) go_bursts: Option<PathBuf>,
    stub: Process,
    kill_above_mib: u64,
    /// The certificate and key of TLS servers.
    folder: TempDir,
    pub(super) certificate: String,
}

impl Stage {
    pub(super) async fn new(binary: PathBuf, go_bursts: Option<PathBuf>, kill_above_mib: u64) -> anyhow::Result<Self> {
        let stub = Process::start(this_program(&["stub"])?).await?;
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let (folder, certificate) = (TempDir::new()?, cert.pem());
        std::fs::write(folder.path().join("cert.pem"), &certificate)?;
        std::fs::write(folder.path().join("key.pem"), signing_key.serialize_pem())?;
        Ok(Self { binary, go_bursts, stub, kill_above_mib, folder, certificate })
    }

    /// Enables TLS with this stage's certificate.
    pub(super) fn encrypted(&self, setting: Setting) -> Setting {
        let path = |name| self.folder.path().join(name).display().to_string();
        setting.with("DYNAKV__TLS__CERT", path("cert.pem")).with("DYNAKV__TLS__KEY", path("key.pem"))
    }

    /// Starts a server with a well-behaved client.
    pub(super) async fn scene(&self, setting: &Setting, calls: Calls) -> anyhow::Result<Scene> {
        let server = setting.start(&self.binary, &self.stub.address).await?;
        let is_encrypted = setting.variables.iter().any(|(name, _)| *name == "DYNAKV__TLS__CERT");
        let certificate = is_encrypted.then(|| self.certificate.clone());
        let channel = connect(&server.address, certificate.as_deref()).await?;
        let neighbour = Neighbour::start(channel, calls);
        // Let the server handle some calls before the measurement.
        sleep(Duration::from_millis(300)).await;
        let before = server.id.usage()?;
        let meter = Meter::start(server.id, self.kill_above_mib);
        Ok(Scene { server, neighbour, meter, before, certificate })
    }

    /// The same, with Gets.
    pub(super) async fn scene_of_gets(&self, setting: &Setting) -> anyhow::Result<Scene> {
        self.scene(setting, Calls::Get(format!("Bearer {TOKEN}").parse()?)).await
    }
}

/// Connects to the server.
pub(super) async fn connect(address: &str, certificate: Option<&str>) -> anyhow::Result<Channel> {
    let endpoint = match certificate {
        None => Endpoint::from_shared(format!("http://{address}"))?,
        Some(certificate) => {
            let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(certificate));
            Endpoint::from_shared(format!("https://{address}"))?.tls_config(tls.domain_name("localhost"))?
        }
    };
    Ok(endpoint.connect().await?)
}

/// A server under attack.
pub(super) struct Scene {
    pub(super) server: Process,
    neighbour: Neighbour,
    meter: Meter,
    before: Usage,
    pub(super) certificate: Option<String>,
}

impl Scene {
    pub(super) fn target(&self) -> Target<'_> {
        Target { address: &self.server.address, token: Some(TOKEN) }
    }

    /// Waits until this holds, at most for `limit`. Returns the time it took.
    pub(super) async fn until(&self, limit: Duration, mut holds: impl FnMut() -> bool) -> Duration {
        let begun = Instant::now();
        while !holds() && begun.elapsed() < limit && !self.meter.was_killed() {
            sleep(POLL_INTERVAL).await;
        }
        begun.elapsed()
    }

    /// CPU time of the server since the attack began.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        Ok(self.server.id.usage()?.cpu.saturating_sub(self.before.cpu))
    }

    /// CPU time of the server during the next `time`.
    pub(super) async fn cpu_in(&self, time: Duration) -> anyhow::Result<Duration> {
        let before = self.cpu()?;
        sleep(time).await;
        Ok(self.cpu()?.saturating_sub(before))
    }

    /// Ends the attack and returns its results. `growth_mib` limits the growth of the server's memory at its peak.
    pub(super) async fn finish(self, attack: String, growth_mib: f64, bounds: Vec<Bound>) -> anyhow::Result<Row> {
        Ok(self.judge(attack, growth_mib, bounds).await?.0)
    }

    /// The same for a server without calls in flight, which then has to exit within two seconds, during the attack.
    pub(super) async fn finish_and_end(
        self,
        attack: String,
        growth_mib: f64,
        bounds: Vec<Bound>,
    ) -> anyhow::Result<Row> {
        let (mut row, mut server) = self.judge(attack, growth_mib, bounds).await?;
        let begun = Instant::now();
        let has_ended = match server.signal(Signal::TERM) {
            Ok(()) => timeout(END_TIME, server.ended()).await.is_ok(),
            // It has exited already.
            Err(_) => false,
        };
        let measured = if has_ended { format!("{} ms", begun.elapsed().as_millis()) } else { "it does not".to_owned() };
        row.bounds.push(Bound::new("SIGTERM ends it within 2 s", measured, has_ended));
        Ok(row)
    }

    async fn judge(self, attack: String, growth_mib: f64, mut bounds: Vec<Bound>) -> anyhow::Result<(Row, Process)> {
        let after = self.server.id.usage().ok().map(|usage| mebibytes(usage.resident_kib));
        let served =
            timeout(Duration::from_secs(10), self.neighbour.stop()).await.context("the good client hangs")??;
        let memory =
            Memory { before: mebibytes(self.before.resident_kib), peak: mebibytes(self.meter.peak_kib()), after };
        bounds.insert(0, Bound::at_most("growth", memory.peak - memory.before, growth_mib, "MiB"));
        let lost = if let Some(error) = &served.first_error { format!(", first {error}") } else { String::new() };
        let of = format!("{} of {}{lost}", served.errors, served.calls);
        bounds.push(Bound::new("the good client loses no call", of, served.errors == 0));
        match after {
            Some(after) => bounds.push(Bound::at_most("left", after - memory.before, MAX_RETAINED_MIB, "MiB")),
            None if self.meter.was_killed() => {
                bounds.push(Bound::new("the server lives", "killed: it took too much memory", false));
            }
            None => bounds.push(Bound::new("the server lives", "it has ended", false)),
        }
        Ok((Row { attack, memory: Some(memory), served: Some(served), bounds }, self.server))
    }
}

impl Row {
    /// Adds a limit for the slowest calls of the well-behaved client.
    pub(super) fn with_p99(mut self, most_ms: f64) -> Self {
        if let Some(served) = &self.served {
            self.bounds.push(Bound::at_most("p99 of the good client", served.p99_ms, most_ms, "ms"));
        }
        self
    }
}
