//! Exit codes: 0 success, 1 missing or condition failed (see `commands`), 2 usage, 3 error, 4 outcome unknown.

use serde_json::json;
use tempfile::TempDir;

use super::{Cli, Proxy, Serve, make_table};

#[tokio::test]
async fn usage_ends_with_2_before_anything_is_sent() {
    // Nobody listens there.
    let cli = Cli::new().env("DYNAKV_ADDRESS", "127.0.0.1:1");
    for line in [
        "",
        "frobnicate",
        "get",
        "get key other",
        "set key",
        "set key value --file f",
        "set key value --ttl 1h --keep-ttl",
        "set key value --ttl 5",
        "set key value --ttl -5s",
        "set key value --request-id 1",
        "cas key value",
        "cas key value --if-absent --if-present",
        "del key --if-present --if-value x",
        "exists",
        "expire key",
        "incr key one",
        "incr key 9223372036854775808",
        "get key --timeout soon",
        "get key --client-cert-file c",
        "completions tcsh",
        "serve --frobnicate",
        "get key --address nowhere",
        "get key --address http://127.0.0.1:1 --tls",
    ] {
        let ran = cli.run(line).await;
        assert_eq!((ran.code, ran.text()), (2, ""), "{line}: {ran:?}");
        assert!(!ran.stderr.is_empty(), "{line}");
    }
}

#[tokio::test]
async fn input_that_the_server_refuses_is_usage_too() {
    let server = Serve::in_memory().start().await;
    let (cli, too_long) = (server.cli(), "k".repeat(2049));
    for (args, sentence) in [
        (["get", "--", ""], "error: key: must not be empty (INVALID_FIELD)\n"),
        (
            ["get", "--table=no/pe", "key"],
            "error: table: must have 3 to 255 letters, digits, hyphens, underscores or dots (INVALID_FIELD)\n",
        ),
        (["expire", "key", "0s"], "error: ttl: must be positive (INVALID_FIELD)\n"),
    ] {
        cli.args(args).await.is(2, "", sentence);
    }
    let long = cli.args(["get", &too_long]).await;
    assert!(long.code == 2 && long.stderr.contains("2048"), "{long:?}");
    assert!(long.stderr.len() < 300, "the key is not repeated: {long:?}");

    let refused = cli.args(["get", "--json", "--", ""]).await;
    assert_eq!(refused.code, 2);
    let error = &refused.json_error()["error"];
    assert_eq!((&error["code"], &error["reason"]), (&json!("INVALID_ARGUMENT"), &json!("INVALID_FIELD")));
    assert_eq!(error["fields"], json!([{"field": "key", "description": "must not be empty"}]));

    let large = cli.fed(["set", "key", "-"], &vec![0; (16 << 20) + 1]).await;
    assert!(large.code == 2 && large.stderr.contains("16777216 bytes"), "{large:?}");
}

#[tokio::test]
async fn errors_end_with_3_and_say_what_broke() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    let unreachable = cli.run("get key --address 127.0.0.1:1").await;
    assert_eq!(unreachable.code, 3);
    assert!(
        unreachable.stderr.starts_with("error: cannot connect to 127.0.0.1:1: Connection refused"),
        "{unreachable:?}"
    );

    let folder = TempDir::new().unwrap();
    let absent = folder.path().join("absent");
    let missing = cli.args(["set", "key", "--file", absent.to_str().unwrap()]).await;
    assert_eq!(missing.code, 3);
    assert!(missing.stderr.contains("No such file"), "{missing:?}");

    cli.run("set text value").await;
    let counter = cli.run("incr text --json").await;
    assert_eq!(counter.code, 3);
    assert_eq!(counter.json_error()["error"]["reason"], "NOT_A_COUNTER");
    cli.run("incr counter 9223372036854775807").await;
    assert!(cli.run("incr counter").await.stderr.contains("COUNTER_OVERFLOW"));
    assert_eq!(cli.json("incr counter 0").await["value"], json!(i64::MAX), "nothing was added");
}

#[tokio::test]
async fn an_unknown_outcome_ends_with_4_and_the_same_request_id_finds_out() {
    let proxy = Proxy::start().await;
    let table = make_table().await;
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let cli = server.cli();
    cli.run("set key one").await;

    proxy.lose_request("PutItem");
    let unknown = cli.run("cas key two --if-present").await;
    assert_eq!((unknown.code, unknown.text()), (4, ""), "{unknown:?}");
    let (_, advice) = unknown.stderr.split_once("; the same command with ").expect(&unknown.stderr);
    let request_id = advice.strip_suffix(" finds out\n").unwrap();
    cli.run("get key --consistent").await.is(0, "one", "");
    assert_eq!(cli.run(&format!("cas key two --if-present {request_id}")).await.code, 0);
    cli.run("get key --consistent").await.is(0, "two", "");

    cli.run("incr hits").await;
    proxy.lose_request("UpdateItem");
    let unknown = cli.run("incr hits --json").await;
    assert_eq!(unknown.code, 4);
    let error = &unknown.json_error()["error"];
    assert_eq!((&error["outcome"], &error["reason"]), (&json!("UNKNOWN"), &json!("OUTCOME_UNKNOWN")));
    let request_id = error["request_id"].as_str().unwrap();
    cli.run(&format!("incr hits --request-id {request_id}")).await.is(0, "2\n", "");
}

#[tokio::test]
async fn a_lost_answer_is_no_unknown_outcome() {
    let proxy = Proxy::start().await;
    let table = make_table().await;
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let cli = server.cli();
    cli.run("incr hits").await;

    proxy.lose_answer("UpdateItem");
    cli.run("incr hits").await.is(0, "2\n", "");
    proxy.lose_answer("PutItem");
    assert_eq!(cli.run("cas key one --if-absent").await.code, 0);
    proxy.lose_answer("PutItem");
    assert_eq!(cli.run("cas key two --if-value one").await.code, 0);
    cli.run("get key --consistent").await.is(0, "two", "");
}

#[tokio::test]
async fn a_command_that_runs_out_of_time_does_not_claim_to_know() {
    let proxy = Proxy::start().await;
    let table = make_table().await;
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let cli = server.cli();

    let _held = proxy.hold("PutItem");
    let unknown = cli.run("set key value --timeout 1s").await;
    assert_eq!((unknown.code, unknown.text()), (4, ""), "{unknown:?}");
    assert!(unknown.stderr.contains("--request-id"), "{unknown:?}");
}
