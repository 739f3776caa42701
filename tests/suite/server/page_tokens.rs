//! How long page tokens live, who takes them, and how their secret is changed.

use aws_sdk_dynamodb::types::ScalarAttributeType;
use dynakv_client::pb::ListKeysRequest;
use dynakv_client::{Client, Reason, RetryPolicy};
use tempfile::TempDir;

use crate::binary::{Serve, Serving, make_table};

const SECRETS: &str = "DYNAKV__PAGE_TOKENS__SECRETS";

/// What is logged where nothing keeps a secret.
const WARNING: &str = "page tokens live as long as this process; configure page_tokens.secrets for tokens that outlive it";

fn secret(letter: char) -> String {
    letter.to_string().repeat(32)
}

/// The keys of the page that a token stands for, and the token of the next one.
async fn page(client: &Client, page_token: &str) -> Result<(Vec<String>, String), Reason> {
    let request = ListKeysRequest { page_size: 2, page_token: page_token.to_owned(), ..Default::default() };
    match client.stub().list_keys(request).await {
        Ok(response) => {
            let response = response.into_inner();
            Ok((response.keys, response.next_page_token))
        }
        Err(status) => Err(dynakv_client::Failure::from(status).reason().unwrap().clone()),
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
    let [first, second] = [over_dynamodb(&table).await, over_dynamodb(&table).await];
    first.logs(WARNING).await;
    let clients = [first.client().await, second.client().await];
    fill(&clients[0]).await;
    let (_, token) = page(&clients[0], "").await.unwrap();
    page(&clients[0], &token).await.unwrap();
    assert_eq!(page(&clients[1], &token).await.unwrap_err(), Reason::InvalidPageToken);

    Serve::in_memory().start().await.logs(WARNING).await;
}
