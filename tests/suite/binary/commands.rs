//! Every client command, as text and as JSON.

use serde_json::json;

use super::{Cli, Serve, Serving};

async fn serving() -> (Serving, Cli) {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    (server, cli)
}

#[tokio::test]
async fn set_and_get() {
    let (_server, cli) = serving().await;
    let set = cli.run("set key one").await;
    let version = set.text().trim_end();
    set.is(0, &format!("{version}\n"), "");
    cli.run("get key").await.is(0, "one", "");
    cli.run("get key --consistent").await.is(0, "one", "");
    assert_eq!(cli.json("get key").await, json!({"key": "key", "found": true, "value": "one", "version": version}));

    cli.run("get absent").await.is(1, "", "there is no such entry\n");
    let absent = cli.run("get absent --json").await;
    assert_eq!((absent.code, absent.json()), (1, json!({"key": "absent", "found": false})));
    assert_eq!(absent.stderr, "", "the object says it all");

    cli.run("set key two --return-previous").await.is(0, "one", "");
    let set = cli.json("set key three --ttl 1h --return-previous").await;
    assert_eq!(set["previous"]["value"], "two");
    assert!(set["expire_time"].is_string(), "{set}");
    assert_eq!(cli.json("set new value --return-previous").await["previous"], json!(null));
    let kept = cli.json("set key four --keep-ttl").await;
    assert_eq!(cli.json("get key").await["version"], kept["version"]);
    assert_eq!(cli.json("ttl key").await["outcome"], "TTL");
}

#[tokio::test]
async fn cas() {
    let (_server, cli) = serving().await;
    cli.run("cas key one --if-present").await.is(1, "", "not swapped: the entry is not as expected\n");
    let swapped = cli.run("cas key one --if-absent").await;
    let version = swapped.text().trim_end();
    swapped.is(0, &format!("{version}\n"), "");

    let lost = cli.run("cas key other --if-absent --return-current").await;
    lost.is(1, "one", "not swapped: the entry is not as expected\n");
    let lost = cli.run("cas key other --if-absent --return-current --json").await;
    let current = json!({"key": "key", "value": "one", "version": version});
    assert_eq!((lost.code, lost.json()), (1, json!({"key": "key", "outcome": "NOT_SWAPPED", "current": current})));

    let swapped = cli.json(&format!("cas key two --if-version {version} --ttl 1h")).await;
    assert_eq!(swapped["outcome"], "SWAPPED");
    assert!(swapped["expire_time"].is_string(), "{swapped}");
    assert_eq!(cli.run(&format!("cas key three --if-version {version}")).await.code, 1);
    assert_eq!(cli.json("cas key -2 --if-value two --keep-ttl").await["outcome"], "SWAPPED");
    assert_eq!(cli.json("cas key 3 --if-value -2").await["outcome"], "SWAPPED");
    cli.run("get key").await.is(0, "3", "");
}

#[tokio::test]
async fn del() {
    let (_server, cli) = serving().await;
    cli.run("set key one").await;
    cli.run("del key").await.is(0, "", "");
    cli.run("del key").await.is(1, "", "there was no such entry\n");
    let absent = cli.run("del key --json").await;
    assert_eq!((absent.code, absent.json()), (1, json!({"key": "key", "existed": false})));
    cli.run("set key one").await;
    cli.run("del key --omit-existed").await.is(0, "", "");
    assert_eq!(cli.json("del key --omit-existed").await, json!({"key": "key"}));
    assert_eq!(cli.run("get key").await.code, 1);

    let version = cli.json("set key one").await["version"].as_str().unwrap().to_owned();
    for condition in ["--if-version 1", "--if-value two"] {
        let kept = cli.run(&format!("del key {condition}")).await;
        kept.is(1, "", "not deleted: the entry is not as expected\n");
    }
    assert_eq!(cli.json(&format!("del key --if-version {version}")).await, json!({"key": "key", "deleted": true}));
    cli.run("set key one").await;
    cli.run("del key --if-value one").await.is(0, "", "");
    let absent = cli.run("del key --if-present --json").await;
    assert_eq!((absent.code, absent.json()), (1, json!({"key": "key", "deleted": false})));
}

#[tokio::test]
async fn exists() {
    let (_server, cli) = serving().await;
    cli.run("set a 1").await;
    cli.run("set b 1").await;
    cli.run("exists a").await.is(0, "true\ta\n", "");
    cli.run("exists b c a --consistent").await.is(1, "true\tb\nfalse\tc\ntrue\ta\n", "not all of them exist\n");
    let ran = cli.run("exists a c --json").await;
    let keys = json!([{"key": "a", "exists": true}, {"key": "c", "exists": false}]);
    assert_eq!((ran.code, ran.json()), (1, json!({ "keys": keys })));
}

