//! Client commands as separate processes.

use std::ffi::OsStr;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt;

use super::process::dynakv;

/// Runs client commands with their own environment.
#[derive(Default)]
pub(crate) struct Cli {
    environment: Vec<(String, String)>,
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Cli {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a command with these words as arguments.
    pub(crate) async fn run(&self, line: &str) -> Ran {
        self.args(line.split_whitespace()).await
    }

    pub(crate) async fn args<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        self.fed(args, b"").await
    }

    /// Runs a command with this as its standard input.
    pub(crate) async fn fed<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, input: &[u8]) -> Ran {
        let mut command = dynakv();
        command.args(args).envs(self.environment.iter().cloned()).stdin(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stdin = process.stdin.take().unwrap();
        let feed = async {
            // A command that reads no input may have exited already.
            let _ = stdin.write_all(input).await;
            drop(stdin);
        };
        let ((), output) = tokio::join!(feed, process.wait_with_output());
        let output = output.unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON output of a successful command with `--json`.
    pub(crate) async fn json(&self, line: &str) -> Value {
        let ran = self.run(&format!("{line} --json")).await;
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        ran.json()
    }
}

impl Ran {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Standard output as a single JSON object on one line.
    pub(crate) fn json(&self) -> Value {
        one_line(self.text())
    }

    /// Standard error as a single JSON object on one line.
    pub(crate) fn json_error(&self) -> Value {
        assert_eq!(self.text(), "", "an error leaves standard output alone");
        one_line(&self.stderr)
    }

    /// Asserts the exit code, standard output and standard error.
    #[track_caller]
    pub(crate) fn is(&self, code: i32, stdout: &str, stderr: &str) {
        assert_eq!((self.code, self.text(), self.stderr.as_str()), (code, stdout, stderr));
    }
}

#[track_caller]
fn one_line(text: &str) -> Value {
    assert!(text.ends_with('\n') && text.lines().count() == 1, "{text:?}");
    serde_json::from_str(text).unwrap()
}
