//! Keys and values arrive unchanged from every source.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;

use super::Serve;

/// 300 KB with every byte value, in an order in which line ends and multi-byte characters cannot survive by luck.
fn any_bytes() -> Vec<u8> {
    (0..307_200_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

#[tokio::test]
async fn any_bytes_make_the_round_trip() {
    let server = Serve::in_memory().start().await;
    let (cli, folder, bytes) = (server.cli(), TempDir::new().unwrap(), any_bytes());
    assert!((0..=u8::MAX).all(|byte| bytes.contains(&byte)));
    let file = folder.path().join("value");
    std::fs::write(&file, &bytes).unwrap();
    let path = file.to_str().unwrap();

    let sources: [(&str, Vec<&str>, &[u8]); 4] = [
        ("file", vec!["set", "file", "--file", path], b""),
        ("dash", vec!["set", "dash", "-"], &bytes),
        ("file-dash", vec!["set", "file-dash", "--file", "-"], &bytes),
        ("cas", vec!["cas", "cas", "--if-absent", "-"], &bytes),
    ];
    for (key, args, input) in sources {
        let ran = cli.fed(args, input).await;
        assert_eq!(ran.code, 0, "{key}: {}", ran.stderr);
        assert!(cli.args(["get", key]).await.stdout == bytes, "{key}");
    }
    let shown = cli.json("get dash").await;
    assert!(shown.get("value").is_none());
    assert_eq!(BASE64_STANDARD.decode(shown["value_base64"].as_str().unwrap()).unwrap(), bytes);
}

#[cfg(unix)]
#[tokio::test]
async fn an_argument_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let server = Serve::in_memory().start().await;
    let (cli, value) = (server.cli(), OsStr::from_bytes(b"\xff\x01\x80"));
    assert_eq!(cli.args([OsStr::new("set"), OsStr::new("key"), value]).await.code, 0);
    assert_eq!(cli.run("get key").await.stdout, value.as_bytes());
    let swapped = [OsStr::new("cas"), OsStr::new("key"), OsStr::new("text"), OsStr::new("--if-value"), value];
    assert_eq!(cli.args(swapped).await.code, 0);
}

#[tokio::test]
async fn text_is_not_changed_either() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    for value in ["🦀 ähm", " spaces ", "line\n", "line\r\n", "-5", "--json", "\"quoted\"\t\\", "null"] {
        let ran = cli.args(["set", "key", "--", value]).await;
        assert_eq!(ran.code, 0, "{value:?}: {ran:?}");
        cli.run("get key").await.is(0, value, "");
        assert_eq!(cli.json("get key").await["value"], value);
    }
}

#[tokio::test]
async fn an_empty_value_is_a_value() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    assert_eq!(cli.args(["set", "argument", ""]).await.code, 0);
    assert_eq!(cli.args(["set", "input", "-"]).await.code, 0);
    for key in ["argument", "input"] {
        cli.args(["get", key]).await.is(0, "", "");
        assert_eq!(cli.json(&format!("get {key}")).await["value"], "");
    }
    assert_eq!(cli.args(["cas", "input", "full", "--if-value", ""]).await.code, 0);
}

#[tokio::test]
async fn any_text_is_a_key() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    let longest = "k".repeat(2048);
    for key in ["-", "--json", "-k", "🔑", "two words", "a/b?c=d#e", "line\nline", longest.as_str()] {
        let value = format!("value of {key}");
        assert_eq!(cli.args(["set", "--", key, &value]).await.code, 0, "{key:?}");
        cli.args(["get", "--", key]).await.is(0, &value, "");
        assert_eq!(cli.args(["get", "--json", "--", key]).await.json()["key"], key);
        cli.args(["ttl", "--", key]).await.is(0, "none\n", "");
        cli.args(["exists", "--", key]).await.is(0, &format!("true\t{key}\n"), "");
        cli.args(["del", "--", key]).await.is(0, "", "");
    }
}
