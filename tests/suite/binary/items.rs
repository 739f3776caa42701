//! Items on the command line: plain JSON in and out, in pages, to a file and back.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::process::dynakv;
use super::{Cli, Proxy, Serve, Serving, make_table};

/// Every type, and values that plain JSON would change.
const EVERYTHING: &str = concat!(
    r#"{"bytes":{"B":"AP8="},"empty":"","list":[1,"two",{"three":null}],"#,
    r#""map":{"M":{"S":"looks typed"}},"number":12345678901234567890.123456789012345678,"#,
    r#""pk":"user-1","sets":{"a":{"SS":["a","b"]},"b":{"NS":[-1,2.5]},"c":{"BS":["AA==","AP8="]}},"yes":true}"#
);

async fn serving() -> (Serving, Cli) {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    (server, cli)
}

fn without_version(line: &str) -> String {
    let mut item: serde_json::Map<_, _> = serde_json::from_str(line).unwrap();
    assert!(item.remove("dkv_ver").is_some_and(|version| version.is_i64()));
    serde_json::to_string(&item).unwrap()
}

#[tokio::test]
async fn an_item_makes_the_round_trip() {
    let (_server, cli) = serving().await;
    let put = cli.args(["item", "put", EVERYTHING]).await;
    assert_eq!(put.code, 0, "{put:?}");
    let got = cli.run("item get user-1 --consistent").await;
    let version = got.text().split("\"dkv_ver\":").nth(1).unwrap().split(',').next().unwrap();
    got.is(0, &format!("{}\n", EVERYTHING.replace(",\"empty\"", &format!(",\"dkv_ver\":{version},\"empty\""))), "");
    assert_eq!(cli.fed(["item", "put", "-"], &got.stdout).await.code, 2, "the version is the server's");

    cli.run("item get nobody").await.is(1, "", "there is no such item\n");
    let miss = cli.run("item get nobody --json").await;
    assert_eq!((miss.code, miss.json()), (1, json!({"found": false})));
    let part = cli.args(["item", "get", "user-1", "--projection", "#l[1]", "--name", "#l=list", "--json"]).await;
    assert_eq!(part.json(), json!({"found": true, "item": {"list": ["two"]}}));
}

#[tokio::test]
async fn an_item_is_changed_and_deleted() {
    let (_server, cli) = serving().await;
    let update = cli
        .args([
            "item",
            "update",
            "cart",
            "--set",
            "owner.name=\"Ada\"",
            "--add",
            "price=5",
            "--append",
            "lines=[1, 2]",
            "--add-to-set",
            "tags=[\"a\"]",
            "--return",
            "all_new",
        ])
        .await;
    assert_eq!(update.code, 3, "a map that is not there cannot be set into: {update:?}");
    let update = cli
        .args([
            "item",
            "update",
            "cart",
            "--set",
            "owner={\"name\": \"Ada\"}",
            "--add",
            "price=5",
            "--append",
            "lines=[1, 2]",
            "--add-to-set",
            "tags=[\"a\"]",
            "--return",
            "all_new",
        ])
        .await;
    let expected = r#"{"lines":[1,2],"owner":{"name":"Ada"},"pk":"cart","price":5,"tags":{"SS":["a"]}}"#;
    assert_eq!((update.code, without_version(update.text())), (0, expected.to_owned()), "{update:?}");

    let refused = ["item", "update", "cart", "--set", "price=0", "--condition", "price > :p", "--value", ":p=5"];
    cli.args(refused).await.is(1, "", "not written: the condition does not hold\n");
    let shown = cli.args(refused.iter().chain(&["--return-current", "--json"])).await;
    assert_eq!((shown.code, &shown.json()["current"]["price"]), (1, &json!(5)));
    let raw = ["item", "update", "cart", "--expression", "SET #t = #t + :m", "--name", "#t=price", "--value", ":m=1"];
    let old = cli.args(raw.iter().chain(&["--return", "updated_old"])).await;
    assert_eq!(without_version(old.text()), "{\"price\":5}");

    let deleted = cli.run("item delete cart --return-old --json").await;
    assert_eq!((deleted.code, &deleted.json()["attributes"]["price"]), (0, &json!(6)));
    cli.run("item delete cart").await.is(1, "", "there was no such item\n");
    cli.run("item delete cart --omit-existed").await.is(0, "", "");
    assert_eq!(cli.json("item delete cart --omit-existed").await, json!({"outcome": "APPLIED"}));
}

