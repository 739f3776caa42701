use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use rustix::process::Signal;
use tokio::time::{sleep, timeout};

use crate::process::Process;
use crate::world::serve;

const COUNT: usize = 3;

/// Pause before the next copy is restarted, as in an orchestrator: the proxy has to notice that this one is back.
const SETTLING: Duration = Duration::from_millis(1_500);

/// A copy exits within its pause and the time of its calls.
const END_TIME: Duration = Duration::from_secs(40);

/// Three servers on one stub, each with a fixed address.
pub(super) struct Copies {
    binary: PathBuf,
    stub: String,
    variables: Vec<(&'static str, String)>,
    running: Vec<Process>,
}

impl Copies {
    pub(super) async fn start(binary: &Path, stub: &str, variables: &[(&'static str, String)]) -> anyhow::Result<Self> {
        let (binary, stub, variables) = (binary.to_owned(), stub.to_owned(), variables.to_vec());
        let mut started = Self { binary, stub, variables, running: Vec::new() };
        for _ in 0..COUNT {
            let copy = started.copy(&free_address()?).await?;
            started.running.push(copy);
        }
        Ok(started)
    }

    async fn copy(&self, address: &str) -> anyhow::Result<Process> {
        let mut command = serve(&self.binary, address);
        command.args(["--backend", "dynamodb", "--table", "bench", "--endpoint-url", &format!("http://{}", self.stub)]);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Process::start(command).await.context("a copy does not start")
    }

    pub(super) fn addresses(&self) -> Vec<String> {
        self.running.iter().map(|copy| copy.address.clone()).collect()
    }

    /// Stops a copy as an orchestrator does, and starts it again.
    pub(super) async fn restart(&mut self, nth: usize) -> anyhow::Result<()> {
        let index = nth % COUNT;
        let old = self.running.get_mut(index).context("no such copy")?;
        old.signal(Signal::TERM)?;
        timeout(END_TIME, old.ended()).await.context("a copy does not end")??;
        let address = old.address.clone();
        let new = self.copy(&address).await?;
        if let Some(place) = self.running.get_mut(index) {
            *place = new;
        }
        sleep(SETTLING).await;
        Ok(())
    }
}

/// A free address: a restarted copy needs a fixed one.
pub(super) fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
