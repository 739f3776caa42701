//! What `export` writes, and that it goes on where it was interrupted.

use tempfile::TempDir;

use super::super::items::EVERYTHING;
use super::super::{Serve, make_table};
use super::{Proxy, assert_done, behind_proxy, command, lines, saved, spawn};

#[tokio::test]
async fn a_table_goes_to_a_file_and_into_another() {
    let tables = ["--backend", "embedded", "--table", "one", "--table", "two"];
    let server = Serve::in_memory().args(tables).start().await;
    let (cli, folder) = (server.cli(), TempDir::new().unwrap());
    let (one, two) = (folder.path().join("one.jsonl"), folder.path().join("two.jsonl"));
    let of_table = |name, file, table: &str| {
        let args = command(name, file).into_iter();
        args.chain(["--table".into(), table.into()]).collect::<Vec<_>>()
    };

    let put = cli.args(["item", "put", EVERYTHING]).await;
    assert_eq!(put.code, 0, "{put:?}");
    assert_eq!(cli.run("set entry value --ttl 1h").await.code, 0);
    assert_done(&cli.args(of_table("export", &one, "one")).await, 2, "exported");
    assert!(lines(&one).contains(EVERYTHING), "{:?}", lines(&one));
    let json = cli.args(of_table("import", &one, "two").into_iter().chain(["--json".into()])).await;
    let summary: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    let bytes = std::fs::metadata(&one).unwrap().len();
    assert_eq!((&summary["items"], summary["bytes"].as_u64()), (&2.into(), Some(bytes)));
    assert_eq!(summary["capacity_units"], 2.0);
    assert!(summary["seconds"].is_f64() && summary["items_per_second"].is_f64(), "{summary}");
    assert_done(&cli.args(of_table("export", &two, "two")).await, 2, "exported");
    assert_eq!(lines(&one), lines(&two));
    assert_eq!(cli.json("ttl entry --table two").await["expire_time"], cli.json("ttl entry").await["expire_time"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no checkpoint is left");

    let again = cli.args(of_table("export", &one, "one")).await;
    assert!(again.code == 2 && again.stderr.contains("--force"), "{again:?}");
    let forced = of_table("export", &one, "one").into_iter().chain(["--force".into()]);
    assert_done(&cli.args(forced).await, 2, "exported");
}

/// Six pages; the process is killed in between.
#[tokio::test]
async fn an_export_goes_on_with_the_same_options_on_the_same_server() {
    let (proxy, table, folder) = (Proxy::start().await, make_table().await, TempDir::new().unwrap());
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let (cli, file) = (server.cli(), folder.path().join("f.jsonl"));
    let value = "v".repeat(100_000);
    let entry = |n| format!("{{\"key\":\"{n}\",\"value\":\"{value}\"}}");
    let entries = (0..60).map(entry).collect::<Vec<_>>().join("\n");
    cli.fed(["batch", "set", "--timeout", "1m"], entries.as_bytes()).await.is(0, "", "60 applied, 0 failed\n");

    let args = command("export", &file);
    let mut held = proxy.hold_after("Scan", 3);
    let mut process = spawn(&server, &args);
    held.arrived().await;
    while saved(&file, "progress", "items") == 0 {
        tokio::task::yield_now().await;
    }
    process.kill().await.unwrap();
    let half = lines(&file).len();
    assert!((1..60).contains(&half), "{half}");
    // As if it had been killed during a write.
    let mut text = std::fs::read(&file).unwrap();
    text.extend(b"{\"pk\":\"ha");
    std::fs::write(&file, text).unwrap();

    let other = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let stale = other.cli().args(&args).await;
    assert!(stale.code == 3 && stale.stderr.contains("secret for page tokens"), "{stale:?}");
    let refused = cli.args(args.iter().cloned().chain(["--segments".into(), "2".into()])).await;
    assert!(refused.code == 2 && refused.stderr.contains("other options"), "{refused:?}");
    assert_done(&cli.args(&args).await, 60, "exported");
    assert_eq!(lines(&file).len(), 60);
    assert_eq!(saved(&file, "progress", "items"), 0);
}

#[tokio::test]
async fn an_export_saves_its_progress_when_the_server_fails() {
    let (proxy, server) = behind_proxy().await;
    let (cli, folder) = (server.cli(), TempDir::new().unwrap());
    let file = folder.path().join("f.jsonl");
    let value = "v".repeat(100_000);
    let entries: Vec<_> = (0..60).map(|n| format!("{{\"key\":\"{n}\",\"value\":\"{value}\"}}\n")).collect();
    let entries = entries.concat();
    cli.fed(["batch", "set", "--timeout", "1m"], entries.as_bytes()).await.is(0, "", "60 applied, 0 failed\n");
    let mut held = proxy.hold_after("Scan", 3);
    let process = spawn(&server, &command("export", &file));
    held.arrived().await;
    server.signal("KILL").await;
    assert_eq!(process.wait_with_output().await.unwrap().status.code(), Some(3));
    let items = saved(&file, "progress", "items");
    assert_eq!(items, lines(&file).len() as u64);
    assert!(items > 0);
}
