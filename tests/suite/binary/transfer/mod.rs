//! `dynakv export` and `dynakv import`: tables to files and back, also after an interruption.

mod export;
mod import;
mod killed;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use tokio::process::{Child, Command};

use super::cli::Ran;
use super::process::dynakv;
use super::{Proxy, Serve, Serving, make_table};

/// A server on a table in DynamoDB Local, behind a proxy.
async fn behind_proxy() -> (Proxy, Serving) {
    let (proxy, table) = (Proxy::start().await, make_table().await);
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    (proxy, server)
}

/// `import` or `export` of a file.
fn command(name: &str, file: &Path) -> Vec<OsString> {
    vec![name.into(), "--timeout".into(), "1m".into(), "--file".into(), file.into()]
}

/// The same in the background.
fn spawn(server: &Serving, args: &[OsString]) -> Child {
    let mut command: Command = dynakv();
    command.args(args).env("DYNAKV_ADDRESS", server.address());
    command.spawn().unwrap()
}

/// The lines of a file, which must be unique.
fn lines(file: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: BTreeSet<_> = text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), text.lines().count(), "each item once");
    lines
}

/// A number in the checkpoint beside a file; 0 if there is none.
fn saved(file: &Path, suffix: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file.with_added_extension(suffix)).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).map_or(0, |state| state[name].as_u64().unwrap())
}

/// Asserts that it succeeded with so many items.
#[track_caller]
fn assert_done(ran: &Ran, items: usize, done: &str) {
    let summary = ran.stderr.lines().last().unwrap_or_default();
    assert!(ran.code == 0 && summary.starts_with(&format!("{items} items {done}: ")), "{ran:?}");
}
