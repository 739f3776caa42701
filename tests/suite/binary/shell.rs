//! What a shell expects of a program.

use std::process::Stdio;

use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::process::dynakv;
use super::{Cli, Serve};

#[tokio::test]
async fn it_says_its_version_and_what_it_can_do() {
    let cli = Cli::new();
    cli.run("--version").await.is(0, concat!("dynakv ", env!("CARGO_PKG_VERSION"), "\n"), "");
    let help = cli.run("--help").await;
    for command in ["serve", "get", "set", "cas", "del", "exists", "ttl", "expire", "persist", "incr", "health"] {
        assert!(help.text().contains(&format!("\n  {command} ")), "{command}: {help:?}");
        assert_eq!(cli.run(&format!("{command} --help")).await.code, 0);
    }
    let lost = cli.run("").await;
    assert_eq!((lost.code, lost.text()), (2, ""));
    assert!(lost.stderr.contains("Usage: dynakv"), "{lost:?}");
}

#[tokio::test]
async fn no_help_shows_a_token_from_the_environment() {
    let cli = Cli::new().env("DYNAKV_TOKEN", "s3cret");
    for line in ["get --help", "get -h", "get key --address nowhere", "get key --address 127.0.0.1:1"] {
        let ran = cli.run(line).await;
        assert!(!ran.text().contains("s3cret") && !ran.stderr.contains("s3cret"), "{ran:?}");
    }
}

#[tokio::test]
async fn completions_are_read_by_the_shell() {
    let script = Cli::new().run("completions bash").await;
    assert_eq!(script.code, 0);
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("dynakv.bash");
    std::fs::write(&path, &script.stdout).unwrap();
    // Completes the third word of `dynakv set --t`.
    let complete =
        "source \"$0\"; COMP_WORDS=(dynakv set --t); COMP_CWORD=2; _dynakv dynakv --t set; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", complete]).arg(&path).output().await.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let offered = String::from_utf8(output.stdout).unwrap();
    for flag in ["--ttl", "--table", "--timeout"] {
        assert!(offered.split_whitespace().any(|word| word == flag), "{flag}: {offered}");
    }
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        let script = Cli::new().run(&format!("completions {shell}")).await;
        assert!(script.code == 0 && script.text().contains("dynakv"), "{shell}");
    }
}

/// Runs a command whose reader closes the pipe after one byte, and returns the exit code and standard error.
async fn read_one_byte(address: &str, line: &str) -> (Option<i32>, String) {
    let mut command = dynakv();
    command.args(line.split_whitespace()).env("DYNAKV_ADDRESS", address);
    let mut process = command.spawn().unwrap();
    let mut stdout = process.stdout.take().unwrap();
    stdout.read_u8().await.unwrap();
    drop(stdout);
    let output = process.wait_with_output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn a_reader_that_goes_away_has_what_it_wanted() {
    let server = Serve::in_memory().start().await;
    // More than a pipe buffers, so that the command is still writing.
    let set = server.cli().fed(["set", "key", "-"], &vec![b'v'; 300_000]).await;
    assert_eq!(set.code, 0);
    for line in ["get key", "get key --json", "scan", "scan --all", "completions bash"] {
        assert_eq!(read_one_byte(server.address(), line).await, (Some(0), String::new()), "{line}");
    }
}

#[tokio::test]
async fn output_that_cannot_be_written_is_an_error() {
    let server = Serve::in_memory().start().await;
    server.cli().run("set key value").await;
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = dynakv();
    command.args(["get", "key", "--address", server.address()]).stdout(Stdio::from(full));
    let output = command.spawn().unwrap().wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot write to standard output: "));
}