#[tokio::test]
async fn lists_come_in_lines_and_end_with_a_hint() {
    let (_server, cli) = serving().await;
    for n in 0..5 {
        assert_eq!(cli.args(["set", &format!("user:{n}"), "value"]).await.code, 0);
    }
    let keys = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let all = cli.run("keys user:*").await;
    assert_eq!((all.code, keys(all.text()).len(), all.stderr.as_str()), (0, 5, ""));
    assert_eq!(keys(cli.run("keys --prefix user: --all").await.text()), keys(all.text()));
    cli.run("keys other:*").await.is(0, "", "");
    // A line reader must not mistake one key for two.
    assert_eq!(cli.args(["set", "split\nuser:1", "value"]).await.code, 0);
    let split = cli.run("keys split*").await;
    assert_eq!((split.code, split.text()), (2, ""));
    assert_eq!(cli.run("keys split* --json").await.text(), "{\"key\":\"split\\nuser:1\"}\n");
    assert_eq!(cli.args(["del", "split\nuser:1"]).await.code, 0);

    let two = cli.run("scan --limit 2 --projection pk").await;
    assert_eq!((two.code, two.text().lines().count()), (0, 2));
    assert_eq!(two.stderr, "2 shown, and there may be more: --limit or --all reads on\n");
    let two = cli.run("scan --limit 2 --projection pk --json").await;
    let token = serde_json::from_str::<serde_json::Value>(&two.stderr).unwrap()["next_page_token"].clone();
    let rest = cli.run(&format!("scan --projection pk --page-token {}", token.as_str().unwrap())).await;
    let lines: BTreeSet<_> = two.text().lines().chain(rest.text().lines()).map(str::to_owned).collect();
    assert_eq!((lines.len(), rest.text().lines().count()), (5, 3), "each once");
    cli.run("scan --count --segments 4").await.is(0, "5\n", "");

    let query = ["query", "--key-condition", "#p = :p", "--name", "#p=pk", "--value", ":p=\"user:3\""];
    let found = cli.args(query.iter().chain(&["--projection", "pk,val"])).await;
    found.is(0, "{\"pk\":\"user:3\",\"val\":{\"B\":\"dmFsdWU=\"}}\n", "");
    assert_eq!(cli.args(query.iter().chain(&["--count", "--json"])).await.json(), json!({"count": 1}));
}

#[tokio::test]
async fn what_cannot_be_meant_ends_with_2() {
    let (_server, cli) = serving().await;
    for args in [
        &["item", "put", "paid"][..],
        &["item", "put", "[]"],
        &["item", "get", "a", "b", "--sort-type", "N"],
        &["item", "get", "a", "b"],
        &["item", "update", "a", "--set", "x=1", "--remove", "x"],
        &["query", "--key-condition", "pk"],
        &["query", "--key-condition", "pk = :p"],
        &["scan", "--index", "nowhere"],
        &["scan", "--page-token", "forged"],
        &["export", "--file", "/tmp/never", "--segments", "0"],
    ] {
        let ran = cli.args(args).await;
        assert_eq!((ran.code, ran.text()), (2, ""), "{args:?}: {ran:?}");
        assert!(!ran.stderr.is_empty());
    }
}

/// The lines of a file, which must be unique.
fn lines(file: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: BTreeSet<_> = text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), text.lines().count(), "each item once");
    lines
}

