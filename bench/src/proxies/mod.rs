//! `make proxies`: restarts copies of the server behind HAProxy and nginx under load, and counts failed calls.
//!
//! The proxies use the configurations of `deploy/proxies` with other addresses. Nothing is retried, so every lost call
//! counts.

mod copies;
mod load;
mod proxy;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use tokio::time::{Instant, sleep};

use self::copies::Copies;
use self::load::{Load, Loaded};
use self::proxy::{Proxy, Software};
use crate::process::{Process, this_program};

/// Polling interval for the progress of the load.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Restarts the server behind real proxies.
#[derive(Debug, clap::Args)]
pub(crate) struct Proxies {
    /// The server's binary
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// Folder with the configurations of the proxies
    #[arg(long, value_name = "FOLDER", default_value = "deploy/proxies")]
    configurations: PathBuf,
    /// Calls of each run
    #[arg(long, default_value_t = 50_000)]
    calls: u64,
    /// Number of restarts, one after another
    #[arg(long, default_value_t = 10)]
    restarts: usize,
    /// `connections.max_age` of the run without restarts
    #[arg(long, default_value = "1s")]
    max_age: String,
    /// `shutdown.pause` of the run with restarts
    #[arg(long, default_value = "3s")]
    pause: String,
}

impl Proxies {
    /// Runs both scenarios with both proxies.
    ///
    /// # Errors
    /// A call fails.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let stub = Process::start(this_program(&["stub"])?).await?;
        let mut failed = 0;
        println!("| | calls | failed | took |\n|---|---|---|---|");
        for software in [Software::HaProxy, Software::Nginx] {
            let (aged, took) = self.age(software, &stub.address).await?;
            println!("| {software}, max_age {} | {aged} | {:.0} s |", self.max_age, took.as_secs_f64());
            let (restarted, took) = self.restart(software, &stub.address).await?;
            println!("| {software}, {} restarts | {restarted} | {:.0} s |", self.restarts, took.as_secs_f64());
            for loaded in [aged, restarted] {
                failed += loaded.failed;
                loaded.failures.iter().for_each(|(failure, count)| eprintln!("{software}: {count} × {failure}"));
            }
        }
        ensure!(failed == 0, "{failed} calls failed");
        Ok(())
    }

    /// Connections that end constantly.
    async fn age(&self, software: Software, stub: &str) -> anyhow::Result<(Loaded, Duration)> {
        let variables = [("DYNAKV__CONNECTIONS__MAX_AGE", self.max_age.clone())];
        let copies = Copies::start(&self.server, stub, &variables).await?;
        let proxy = Proxy::start(software, &self.configurations, &copies.addresses()).await?;
        let begun = Instant::now();
        let load = Load::start(&proxy.address).await?;
        self.wait_for(&load).await;
        Ok((load.stop().await?, begun.elapsed()))
    }

    /// Copies that restart.
    async fn restart(&self, software: Software, stub: &str) -> anyhow::Result<(Loaded, Duration)> {
        let variables = [("DYNAKV__SHUTDOWN__PAUSE", self.pause.clone())];
        let mut copies = Copies::start(&self.server, stub, &variables).await?;
        let proxy = Proxy::start(software, &self.configurations, &copies.addresses()).await?;
        let begun = Instant::now();
        let load = Load::start(&proxy.address).await?;
        for nth in 0..self.restarts {
            copies.restart(nth).await?;
        }
        self.wait_for(&load).await;
        Ok((load.stop().await?, begun.elapsed()))
    }

    async fn wait_for(&self, load: &Load) {
        while load.calls() < self.calls {
            sleep(POLL_INTERVAL).await;
        }
    }
}
