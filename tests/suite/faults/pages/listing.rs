//! ListKeys.

use dynakv_client::pb;
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use dynakv_client::pb::list_keys_request::Pattern;
use tonic::Code;

use crate::conformance::on_every_backend;
use crate::support::{World, number};

on_every_backend!(keys_are_listed_by_prefix_and_glob);

/// Whether a key is to be listed.
type Meant = fn(&str) -> bool;

/// All pages of this size.
async fn list(world: &World, pattern: Option<Pattern>, page_size: i32) -> Vec<String> {
    let mut stub = KeyValueServiceClient::new(world.channel.clone());
    let consistent_read = true;
    let mut request = pb::ListKeysRequest { pattern, page_size, consistent_read, ..Default::default() };
    let mut all = Vec::new();
    loop {
        let page = stub.list_keys(request.clone()).await.unwrap().into_inner();
        let size = usize::try_from(page_size).unwrap();
        assert!(page.keys.len() == size || (page.keys.len() < size && page.next_page_token.is_empty()));
        all.extend(page.keys);
        if page.next_page_token.is_empty() {
            all.sort();
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

async fn keys_are_listed_by_prefix_and_glob(world: World) {
    let second = world.seconds();
    let mut stored = Vec::new();
    for user in 0..20 {
        for what in ["cart", "name", "naïve", "*"] {
            let key = format!("user:{user}:{what}");
            // Those of every fifth user have expired.
            let ttl = if user % 5 == 0 { second - 1 } else { second + 60 };
            world.put(&key, [("ttl", number(ttl))]).await;
            stored.extend((user % 5 != 0).then_some(key));
        }
    }
    stored.sort();
    let prefix = |text: &str| Some(Pattern::Prefix(text.to_owned()));
    let glob = |text: &str| Some(Pattern::Glob(text.to_owned()));
    let cases: [(_, Meant); 9] = [
        (None, |_| true),
        (prefix("user:1"), |key| key.starts_with("user:1")),
        (prefix("nobody"), |_| false),
        (glob("*"), |_| true),
        (glob("user:*:cart"), |key| key.ends_with(":cart")),
        (glob("user:1?:na*"), |key| key.starts_with("user:1") && key.get(7..10) == Some(":na")),
        (glob("user:[1-3]:*"), |key| ["user:1:", "user:2:", "user:3:"].iter().any(|start| key.starts_with(start))),
        (glob(r"*:\*"), |key| key.ends_with(":*")),
        (glob("user:7:cart"), |key| key == "user:7:cart"),
    ];
    for (pattern, is_meant) in cases {
        let expected: Vec<&String> = stored.iter().filter(|key| is_meant(key)).collect();
        for page_size in [7, 1000] {
            let keys = list(&world, pattern.clone(), page_size).await;
            assert_eq!(keys.iter().collect::<Vec<_>>(), expected, "{pattern:?} in pages of {page_size}");
        }
    }
}

/// Keys of entries are the whole keys of their items.
#[tokio::test]
async fn a_table_with_a_sort_key_has_no_keys_to_list() {
    let world = World::embedded_in_memory().await;
    super::readings::create(&world).await;
    let mut stub = KeyValueServiceClient::new(world.channel.clone());
    // The table's key schema is cached after the first use.
    let table = super::readings::TABLE.to_owned();
    super::scan(&world, pb::ScanRequest { table: table.clone(), ..Default::default() }).await;
    let status = stub.list_keys(pb::ListKeysRequest { table, ..Default::default() }).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "{status:?}");
}
