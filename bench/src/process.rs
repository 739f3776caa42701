//! The processes of a benchmark and their resource usage.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The prefix of the line with a process's address; the server prints the same.
const LISTENING: &str = "listening on ";

/// How long a process may take to listen.
const START_TIME: Duration = Duration::from_secs(30);

/// A listening process, killed on drop.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) id: ProcessId,
    /// Its address.
    pub(crate) address: String,
    child: Child,
    /// Kept open, so that the process can go on writing.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a process and waits until it listens.
    pub(crate) async fn start(mut command: Command) -> anyhow::Result<Self> {
        let name = command.as_std().get_program().display().to_string();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let id = child.id().map(ProcessId::Other).context("it has ended already")?;
        let stdout = child.stdout.take().context("has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix(LISTENING) {
                    return Ok(address.to_owned());
                }
            }
            bail!("{name} ended before it listened")
        };
        let address = tokio::time::timeout(START_TIME, listening).await.context("it does not listen")??;
        Ok(Self { id, address, child, _stdout: lines })
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(kill_process(id.context("the process has ended")?, signal)?)
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }
}

/// Runs this program as another part of the benchmark.
pub(crate) fn this_program(arguments: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments);
    Ok(command)
}

/// Prints the address for the parent process.
pub(crate) fn announce(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{LISTENING}{address}")?;
    out.flush()
}

/// Waits until the parent process exits, which closes standard input.
pub(crate) async fn until_parent_exits() {
    let _ended = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
}

/// The process to inspect.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ProcessId {
    This,
    Other(u32),
}

/// The resource usage of a process, from `proc(5)` of the Linux manual pages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// CPU time, user and system.
    pub(crate) cpu: Duration,
    /// Resident memory now, in KiB.
    pub(crate) resident_kib: u64,
    /// Peak resident memory, in KiB.
    pub(crate) peak_kib: u64,
}

impl ProcessId {
    /// The usage so far.
    pub(crate) fn usage(self) -> anyhow::Result<Usage> {
        let id = match self {
            Self::This => "self".to_owned(),
            Self::Other(id) => id.to_string(),
        };
        let read =
            |file| fs::read_to_string(format!("/proc/{id}/{file}")).with_context(|| format!("process {id} is gone"));
        let status = read("status")?;
        let kib = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no such field")?;
            Ok::<u64, anyhow::Error>(line.trim().trim_end_matches(" kB").parse()?)
        };
        Ok(Usage { cpu: cpu(&read("stat")?)?, resident_kib: kib("VmRSS:")?, peak_kib: kib("VmHWM:")? })
    }
}

/// The fields `utime` and `stime` of `/proc/PID/stat`.
fn cpu(stat: &str) -> anyhow::Result<Duration> {
    // The name in parentheses may contain spaces; `utime` is the twelfth field after it.
    let (_, fields) = stat.rsplit_once(") ").context("has no name")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_nanos(ticks * 1_000_000_000 / per_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory() {
        let usage = ProcessId::This.usage().unwrap();
        assert!(usage.resident_kib > 0 && usage.peak_kib >= usage.resident_kib);
    }

    #[test]
    fn cpu_time_is_found_behind_any_name() {
        let stat = "1 (a ) b) S 0 1 1 0 -1 4 0 0 0 0 150 50 0 0 20 0 1 0 0 0 0";
        let ticks = 200 * 1_000_000_000 / rustix::param::clock_ticks_per_second();
        assert_eq!(cpu(stat).unwrap(), Duration::from_nanos(ticks));
    }
}
