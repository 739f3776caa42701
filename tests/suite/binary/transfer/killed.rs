//! Imports and exports that are killed at random points, and resumed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use tempfile::TempDir;

use super::super::Serving;
use super::{Proxy, assert_done, behind_proxy, command, lines, saved, spawn};

/// The seeds. Each names a sequence of points.
const SEEDS: std::ops::Range<u64> = 0..5;

/// Items of 4 KB: 240 are a part, and 1 MiB.
const ITEMS: usize = 1200;

/// Every fifth line has the key of an earlier one.
fn key(line: usize) -> usize {
    if line % 5 == 4 { line / 2 } else { line }
}

fn line(number: usize) -> String {
    format!("{{\"pk\":\"{}\",\"v\":\"{number} {}\"}}", key(number), "v".repeat(4300))
}

/// A file, and the items that it makes.
fn file(folder: &Path) -> (PathBuf, std::collections::BTreeSet<String>) {
    let file = folder.join("f.jsonl");
    std::fs::write(&file, (0..ITEMS).map(|number| line(number) + "\n").collect::<String>()).unwrap();
    let last_of_each: std::collections::HashMap<_, _> = (0..ITEMS).map(|number| (key(number), number)).collect();
    (file, last_of_each.into_values().map(line).collect())
}

/// Starts a command and kills it when it has made so many calls of an operation. False if it ends before.
async fn kill_after(proxy: &Proxy, server: &Serving, args: &[OsString], operation: &'static str, calls: usize) -> bool {
    let mut held = proxy.hold_after(operation, calls);
    let mut process = spawn(server, args);
    tokio::select! {
        () = held.arrived() => {}
        _ended = process.wait() => {
            proxy.forget(operation);
            return false;
        }
    }
    process.kill().await.unwrap();
    true
}

#[tokio::test]
async fn an_import_that_is_killed_and_resumed_writes_every_item() {
    for seed in SEEDS {
        let (proxy, server) = behind_proxy().await;
        let (folder, mut random) = (TempDir::new().unwrap(), Rng::with_seed(seed));
        let (file, items) = file(folder.path());
        let import = command("import", &file);
        let mut kills = 0;
        for _ in 0..2 {
            let calls = random.usize(0..45);
            kills += usize::from(kill_after(&proxy, &server, &import, "BatchWriteItem", calls).await);
        }
        assert!(kills > 0, "seed {seed}");
        let ran = server.cli().args(&import).await;
        assert_eq!(ran.code, 0, "seed {seed}: {ran:?}");
        let table = folder.path().join("table.jsonl");
        assert_done(&server.cli().args(command("export", &table)).await, items.len(), "exported");
        assert!(lines(&table) == items, "seed {seed}");
        assert!(!file.with_added_extension("imported").exists());
    }
}

#[tokio::test]
async fn an_import_goes_on_after_the_lines_that_were_acknowledged() {
    let (proxy, server) = behind_proxy().await;
    let folder = TempDir::new().unwrap();
    let (file, items) = file(folder.path());
    let import: Vec<_> = command("import", &file).into_iter().chain(["--concurrency".into(), "1".into()]).collect();
    let mut held = proxy.hold_after("BatchWriteItem", 25);
    let mut process = spawn(&server, &import);
    held.arrived().await;
    while saved(&file, "imported", "line") == 0 {
        tokio::task::yield_now().await;
    }
    process.kill().await.unwrap();
    drop(held);
    let line = saved(&file, "imported", "line");
    assert!((1..ITEMS as u64).contains(&line), "{line}");
    let ran = server.cli().args(&import).await;
    assert!(ran.stderr.starts_with(&format!("going on after line {line}\n")), "{ran:?}");
    assert_done(&ran, ITEMS - usize::try_from(line).unwrap(), "imported");
    let table = folder.path().join("table.jsonl");
    assert_done(&server.cli().args(command("export", &table)).await, items.len(), "exported");
    assert!(lines(&table) == items);
}

#[tokio::test]
async fn an_export_that_is_killed_and_resumed_has_every_item_once() {
    let (proxy, server) = behind_proxy().await;
    let folder = TempDir::new().unwrap();
    let (file, items) = file(folder.path());
    assert_done(&server.cli().args(command("import", &file)).await, ITEMS, "imported");
    for seed in SEEDS {
        let mut random = Rng::with_seed(seed);
        let table = folder.path().join(format!("table-{seed}.jsonl"));
        let export = command("export", &table);
        for _ in 0..2 {
            let calls = random.usize(0..4);
            kill_after(&proxy, &server, &export, "Scan", calls).await;
        }
        if !table.exists() || table.with_added_extension("progress").exists() {
            assert_done(&server.cli().args(&export).await, items.len(), "exported");
        }
        assert!(lines(&table) == items, "seed {seed}");
        assert!(!table.with_added_extension("progress").exists());
    }
}
