use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::process::Process;

/// The token of all clients.
pub(super) const TOKEN: &str = "a-token-for-the-attacks";

/// The settings of a server for an attack.
#[derive(Debug, Clone, Default)]
pub(super) struct Setting {
    /// Use the embedded engine in memory instead of the stub.
    pub(super) in_memory: bool,
    /// Environment variables of its configuration.
    pub(super) variables: Vec<(&'static str, String)>,
    /// Limit of open files.
    pub(super) open_files: Option<u32>,
    /// Leave standard error unread; otherwise discard it.
    pub(super) unread_log: bool,
}

impl Setting {
    pub(super) fn stub() -> Self {
        Self::default()
    }

    pub(super) fn in_memory() -> Self {
        Self { in_memory: true, ..Self::default() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// A memory budget of 128 MiB, as in a small but useful container.
    pub(super) fn with_small_budget(self) -> Self {
        self.with("DYNAKV__LIMITS__MEMORY", "128MiB")
    }

    /// Starts the server with its defaults, except for these settings.
    pub(super) async fn start(&self, binary: &Path, stub: &str) -> anyhow::Result<Process> {
        let mut command = match self.open_files {
            None => Command::new(binary),
            Some(most) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &most.to_string()]).arg(binary);
                shell
            }
        };
        command.args(["serve", "--listen", "127.0.0.1:0"]).env_clear();
        command.envs([("AWS_ACCESS_KEY_ID", "bench"), ("AWS_SECRET_ACCESS_KEY", "bench")]);
        command.env("DYNAKV__AUTH__TOKENS", format!("[{{name = 'abuse', token = '{TOKEN}'}}]"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if self.in_memory {
            command.arg("--memory");
        } else {
            command.args(["--backend", "dynamodb", "--table", "bench", "--endpoint-url", &format!("http://{stub}")]);
        }
        command.stderr(if self.unread_log { Stdio::piped() } else { Stdio::null() });
        Process::start(command).await
    }
}
