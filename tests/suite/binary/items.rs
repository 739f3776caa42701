//! Items on the command line: plain JSON in and out, in pages, to a file and back.

use std::collections::BTreeSet;

use serde_json::json;
use tempfile::TempDir;

use super::{Cli, Serve, Serving};

/// Every type, and values that plain JSON would change.
pub(super) const EVERYTHING: &str = concat!(
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
    let imported = cli.args(["import".into(), "--file".into(), lines]).await;
    assert!(imported.code == 0 && imported.stderr.starts_with("2 items imported: "), "{imported:?}");
    let operations = file("operations.json", r#"[{"set":{"key":"four","value":"x"}}]"#);
    let transact = cli.args(["transact".into(), operations]).await;
    assert_eq!(transact.code, 0, "{transact:?}");
}