#[tokio::test]
async fn ttl_expire_and_persist() {
    let (_server, cli) = serving().await;
    cli.run("set key one").await;
    cli.run("ttl key").await.is(0, "none\n", "");
    assert_eq!(cli.json("ttl key --consistent").await, json!({"key": "key", "outcome": "NO_TTL"}));
    assert_eq!(cli.json("persist key").await, json!({"key": "key", "outcome": "NO_TTL"}));

    let expire = cli.run("expire key 1h30m").await;
    let expire_time = humantime::parse_rfc3339(expire.text().trim_end()).unwrap();
    let set = cli.json("expire key 2d").await;
    assert_eq!(set["outcome"], "TTL_SET");
    assert!(humantime::parse_rfc3339(set["expire_time"].as_str().unwrap()).unwrap() > expire_time);

    let ttl = cli.run("ttl key").await;
    assert!(ttl.text().starts_with("1day 23h 59m "), "{ttl:?}");
    let ttl = cli.json("ttl key").await;
    assert_eq!((&ttl["outcome"], &ttl["expire_time"]), (&json!("TTL"), &set["expire_time"]));
    assert!((1..=172_800_000).contains(&ttl["ttl_ms"].as_i64().unwrap()), "{ttl}");

    cli.run("persist key").await.is(0, "", "");
    cli.run("ttl key").await.is(0, "none\n", "");
    cli.run("expire key 5s").await;
    assert_eq!(cli.json("persist key").await["outcome"], "TTL_REMOVED");

    for command in ["ttl absent", "expire absent 60ms", "persist absent"] {
        cli.run(command).await.is(1, "", "there is no such entry\n");
        let absent = cli.run(&format!("{command} --json")).await;
        assert_eq!((absent.code, absent.json()), (1, json!({"key": "absent", "outcome": "NOT_FOUND"})));
    }
}

#[tokio::test]
async fn a_ttl_ends() {
    let (_server, cli) = serving().await;
    cli.run("set key value --ttl 1ms").await;
    // Starting the next process takes longer than that.
    cli.run("get key").await.is(1, "", "there is no such entry\n");
}

#[tokio::test]
async fn incr() {
    let (_server, cli) = serving().await;
    cli.run("incr hits").await.is(0, "1\n", "");
    cli.run("incr hits -5").await.is(0, "-4\n", "");
    let count = cli.json("incr hits 10").await;
    assert_eq!((&count["key"], &count["value"]), (&json!("hits"), &json!(6)));
    assert_eq!(cli.json("get hits").await["version"], count["version"]);
    cli.run("get hits").await.is(0, "6", "");

    cli.run("incr left -1 --initial -9 --ttl 1h").await.is(0, "-10\n", "");
    assert_eq!(cli.json("ttl left").await["outcome"], "TTL");
    cli.run("incr max 9223372036854775807").await.is(0, "9223372036854775807\n", "");
    assert_eq!(cli.json("incr max 0").await["value"], json!(i64::MAX));
}

#[tokio::test]
async fn health() {
    let (server, cli) = serving().await;
    cli.run("health").await.is(0, "SERVING\n", "");
    server.logs("readiness changed status=Serving").await;
    let service = "dynakv.v1.KeyValueService";
    assert_eq!(cli.json(&format!("health {service}")).await, json!({"service": service, "status": "SERVING"}));
    let unknown = cli.run("health nobody").await;
    assert_eq!(unknown.code, 3, "{unknown:?}");
    server.kill().await;
    assert_eq!(cli.run("health").await.code, 3);
}

#[tokio::test]
async fn a_table_is_named_by_flag_or_environment() {
    let server =
        Serve::in_memory().args(["--backend", "embedded", "--table", "users", "--table", "orders"]).start().await;
    let (cli, orders) = (server.cli(), server.cli().env("DYNAKV_TABLE", "orders"));
    cli.run("set key user").await;
    orders.run("set key order").await;
    for (cli, line, value) in [
        (&cli, "get key", "user"),
        (&cli, "get key --table users", "user"),
        (&cli, "get key --table orders", "order"),
        (&orders, "get key", "order"),
        (&orders, "get key --table users", "user"),
    ] {
        cli.run(line).await.is(0, value, "");
    }
}

#[tokio::test]
async fn the_address_is_named_by_flag_or_environment() {
    let server = Serve::in_memory().start().await;
    for address in [server.address().to_owned(), format!("http://{}", server.address())] {
        let ran = Cli::new().env("DYNAKV_ADDRESS", "127.0.0.1:1").run(&format!("health --address {address}")).await;
        ran.is(0, "SERVING\n", "");
    }
}

#[tokio::test]
async fn an_empty_variable_is_as_good_as_none() {
    let server = Serve::in_memory().start().await;
    let mut cli = server.cli();
    for setting in ["TOKEN", "TABLE", "TLS", "CA_FILE", "CLIENT_CERT_FILE", "CLIENT_KEY_FILE", "TLS_SERVER_NAME"] {
        cli = cli.env(&format!("DYNAKV_{setting}"), "");
    }
    assert_eq!(cli.run("set key value").await.code, 0);
    cli.run("get key").await.is(0, "value", "");
    let named = Cli::new().env("DYNAKV_ADDRESS", "").run(&format!("health --address {}", server.address())).await;
    named.is(0, "SERVING\n", "");
}
