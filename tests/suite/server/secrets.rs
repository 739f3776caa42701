//! Data that must not be logged or printed: keys, values, tokens and passwords.

use dynakv_client::{Client, RetryPolicy};
use tempfile::TempDir;

use crate::binary::{Cli, Serve, make_table};

/// All lines of all libraries.
const ALL: &str = "trace,dynakv=trace,aws_smithy_runtime=trace,hyper=trace,h2=trace,tonic=trace";

#[tokio::test]
async fn no_log_filter_shows_a_key_a_value_or_a_token() {
    let table = make_table().await;
    let tokens = "[{name = 'orders', token = 'TOKEN-of-orders'}]";
    for serve in [Serve::in_memory(), Serve::over_dynamodb_local(&table).await] {
        let serve = serve.env("DYNAKV__LOG__LEVEL", ALL).env("DYNAKV__AUTH__TOKENS", tokens);
        let mut server = serve.start().await;
        let client = Client::builder().address(server.address()).token("TOKEN-of-orders").retry(RetryPolicy::none());
        let client = client.connect().await.unwrap();
        client.set("KEY-of-entry", "VALUE-of-entry").await.unwrap();
        assert_eq!(client.get("KEY-of-entry").await.unwrap().unwrap().text(), Some("VALUE-of-entry"));
        client.batch_get(["KEY-of-entry"]).await.unwrap();
        server.signal("TERM").await;
        assert_eq!(server.ended().await.code(), Some(0));
        server.logs("stopped").await;
        let log = server.log();
        assert!(log.contains("asks libraries for lines that show keys"), "{log}");
        // The second one is the value in base64, as in DynamoDB's protocol.
        for secret in ["KEY-of", "VALUE-of", "VkFMVUUtb2Yt", "TOKEN-of"] {
            assert!(!log.contains(secret), "{secret}: {log}");
        }
    }
}

#[tokio::test]
async fn the_password_of_an_endpoint_is_shown_nowhere() {
    // Nobody listens there: what goes wrong is told as well.
    let url = "http://admin:p%40ss-s3cret@127.0.0.1:1/";
    let cli = Cli::new().env("DYNAKV__BACKEND", "dynamodb").env("DYNAKV__ENDPOINT_URL", url);
    let print = cli.run("config print").await;
    assert_eq!(print.code, 0, "{print:?}");
    assert!(print.text().contains("endpoint_url = \"http://(redacted)@127.0.0.1:1/\""), "{print:?}");

    let mut server = Serve::over_dynamodb(url, &["users"]).env("DYNAKV__LOG__LEVEL", ALL).start().await;
    server.logs("not ready").await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    server.logs("stopped").await;
    assert!(server.announced.contains(&"backend: dynamodb at http://(redacted)@127.0.0.1:1/".to_owned()));
    for shown in [server.announced.join("\n"), server.log()] {
        assert!(!shown.contains("s3cret") && !shown.contains("admin"), "{shown}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_secret_that_everybody_can_read_is_a_warning() {
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::PermissionsExt as _;

    let folder = TempDir::new().unwrap();
    let token = folder.path().join("token");
    write(&token, "s3cret\n").unwrap();
    set_permissions(&token, Permissions::from_mode(0o644)).unwrap();
    let tokens = format!("[{{name = 'a', token_file = {token:?}}}, {{name = 'b', token = ' spaced '}}]");
    let cli = Cli::new().env("DYNAKV__AUTH__TOKENS", &tokens);
    let warnings = "warning: auth.tokens[0].token_file (from DYNAKV__AUTH__TOKENS) is a file that every user of the \
                    machine can open (mode 0644)\nwarning: auth.tokens[1].token (from DYNAKV__AUTH__TOKENS) has white \
                    space around it, so no client can send it\n";
    cli.run("config check --memory").await.is(0, "the configuration is in order\n", warnings);

    let server = Serve::in_memory().env("DYNAKV__AUTH__TOKENS", &tokens).start().await;
    server.logs("every user of the machine can open").await;
    server.logs("white space around it").await;

    set_permissions(&token, Permissions::from_mode(0o640)).unwrap();
    let unspaced = tokens.replace(" spaced ", "spaced");
    let cli = Cli::new().env("DYNAKV__AUTH__TOKENS", &unspaced);
    cli.run("config check --memory").await.is(0, "the configuration is in order\n", "");
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_folder_in_use_is_announced() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    let volume = TempDir::new().unwrap();
    set_permissions(volume.path(), Permissions::from_mode(0o777)).unwrap();
    let server = Serve::in_folder(volume.path()).start().await;
    let ours = format!("data folder: {}", volume.path().join("dynakv").display());
    assert!(server.announced.contains(&ours), "{:?}", server.announced);
}
