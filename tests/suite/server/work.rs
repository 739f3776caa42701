//! The cost of a call is linear in its size, and other calls are served meanwhile.
//!
//! With a worse complexity, these tests take minutes and the calls exceed their deadlines.

use std::time::Duration;

use dynakv_client::pb;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::pb::list_keys_request::Pattern;
use dynakv_client::{BatchOperation, Client, Transport};
use futures_util::future::try_join_all;
use tonic::Request;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::binary::Serve;

/// Long enough for debug builds on machines that run other tests.
const TIMEOUT: Duration = Duration::from_mins(5);

/// All keys that match, page by page.
async fn keys(client: &Client, glob: &str) -> Result<Vec<String>, tonic::Status> {
    let (mut keys, mut page_token) = (Vec::new(), String::new());
    loop {
        let pattern = Some(Pattern::Glob(glob.to_owned()));
        let request = pb::ListKeysRequest { pattern, page_size: 10_000, page_token, ..Default::default() };
        let mut request = Request::new(request);
        request.set_timeout(TIMEOUT);
        let page = client.stub().list_keys(request).await?.into_inner();
        keys.extend(page.keys);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(keys);
        }
    }
}

#[tokio::test]
async fn a_pattern_that_nearly_matches_everywhere_holds_up_nobody() {
    let server = Serve::in_memory().start().await;
    let client = server.client().await;
    let key = |index| format!("{}{index:04}", "a".repeat(2000));
    let sets = (0..3000).map(|index| BatchOperation::set(key(index), "value"));
    client.batch_write(sets).timeout(TIMEOUT).await.unwrap();

    let run = "a".repeat(1000);
    let (literal, wildcards) = (format!("*{run}b*"), format!("*{}?b*", "a?".repeat(500)));
    let globs = [&literal, &wildcards];
    let listings = try_join_all(globs.map(|glob| keys(&client, glob)));
    let health = async {
        let mut health = HealthClient::new(client.transport());
        for _ in 0..100 {
            let answer = health.check(HealthCheckRequest::default()).await?;
            assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
        }
        Ok(())
    };
    let (listed, ()) = tokio::try_join!(listings, health).unwrap();
    assert_eq!(listed, vec![Vec::<String>::new(); globs.len()]);
    let matching: Vec<String> = (0..10).map(|hundreds| key(100 * hundreds + 42)).collect();
    assert_eq!(keys(&client, &format!("*{run}*0?42")).await.unwrap(), matching);
}

fn string(text: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) }
}

fn number(text: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::N(text.to_owned())) }
}

/// An item whose expiry time is this number.
fn item(key: &str, ttl: &str) -> pb::PutItemRequest {
    let item = [("pk".to_owned(), string(key)), ("ttl".to_owned(), number(ttl))].into();
    pb::PutItemRequest { item, ..Default::default() }
}

#[tokio::test]
async fn a_number_with_many_zeros_is_calculated_with_as_any_other() {
    let server = Serve::in_memory().start().await;
    let mut items: ItemServiceClient<Transport> = ItemServiceClient::new(server.client().await.transport());
    let zeros = "0".repeat(300_000);
    for (key, ttl) in [("a", format!("7800000000.50{zeros}")), ("b", format!("{zeros}78{zeros}E-299992"))] {
        items.put_item(item(key, &ttl)).await.unwrap();
    }
    items.put_item(item("gone", &format!("1.5{zeros}"))).await.unwrap();

    for key in ["a", "b"] {
        let key = pb::ItemKey { partition: Some(string(key)), sort: None };
        let read = items.get_item(pb::GetItemRequest { key: Some(key), ..Default::default() }).await.unwrap();
        assert!(read.into_inner().item.is_some());
    }
    let page = items.scan(pb::ScanRequest::default()).await.unwrap().into_inner();
    assert_eq!(page.count, 2);
    let filter = pb::ScanRequest {
        filter: "#t > :n".to_owned(),
        names: [("#t".to_owned(), "ttl".to_owned())].into(),
        values: [(":n".to_owned(), number("7800000000"))].into(),
        ..Default::default()
    };
    assert_eq!(items.scan(filter).await.unwrap().into_inner().count, 1);
}
