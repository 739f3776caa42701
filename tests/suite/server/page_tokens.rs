//! The lifetime of page tokens, which servers accept them, and how to rotate their secret.

use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::pb::{ListKeysRequest, ScanRequest};
use dynakv_client::{Client, Failure, Reason};
use tempfile::TempDir;

use crate::binary::{Serve, Serving, make_table};

const SECRETS: &str = "DYNAKV__PAGE_TOKENS__SECRETS";

/// The log line of a server that cannot keep a secret.
const WARNING: &str =
    "page tokens live as long as this process; configure page_tokens.secrets for tokens that outlive it";

/// A server on this table of DynamoDB Local. The secrets, if there are any, are named by letters.
async fn over_dynamodb(table: &str, secrets: &str) -> (Serving, Client) {
    let serve = Serve::over_dynamodb_local(table).await;
    let secrets: Vec<String> = secrets.chars().map(|letter| letter.to_string().repeat(32)).collect();
    let server = serve.env(SECRETS, secrets.join(",")).start().await;
    let client = server.client().await;
    (server, client)
}

/// The keys of a token's page, and the token of the next page.
async fn page(client: &Client, page_token: &str) -> Result<(Vec<String>, String), Reason> {
    let request = ListKeysRequest { page_size: 2, page_token: page_token.to_owned(), ..Default::default() };
    match client.stub().list_keys(request).await {
        Ok(response) => {
            let response = response.into_inner();
            Ok((response.keys, response.next_page_token))
        }
        Err(status) => Err(Failure::from(status).reason().unwrap().clone()),
    }
}

async fn fill(client: &Client) {
    for key in ["a", "b", "c", "d", "e"] {
        client.set(key, "value").await.unwrap();
    }
}

/// Reads the first page on one server and the others on another; every key comes once.
async fn is_resumed(first: &Client, second: &Client) {
    let (mut keys, mut token) = page(first, "").await.unwrap();
    while !token.is_empty() {
        let (more, next) = page(second, &token).await.unwrap();
        keys.extend(more);
        token = next;
    }
    keys.sort();
    assert_eq!(keys, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn the_data_folder_keeps_a_secret_over_a_restart() {
    let folder = TempDir::new().unwrap();
    let server = Serve::in_folder(folder.path()).start().await;
    let client = server.client().await;
    fill(&client).await;
    let (mut keys, token) = page(&client, "").await.unwrap();
    assert!(!server.log().contains(WARNING), "{}", server.log());
    server.kill().await;

    let server = Serve::in_folder(folder.path()).start().await;
    let (more, _) = page(&server.client().await, &token).await.unwrap();
    keys.extend(more);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4);
    let secret = std::fs::read_to_string(folder.path().join("dynakv.secret")).unwrap();
    assert!(!server.log().contains(secret.trim()));
}

#[tokio::test]
async fn without_a_secret_tokens_end_with_the_process_and_the_log_says_so() {
    let table = make_table().await;
    let (server, client) = over_dynamodb(&table, "").await;
    let (_other, other) = over_dynamodb(&table, "").await;
    server.logs(WARNING).await;
    fill(&client).await;
    is_resumed(&client, &client).await;
    let (_, token) = page(&client, "").await.unwrap();
    assert_eq!(page(&other, &token).await.unwrap_err(), Reason::InvalidPageToken);

    Serve::in_memory().start().await.logs(WARNING).await;
}

#[tokio::test]
async fn instances_with_the_same_secret_take_each_others_tokens() {
    let table = make_table().await;
    let (first_server, first) = over_dynamodb(&table, "a").await;
    let (_second_server, second) = over_dynamodb(&table, "a").await;
    fill(&first).await;
    is_resumed(&first, &second).await;
    is_resumed(&second, &first).await;
    assert!(!first_server.log().contains(WARNING) && !first_server.log().contains("aaaa"), "{}", first_server.log());
}

#[tokio::test]
async fn a_secret_is_changed_without_an_interruption() {
    let table = make_table().await;
    let (_old_server, old) = over_dynamodb(&table, "a").await;
    let (_second_server, second) = over_dynamodb(&table, "ab").await;
    let (_first_server, first) = over_dynamodb(&table, "ba").await;
    let (_new_server, new) = over_dynamodb(&table, "b").await;
    fill(&old).await;
    // The new secret comes second everywhere, then first, then alone: servers in adjacent stages accept each other's
    // tokens.
    for (one, other) in [(&old, &second), (&second, &first), (&first, &new)] {
        is_resumed(one, other).await;
    }
    is_resumed(&second, &old).await;
    is_resumed(&new, &first).await;
    let (_, of_old) = page(&old, "").await.unwrap();
    page(&first, &of_old).await.unwrap();
    for (maker, taker) in [(&old, &new), (&first, &old), (&second, &new)] {
        let (_, token) = page(maker, "").await.unwrap();
        assert_eq!(page(taker, &token).await.unwrap_err(), Reason::InvalidPageToken);
    }
}

#[tokio::test]
async fn a_token_is_for_the_principal_it_was_made_for() {
    let tokens = "[{name='orders', token='one'}, {name='orders', token='two'}, {name='billing', token='three'}]";
    let server = Serve::in_memory().env("DYNAKV__AUTH__TOKENS", tokens).start().await;
    let connect = async |token: &str| Client::builder().address(server.address()).token(token).connect().await.unwrap();
    let [one, two, three] = [connect("one").await, connect("two").await, connect("three").await];
    fill(&one).await;
    is_resumed(&one, &two).await;
    is_resumed(&three, &three).await;
    let (_, token) = page(&one, "").await.unwrap();
    assert_eq!(page(&three, &token).await.unwrap_err(), Reason::InvalidPageToken);

    let scan = async |client: &Client, page_token: String| {
        let request = ScanRequest { page_size: 2, page_token, ..Default::default() };
        ItemServiceClient::new(client.transport()).scan(request).await.map(|page| page.into_inner().next_page_token)
    };
    let token = scan(&one, String::new()).await.unwrap();
    scan(&two, token.clone()).await.unwrap();
    let refused = Failure::from(scan(&three, token).await.unwrap_err());
    assert_eq!(refused.reason(), Some(&Reason::InvalidPageToken));
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_is_named() {
    let short = Serve::in_memory().env(SECRETS, "short").refused().await;
    assert_eq!(short.code, 2);
    let sentence = "page_tokens.secrets[0].secret (from DYNAKV__PAGE_TOKENS__SECRETS) must have at least 32 bytes";
    assert!(short.stderr.contains(sentence), "{}", short.stderr);
    assert!(!short.stderr.contains("short"), "{}", short.stderr);

    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("dynakv.secret"), "short").unwrap();
    let damaged = Serve::in_folder(folder.path()).refused().await;
    assert_eq!(damaged.code, 3);
    assert!(damaged.stderr.contains("cannot be used: dynakv.secret must have at least 32 bytes"), "{}", damaged.stderr);
}
