//! ListKeys: keys by prefix, by glob, and all of them.

use std::time::Duration;

use dynakv_client::pb;
use dynakv_client::pb::list_keys_request::Pattern;
use tonic::Code;

use super::bad_input::{invalid, refusal};
use super::on_every_backend;
use super::orders;
use crate::support::World;

on_every_backend!(
    keys_come_by_prefix_by_glob_or_all,
    pages_of_any_size_have_every_key_once,
    what_has_expired_is_hidden,
    a_pattern_that_is_malformed_is_refused_with_the_place,
    the_keys_of_another_table_have_its_name,
    a_table_with_a_sort_key_has_no_keys_of_entries,
    capacity_is_told_if_asked_for,
);

fn glob(glob: &str) -> pb::ListKeysRequest {
    pb::ListKeysRequest { pattern: Some(Pattern::Glob(glob.to_owned())), ..Default::default() }
}

fn prefix(prefix: &str) -> pb::ListKeysRequest {
    pb::ListKeysRequest { pattern: Some(Pattern::Prefix(prefix.to_owned())), ..Default::default() }
}

/// All keys, page by page, in alphabetical order.
async fn keys(world: &World, request: pb::ListKeysRequest) -> Vec<String> {
    let (mut keys, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListKeysRequest { page_token, ..request.clone() };
        let page = world.client.stub().list_keys(request.clone()).await.unwrap().into_inner();
        assert!(request.page_size == 0 || page.keys.len() <= usize::try_from(request.page_size).unwrap());
        keys.extend(page.keys);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            keys.sort();
            return keys;
        }
    }
}

async fn keys_come_by_prefix_by_glob_or_all(world: World) {
    let mut stored = ["user:1:cart", "user:2:cart", "user:2:name", "user:é:cart", "u", "cart", "a/b", "[x]"];
    for key in stored {
        world.client.set(key, "value").await.unwrap();
    }
    stored.sort_unstable();
    for (request, expected) in [
        (pb::ListKeysRequest::default(), &stored[..]),
        (prefix(""), &stored[..]),
        (glob("*"), &stored[..]),
        (prefix("user:2"), &["user:2:cart", "user:2:name"][..]),
        (prefix("user*"), &[][..]),
        (glob("user:*:cart"), &["user:1:cart", "user:2:cart", "user:é:cart"][..]),
        (glob("user:?:cart"), &["user:1:cart", "user:2:cart", "user:é:cart"][..]),
        (glob("user:[!1]:cart"), &["user:2:cart", "user:é:cart"][..]),
        (glob("*cart"), &["cart", "user:1:cart", "user:2:cart", "user:é:cart"][..]),
        (glob("a*b"), &["a/b"][..]),
        (glob(r"\[x]"), &["[x]"][..]),
        (glob("[x]"), &[][..]),
        (glob("cart"), &["cart"][..]),
        (pb::ListKeysRequest { consistent_read: true, ..glob("u*") }, &stored[3..]),
    ] {
        assert_eq!(keys(&world, request.clone()).await, expected, "{:?}", request.pattern);
    }
}

async fn pages_of_any_size_have_every_key_once(world: World) {
    let stored: Vec<String> = (0..50).map(|index| format!("key:{index:02}")).collect();
    for key in &stored {
        world.client.set(key, "value").await.unwrap();
    }
    for page_size in [1, 3, 0, 1000] {
        for request in [pb::ListKeysRequest::default(), prefix("key:"), glob("key:*")] {
            let paged = pb::ListKeysRequest { page_size, ..request };
            assert_eq!(keys(&world, paged).await, stored, "pages of {page_size}");
        }
        let paged = pb::ListKeysRequest { page_size, ..glob("*:?7") };
        assert_eq!(keys(&world, paged).await, ["key:07", "key:17", "key:27", "key:37", "key:47"]);
    }
}

async fn what_has_expired_is_hidden(world: World) {
    for key in ["a", "b", "c"] {
        world.client.set(key, "value").await.unwrap();
        world.client.set(format!("{key}-expired"), "value").ttl(Duration::from_millis(1)).await.unwrap();
        world.client.set(format!("{key}-alive"), "value").ttl(Duration::from_millis(2)).await.unwrap();
    }
    world.clock.advance(Duration::from_millis(1));
    for page_size in [0, 1] {
        let all = pb::ListKeysRequest { page_size, ..Default::default() };
        assert_eq!(keys(&world, all).await, ["a", "a-alive", "b", "b-alive", "c", "c-alive"]);
        let paged = pb::ListKeysRequest { page_size, ..glob("?-*") };
        assert_eq!(keys(&world, paged).await, ["a-alive", "b-alive", "c-alive"]);
    }
}

async fn a_pattern_that_is_malformed_is_refused_with_the_place(world: World) {
    let mut stub = world.client.stub();
    for pattern in ["", "[", "é[a", "[]", "[b-a]", "[^a]", "a\\"] {
        invalid(stub.list_keys(glob(pattern)).await, "glob", None);
    }
    let status = stub.list_keys(glob("é[a")).await.unwrap_err();
    assert_eq!(status.message(), "glob: has, at character 2, a [ that is not closed");
    invalid(stub.list_keys(glob(&"k".repeat(2049))).await, "glob", Some("2048 bytes"));
    invalid(stub.list_keys(prefix(&"k".repeat(2049))).await, "prefix", Some("2048 bytes"));
    let negative = pb::ListKeysRequest { page_size: -1, ..Default::default() };
    invalid(stub.list_keys(negative).await, "page_size", Some("0..10000 items"));
}

async fn the_keys_of_another_table_have_its_name(world: World) {
    world.client.set("here", "value").await.unwrap();
    world.client.set("there", "value").table("other").await.unwrap();
    let other = pb::ListKeysRequest { table: "other".to_owned(), ..Default::default() };
    assert_eq!(keys(&world, other).await, ["there"]);
    let nowhere = pb::ListKeysRequest { table: "nowhere".to_owned(), ..Default::default() };
    assert_eq!(refusal(world.client.stub().list_keys(nowhere).await).reason, "TABLE_NOT_CONFIGURED");
}

async fn a_table_with_a_sort_key_has_no_keys_of_entries(world: World) {
    orders::fill(&world).await;
    let request = pb::ListKeysRequest { table: orders::TABLE.to_owned(), ..Default::default() };
    let refused = refusal(world.client.stub().list_keys(request).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "TABLE_SHAPE"));
}

async fn capacity_is_told_if_asked_for(world: World) {
    world.client.set("key", "value").await.unwrap();
    let mut stub = world.client.stub();
    let page = stub.list_keys(pb::ListKeysRequest::default()).await.unwrap().into_inner();
    assert_eq!(page.consumed_capacity, None);
    let request = pb::ListKeysRequest { return_consumed_capacity: true, ..Default::default() };
    let page = stub.list_keys(request).await.unwrap().into_inner();
    assert!(page.consumed_capacity.unwrap().capacity_units > 0.0);
}
