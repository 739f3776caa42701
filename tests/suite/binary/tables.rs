//! `dynakv table`.

use serde_json::json;

use super::{Serve, make_table};
use crate::support::dynamodb_local::DynamoDbLocal;

#[tokio::test]
async fn a_table_is_made_shown_checked_and_listed() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    let line = "table create orders --partition-key pk --sort-key sk:N --gsi by-status:status,created_at:title+owner --lsi \
                by-time:created_at:keys --attribute created_at:N --billing provisioned:5,7 --ttl --wait";
    let created = cli.json(line).await;
    assert_eq!(created["status"], "ACTIVE");
    assert_eq!(created["time_to_live"], json!({"state": "ENABLED", "attribute": "ttl"}));
    assert_eq!(created["sort_key"], json!({"name": "sk", "type": "N"}));
    assert_eq!(created["throughput"], json!({"read_capacity_units": 5, "write_capacity_units": 7}));
    let by_status = &created["indexes"][0];
    assert_eq!((&by_status["kind"], &by_status["projection"]), (&json!("GLOBAL"), &json!("INCLUDE")));
    assert_eq!(by_status["sort_key"], json!({"name": "created_at", "type": "N"}));
    assert_eq!(by_status["projected"], json!(["title", "owner", "ttl", "dkv_ttl_ms"]));
    assert_eq!(cli.json("table describe orders").await, created);
    assert_eq!(cli.json("table describe --table orders").await, created);
    assert_eq!(cli.env("DYNAKV_TABLE", "orders").json("table describe").await, created);

    let cli = server.cli();
    let text = "\
name           orders
physical name  orders
backend        embedded
status         ACTIVE
key            pk (S), sk (N)
billing        provisioned, 5 read and 7 write units a second
TTL            enabled on ttl
index          by-status, global: status (S), created_at (N); keys, title, owner, ttl, dkv_ttl_ms; provisioned, 5 read and 7 \
                write units a second; ACTIVE
index          by-time, local: pk (S), created_at (N); keys only
attributes     key pk, value val, ttl ttl, ttl_ms dkv_ttl_ms, version dkv_ver
entries        no, items only
size           about 0 items, 0 bytes
";
    cli.run("table describe orders").await.is(0, text, "");
    cli.run("table list").await.is(0, "dynakv\tdynakv\norders\torders\n", "");
    let listed = cli.json("table list").await;
    assert_eq!(listed["tables"][0], json!({"name": "dynakv", "physical_name": "dynakv", "is_default": true}));

    let exists = cli.run("table create orders --json").await;
    assert_eq!((exists.code, &exists.json_error()["error"]["reason"]), (3, &json!("TABLE_EXISTS")));
}

#[tokio::test]
async fn a_check_says_what_does_not_fit() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    let fits = "ok       the table exists as dynakv\nok       it is ACTIVE\nok       its key is pk, one string, as entries \
                need it\nok       DynamoDB deletes expired items by ttl\n";
    cli.run("table check").await.is(0, fits, "");
    let missing = cli.run("table check nowhere --json").await;
    assert_eq!((missing.code, &missing.json()["findings"][0]["about"]), (1, &json!("exists")));

    cli.run("table create items --partition-key id --sort-key sk --gsi by-a:a:keys").await;
    let checked = cli.run("table check items --json").await;
    assert_eq!(checked.code, 1);
    let checked = checked.json();
    let findings = checked["findings"].as_array().unwrap().iter();
    let levels: Vec<&str> = findings.map(|finding| finding["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["ok", "ok", "problem", "problem", "note"], "{checked}");
    assert_eq!(checked["fits"], json!(false));
    cli.run("table enable-ttl items").await.is(0, "enabled on ttl\n", "");
    cli.run("table enable-ttl items").await.is(0, "enabled on ttl\n", "");
    assert_eq!(cli.run("table check items").await.code, 1);
    let for_items = cli.run("table check items --items").await;
    assert_eq!((for_items.code, for_items.stderr.as_str()), (0, ""), "a note is no problem: {for_items:?}");
}

#[tokio::test]
async fn a_table_is_deleted_only_where_it_is_allowed_and_meant() {
    let server = Serve::in_memory().start().await;
    let off = server.cli().run("table delete dynakv --yes --json").await;
    assert_eq!((off.code, &off.json_error()["error"]["reason"]), (3, &json!("OPERATION_DISABLED")));
    assert_eq!(server.cli().json("table describe").await["capabilities"]["delete_table"], json!(false));

    let server = Serve::in_memory().env("DYNAKV__ALLOW_DELETE_TABLE", "true").start().await;
    let cli = server.cli();
    assert_eq!(cli.run("table delete").await.code, 2, "a table is named, also the default one");
    let unsure = cli.fed(["table", "delete", "dynakv"], b"dynakv\n").await;
    unsure.is(2, "", "error: say --yes to delete a table where nobody can be asked\n");
    cli.run("table delete dynakv --yes").await.is(0, "", "");
    assert_eq!(cli.run("table describe").await.code, 3);
    assert_eq!(cli.json("table create").await["name"], "dynakv");
    assert_eq!(cli.json("table delete dynakv --yes").await, json!({"table": "dynakv", "deleted": true}));
}

#[tokio::test]
async fn bad_arguments_are_usage() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    for line in [
        "table",
        "table create t --partition-key pk:X",
        "table create t --gsi by-status",
        "table create t --billing provisioned:5",
        "table create t --attribute created_at",
        "table create t --wait=soon",
        "table create orders --attribute created_at:N",
        "table create ab",
        "table create orders --gsi ab:status",
        "table create orders --lsi by-time:created_at",
        "table create orders --billing provisioned:0,1",
    ] {
        let ran = cli.run(line).await;
        assert_eq!((ran.code, ran.text()), (2, ""), "{line}: {ran:?}");
        assert!(!ran.stderr.is_empty(), "{line}");
    }
    cli.run("table list").await.is(0, "dynakv\tdynakv\n", "");
}

#[tokio::test]
async fn tables_of_dynamodb_are_made_and_awaited() {
    let table = make_table().await;
    let url = DynamoDbLocal::shared().await.endpoint_url();
    let server = Serve::over_dynamodb(url, &[&table]).env("DYNAKV__ALLOW_DELETE_TABLE", "true").start().await;
    let cli = server.cli();
    assert_eq!(cli.run(&format!("table delete {table} --yes")).await.code, 0);
    let created = cli.json("table create --ttl --wait=1m --gsi by-status:status").await;
    assert_eq!((&created["status"], &created["backend"]), (&json!("ACTIVE"), &json!("DYNAMODB")));
    assert_eq!(created["time_to_live"]["attribute"], "ttl");
    assert_eq!(cli.run("set key value").await.code, 0);
    assert_eq!(cli.run("table check").await.code, 0);
    let other = cli.run("table create elsewhere --json").await;
    assert_eq!((other.code, &other.json_error()["error"]["reason"]), (2, &json!("TABLE_NOT_CONFIGURED")));
}
