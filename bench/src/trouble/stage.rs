use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use super::ask::Ask;
use super::load::Clients;
use super::upstream::{Mode, TABLE, Upstream};
use crate::process::Process;
use crate::world::{FREE, serve};

/// The deadline of calls that only prepare.
const PATIENCE: Duration = Duration::from_secs(10);

/// What all scenes share.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) binary: PathBuf,
    pub(super) is_quick: bool,
    /// Show the server's log from this level on.
    pub(super) log: Option<String>,
}

/// A server on an upstream of its own.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) upstream: Arc<Upstream>,
    pub(super) clients: Clients,
    _server: Process,
}

impl Stage {
    /// Of two lengths, the one for this run.
    pub(super) fn pick<T>(&self, full: T, quick: T) -> T {
        if self.is_quick { quick } else { full }
    }

    /// Starts a server with its defaults.
    pub(super) async fn start(&self, mode: Mode) -> anyhow::Result<Setting> {
        self.start_with(mode, true).await
    }

    /// Starts a server, with or without shared calls.
    pub(super) async fn start_with(&self, mode: Mode, shares: bool) -> anyhow::Result<Setting> {
        let upstream = Arc::new(Upstream::start(mode).await?);
        let mut command = serve(&self.binary, FREE);
        command.args(["--backend", "dynamodb", "--table", TABLE]);
        command.args(["--endpoint-url", &format!("http://{}", upstream.address)]);
        for kind in ["READS", "WRITES"] {
            command.env(format!("DYNAKV__COALESCING__{kind}"), shares.to_string());
        }
        // Keep the connections open, and send nothing that is not counted.
        command.env("DYNAKV__CONNECTIONS__MAX_AGE", "0s").env("DYNAKV__HEALTH__PROBE_PERIOD", "1h");
        match &self.log {
            Some(level) => command.env("DYNAKV__LOG__LEVEL", level),
            None => command.stderr(Stdio::null()),
        };
        let server = Process::start(command).await.context("the server does not run")?;
        let clients = Clients::connect(&server.address).await?;
        let setting = Setting { upstream, clients, _server: server };
        setting.warm_up().await?;
        Ok(setting)
    }
}

impl Setting {
    /// A call whose answer does not matter, after which the server knows its table.
    async fn warm_up(&self) -> anyhow::Result<()> {
        let _refused = Ask::Set("warm-up".to_owned()).send(self.clients.of(0)?, PATIENCE).await;
        Ok(())
    }
}
