//! What `import` does with lines that cannot be written, and with several lines of one key.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::{Cli, Serve};
use super::{assert_done, behind_proxy, command, lines, saved, spawn};

/// A file with these lines.
fn file(lines: impl IntoIterator<Item = String>) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("f.jsonl");
    std::fs::write(&file, lines.into_iter().map(|line| line + "\n").collect::<String>()).unwrap();
    (folder, file)
}

fn item(key: impl std::fmt::Display, value: impl std::fmt::Display) -> String {
    format!("{{\"pk\":\"{key}\",\"v\":\"{value}\"}}")
}

/// Asserts that the table has just these items.
async fn assert_table(cli: &Cli, folder: &Path, items: impl IntoIterator<Item = String>) {
    let table = folder.join("table.jsonl");
    let exported = cli.args(command("export", &table).into_iter().chain(["--force".into()])).await;
    assert_eq!(exported.code, 0, "{exported:?}");
    assert_eq!(lines(&table), items.into_iter().collect());
}

#[tokio::test]
async fn a_line_that_is_no_item_stops_an_import_which_resumes_there() {
    let server = Serve::in_memory().start().await;
    let (folder, one) = file(["{\"pk\":\"a\"}", "{\"pk\":\"b\"}", "nonsense", "{\"pk\":\"d\"}"].map(str::to_owned));
    let (cli, import) = (server.cli(), command("import", &one));
    let bad = cli.args(&import).await;
    assert!(bad.code == 2 && bad.stderr.contains("line 3"), "{bad:?}");
    assert_table(&cli, folder.path(), ["{\"pk\":\"a\"}", "{\"pk\":\"b\"}"].map(str::to_owned)).await;
    std::fs::write(&one, "{\"pk\":\"a\"}\n{\"pk\":\"b\"}\n{\"pk\":\"c\"}\n").unwrap();
    let fixed = cli.args(&import).await;
    assert!(fixed.stderr.starts_with("going on after line 2\n"), "{fixed:?}");
    assert_done(&fixed, 1, "imported");
    // If the server refuses an item, the error names it.
    std::fs::write(&one, "{\"pk\":\"a\"}\n{\"pk\":5}\n").unwrap();
    let refused = cli.args(&import).await;
    assert!(refused.code == 2 && refused.stderr.contains("line 2"), "{refused:?}");
    std::fs::write(&one, "{\"pk\":\"z\"}\n").unwrap();
    let other = cli.args(&import).await;
    assert!(other.code == 2 && other.stderr.contains("--restart"), "{other:?}");
    let restarted = cli.args(import.into_iter().chain(["--restart".into()])).await;
    assert_done(&restarted, 1, "imported");
}

/// All lines before it are imported, also one that it would have replaced.
#[tokio::test]
async fn an_item_too_large_stops_an_import_at_its_line() {
    let server = Serve::in_memory().start().await;
    let large = item(7, "v".repeat(410_000));
    let items = || (0..200).map(|n| item(n, 1));
    let (folder, one) = file(items().chain([large]).chain((201..300).map(|n| item(n, 1))));
    let (cli, import) = (server.cli(), command("import", &one));
    let refused = cli.args(&import).await;
    assert!(refused.code != 0 && refused.stderr.contains("line 201"), "{refused:?}");
    assert_eq!(saved(&one, "imported", "line"), 200);
    let table = folder.path().join("table.jsonl");
    assert_eq!(cli.args(command("export", &table)).await.code, 0);
    assert!(items().all(|item| lines(&table).contains(&item)), "all lines before it are imported");

    std::fs::write(&one, items().chain([item(7, 2)]).map(|line| line + "\n").collect::<String>()).unwrap();
    let fixed = cli.args(&import).await;
    assert!(fixed.stderr.starts_with("going on after line 200\n"), "{fixed:?}");
    assert_done(&fixed, 1, "imported");
    let got = cli.json("item get 7").await;
    assert_eq!(got["item"]["v"], "2", "{got}");
}

#[tokio::test]
async fn an_expired_item_is_imported_and_does_not_exist() {
    let server = Serve::in_memory().start().await;
    let (folder, one) = file(["{\"pk\":\"old\",\"ttl\":1}".to_owned(), item("new", 1)]);
    let cli = server.cli();
    assert_done(&cli.args(command("import", &one)).await, 2, "imported");
    assert_eq!(cli.run("item get old").await.code, 1);
    assert_table(&cli, folder.path(), [item("new", 1)]).await;
}

/// 4,500 lines are three parts, which would be in flight at the same time.
#[tokio::test]
async fn of_several_lines_with_one_key_the_last_wins() {
    let (proxy, server) = behind_proxy().await;
    let line = |n| if n % 1900 == 7 { item("same", n) } else { item(n, 1) };
    let (folder, one) = file((0..4500).map(line));
    let cli = server.cli();
    // The first call has the first of these lines.
    let mut held = proxy.hold("BatchWriteItem");
    let process = spawn(&server, &command("import", &one));
    held.arrived().await;
    // What is wrong to be sent now comes in while other commands run.
    for _ in 0..10 {
        assert_eq!(cli.run("get same").await.code, 1, "written before the line that is held");
    }
    held.release();
    let ran = process.wait_with_output().await.unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let others = (0..4500).filter(|n| n % 1900 != 7).map(|n| item(n, 1));
    assert_table(&cli, folder.path(), others.chain([item("same", 3807)])).await;
}

/// Parts of a request fail, and are sent again until the table has room.
#[tokio::test]
async fn a_throttled_table_gets_every_item() {
    let (proxy, server) = behind_proxy().await;
    let items = || (0..300).map(|n| item(n, "v".repeat(100)));
    let (folder, one) = file(items());
    let cli = server.cli();
    proxy.throttle("BatchWriteItem", 60);
    let import = ["import".into(), "--timeout".into(), "2s".into(), "--file".into(), one.clone().into_os_string()];
    assert_done(&cli.args(import).await, 300, "imported");
    assert_eq!(proxy.left("BatchWriteItem"), 0);
    assert_table(&cli, folder.path(), items()).await;
}

#[tokio::test]
async fn an_import_from_standard_input_needs_no_file() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    let text = (0..5000).map(|n| item(n % 100, n) + "\n").collect::<String>();
    assert_done(&cli.fed(["import", "--timeout", "1m", "--file", "-"], text.as_bytes()).await, 5000, "imported");
    let folder = TempDir::new().unwrap();
    assert_table(&cli, folder.path(), (4900..5000).map(|n| item(n % 100, n))).await;
}