#[tokio::test]
async fn a_table_goes_to_a_file_and_into_another() {
    let tables = ["--backend", "embedded", "--table", "one", "--table", "two"];
    let server = Serve::in_memory().args(tables).start().await;
    let (cli, folder) = (server.cli(), TempDir::new().unwrap());
    let (one, two) = (folder.path().join("one.jsonl"), folder.path().join("two.jsonl"));
    let export = |file: &Path, table: &'static str| {
        ["export".into(), "--file".into(), file.as_os_str().to_owned(), "--table".into(), table.into()]
    };
    let import = ["import".into(), "--file".into(), one.clone().into_os_string(), "--table".into(), "two".into()];

    let put = cli.args(["item", "put", EVERYTHING]).await;
    assert_eq!(put.code, 0, "{put:?}");
    assert_eq!(cli.run("set entry value --ttl 1h").await.code, 0);
    cli.args(export(&one, "one")).await.is(0, "", "2 items exported\n");
    assert!(lines(&one).contains(EVERYTHING), "{:?}", lines(&one));
    cli.args(import.clone()).await.is(0, "", "2 items imported\n");
    cli.args(export(&two, "two")).await.is(0, "", "2 items exported\n");
    assert_eq!(lines(&one), lines(&two));
    assert_eq!(cli.json("ttl entry --table two").await["expire_time"], cli.json("ttl entry").await["expire_time"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no checkpoint is left");

    let again = cli.args(export(&one, "one")).await;
    assert!(again.code == 2 && again.stderr.contains("--force"), "{again:?}");
    cli.args(export(&one, "one").iter().chain(&["--force".into()])).await.is(0, "", "2 items exported\n");

    // An invalid line stops the import; after a fix, it resumes there.
    std::fs::write(&one, "{\"pk\":\"a\"}\n{\"pk\":\"b\"}\nnonsense\n").unwrap();
    let bad = cli.args(import.clone()).await;
    assert!(bad.code == 2 && bad.stderr.contains("line 3"), "{bad:?}");
    std::fs::write(&one, "{\"pk\":\"a\"}\n{\"pk\":\"b\"}\n{\"pk\":\"c\"}\n").unwrap();
    cli.args(import.clone()).await.is(0, "", "going on after line 2\n1 items imported\n");
    // If the server refuses an item, the error names it.
    std::fs::write(&one, "{\"pk\":\"a\"}\n{\"pk\":5}\n").unwrap();
    let refused = cli.args(import.clone()).await;
    assert!(refused.code == 2 && refused.stderr.contains("line 2"), "{refused:?}");
    std::fs::write(&one, "{\"pk\":\"z\"}\n").unwrap();
    let other = cli.args(import).await;
    assert!(other.code == 2 && other.stderr.contains("--restart"), "{other:?}");
}

/// The checkpoint of an export after its first page, if there is one.
fn progress(file: &Path) -> bool {
    let text = std::fs::read_to_string(file.with_added_extension("progress")).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|state| state["items"].as_u64() > Some(0))
}

/// Six pages; the process is killed in between.
#[tokio::test]
async fn an_export_that_is_killed_goes_on_and_has_every_item_once() {
    let (proxy, table, folder) = (Proxy::start().await, make_table().await, TempDir::new().unwrap());
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let (cli, file) = (server.cli(), folder.path().join("f.jsonl"));
    let value = "v".repeat(100_000);
    let entry = |n| format!("{{\"key\":\"{n}\",\"value\":\"{value}\"}}");
    let entries = (0..60).map(entry).collect::<Vec<_>>().join("\n");
    cli.fed(["batch", "set", "--timeout", "1m"], entries.as_bytes()).await.is(0, "", "60 applied, 0 failed\n");

    let mut export = dynakv();
    export.args(["export", "--timeout", "1m", "--address", server.address(), "--file"]).arg(&file);
    let mut held = proxy.hold("Scan");
    let mut process = export.spawn().unwrap();
    // The page after the next is requested only after this one is in the file.
    loop {
        held.arrived().await;
        if progress(&file) {
            process.kill().await.unwrap();
            break;
        }
        let next = proxy.hold("Scan");
        held.release();
        held = next;
    }
    let half = lines(&file).len();
    assert!((1..60).contains(&half), "{half}");
    // As if it had been killed during a write.
    let mut text = std::fs::read(&file).unwrap();
    text.extend(b"{\"pk\":\"ha");
    std::fs::write(&file, text).unwrap();

    let args = ["export", "--timeout", "1m", "--file", file.to_str().unwrap()];
    let other = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let stale = other.cli().args(args).await;
    assert!(stale.code == 3 && stale.stderr.contains("secret for page tokens"), "{stale:?}");
    let refused = cli.args(args.iter().chain(&["--segments", "2"])).await;
    assert!(refused.code == 2 && refused.stderr.contains("other options"), "{refused:?}");
    cli.args(args).await.is(0, "", "60 items exported\n");
    assert_eq!(lines(&file).len(), 60);
    assert!(!progress(&file));
}

/// Editors on Windows begin a text with a byte order mark.
#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let (_server, cli) = serving().await;
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("\u{feff}{text}")).unwrap();
        path.into_os_string()
    };
    let item = file("item.json", r#"{"pk":"one"}"#);
    assert_eq!(cli.args(["item".into(), "put".into(), "--file".into(), item]).await.code, 0);
    let lines = file("lines.jsonl", "{\"pk\":\"two\"}\n{\"pk\":\"three\"}\n");
    cli.args(["import".into(), "--file".into(), lines]).await.is(0, "", "2 items imported\n");
    let operations = file("operations.json", r#"[{"set":{"key":"four","value":"x"}}]"#);
    let transact = cli.args(["transact".into(), operations]).await;
    assert_eq!(transact.code, 0, "{transact:?}");
}
