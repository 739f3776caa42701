//! `dynakv serve` as a separate process.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use dynakv_client::{Client, RetryPolicy};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Cli;
use crate::support::dynamodb_local::DynamoDbLocal;

/// The prefix of the announcement's last line.
const LISTENING: &str = "listening on ";

/// Timeout for log lines. It is never reached in a passing test.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program with an empty environment except for dummy credentials, which DynamoDB Local does not check.
pub(super) fn dynakv() -> Command {
    isolated(Command::new(env!("CARGO_BIN_EXE_dynakv")))
}

/// The same, with this limit of open files.
fn dynakv_with_open_files(most: u32) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &most.to_string(), env!("CARGO_BIN_EXE_dynakv")]);
    isolated(shell)
}

fn isolated(mut command: Command) -> Command {
    command.env_clear().envs([
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// A server that is about to be started.
pub(crate) struct Serve {
    command: Command,
    is_log_read: bool,
}

/// A server process, killed on drop.
pub(crate) struct Serving {
    process: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    /// The lines of its announcement.
    pub(crate) announced: Vec<String>,
    log: watch::Receiver<String>,
    reader: JoinHandle<()>,
    /// Dropping it starts reading the log.
    unread: Option<oneshot::Sender<()>>,
}

/// The end of a server that refused to start.
pub(crate) struct Refusal {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it wrote to standard error.
    pub(crate) stderr: String,
}

impl Serve {
    /// Without port and backend, so all settings have their defaults.
    pub(crate) fn bare() -> Self {
        Self::with(dynakv())
    }

    /// Another build of the program, without port and backend.
    pub(crate) fn other(program: &OsStr) -> Self {
        Self::with(isolated(Command::new(program)))
    }

    fn with(mut command: Command) -> Self {
        command.arg("serve");
        Self { command, is_log_read: true }
    }

    /// In memory, with this limit of open files.
    pub(crate) fn with_open_files(most: u32) -> Self {
        Self::with(dynakv_with_open_files(most)).args(["--listen", "127.0.0.1:0", "--memory"])
    }

    /// On a free port.
    fn local() -> Self {
        Self::bare().args(["--listen", "127.0.0.1:0"])
    }

    /// On the embedded engine in memory.
    pub(crate) fn in_memory() -> Self {
        Self::local().args(["--memory"])
    }

    /// On the embedded engine in this folder.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self::local().args(["--data-dir"]).args([folder])
    }

    /// On DynamoDB at this endpoint, probed so often that a test need not wait for it.
    pub(crate) fn over_dynamodb(endpoint_url: &str, tables: &[&str]) -> Self {
        let mut serve = Self::local().args(["--backend", "dynamodb", "--region", "us-east-1"]);
        serve = serve.args(["--endpoint-url", endpoint_url]).env("DYNAKV__HEALTH__PROBE_PERIOD", "50ms");
        for table in tables {
            serve = serve.args(["--table", table]);
        }
        serve
    }

    /// On this table of DynamoDB Local.
    pub(crate) async fn over_dynamodb_local(table: &str) -> Self {
        Self::over_dynamodb(DynamoDbLocal::shared().await.endpoint_url(), &[table])
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Leaves its standard error unread until [`Serving::read_log`].
    pub(crate) fn unread(mut self) -> Self {
        self.is_log_read = false;
        self
    }

    /// Starts it and waits for its address.
    pub(crate) async fn start(self) -> Serving {
        let mut server = self.launch();
        if !server.listens().await {
            let status = server.ended().await;
            panic!("the server ended with {status} before it listened: {}", server.log());
        }
        server
    }

    /// Starts it and waits until it exits without serving.
    pub(crate) async fn refused(self) -> Refusal {
        let mut server = self.launch();
        assert!(!server.listens().await, "the server should not have started");
        let status = server.ended().await;
        server.reader.await.unwrap();
        Refusal { code: status.code().unwrap(), stderr: server.log.borrow().clone() }
    }

    /// Starts it without waiting.
    pub(crate) fn launch(mut self) -> Serving {
        let mut process = self.command.spawn().unwrap();
        let (sender, log) = watch::channel(String::new());
        let (unread, read) = oneshot::channel::<()>();
        let stderr = process.stderr.take().unwrap();
        let reader = tokio::spawn(async move {
            let _ = read.await;
            collect(stderr, sender).await;
        });
        let unread = Some(unread).filter(|_| !self.is_log_read);
        let stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        Serving { process, stdout, announced: Vec::new(), log, reader, unread }
    }
}

/// Records the lines of the process until it closes the stream.
async fn collect(stderr: ChildStderr, log: watch::Sender<String>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        log.send_modify(|text| text.extend([line.as_str(), "\n"]));
    }
}

impl Serving {
    /// Waits for its address, or until it exits.
    pub(crate) async fn listens(&mut self) -> bool {
        while let Some(line) = self.stdout.next_line().await.unwrap() {
            let is_last = line.starts_with(LISTENING);
            self.announced.push(line);
            if is_last {
                return true;
            }
        }
        false
    }

    /// Its announced address: `127.0.0.1:PORT` or `unix:/PATH`.
    pub(crate) fn address(&self) -> &str {
        self.announced.last().unwrap().strip_prefix(LISTENING).unwrap()
    }

    /// A client without retries.
    pub(crate) async fn client(&self) -> Client {
        Client::builder().address(self.address()).retry(RetryPolicy::none()).connect().await.unwrap()
    }

    /// The client commands, with this server's address in the environment.
    pub(crate) fn cli(&self) -> Cli {
        Cli::new().env("DYNAKV_ADDRESS", self.address())
    }

    /// The log so far.
    pub(crate) fn log(&self) -> String {
        self.log.borrow().clone()
    }

    /// Waits until the log has these words.
    pub(crate) async fn logs(&self, words: &str) {
        let mut log = self.log.clone();
        let logged = timeout(PATIENCE, log.wait_for(|log| log.contains(words))).await;
        assert!(matches!(logged, Ok(Ok(_))), "the server has not logged {words:?}: {}", self.log());
    }

    /// Starts reading the log from its beginning.
    pub(crate) fn read_log(&mut self) {
        self.unread = None;
    }

    /// Closes the other end of its standard error.
    pub(crate) async fn stop_reading_log(&mut self) {
        self.reader.abort();
        assert!((&mut self.reader).await.unwrap_err().is_cancelled());
    }

    /// Sends it a signal, such as `TERM`.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.process.id().expect("the process has not ended").to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &id]).status().await.unwrap();
        assert!(sent.success());
    }

    /// Its peak memory in MiB, from `proc(5)` of the Linux manual pages.
    pub(crate) fn peak_mib(&self) -> u64 {
        let id = self.process.id().expect("the process has not ended");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
    }

    /// Kills it without a warning.
    pub(crate) fn start_kill(&mut self) {
        self.process.start_kill().unwrap();
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        self.process.wait().await.unwrap()
    }

    pub(crate) async fn kill(mut self) {
        self.start_kill();
        assert!(!self.ended().await.success());
    }
}
