//! Page tokens: encrypted, and each bound to one request of one RPC on one table.

use dynakv_client::pb;
use dynakv_client::pb::list_keys_request::Pattern;
use dynakv_client::pb::query_request::Order;
use tonic::{Code, Status};

use super::bad_input::refusal;
use super::on_every_backend;
use super::orders::{
    BY_STATUS, BY_STATUS_KEYS, Paged, Service, fill, names, numeric, of_customer, of_status, orders, scan, service,
    text, values, which,
};
use crate::support::World;

on_every_backend!(
    a_token_is_for_the_request_it_was_made_for,
    a_token_is_for_one_rpc_and_one_table,
    a_token_says_nothing_of_how_large_its_page_is,
    what_is_forged_or_damaged_is_refused,
    a_token_shows_no_key,
);

fn is_refused<T>(result: Result<T, Status>, what: &str) {
    let refused = refusal(result);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"), "{what}");
    assert_eq!((refused.field.as_str(), refused.outcome), ("page_token", None), "{what}");
}

async fn token(service: &mut Service, request: impl Paged) -> String {
    let token = request.page(service).await.unwrap().next;
    assert!(!token.is_empty());
    token
}

fn first(request: pb::QueryRequest) -> pb::QueryRequest {
    pb::QueryRequest { page_size: 2, ..request }
}

async fn a_token_is_for_the_request_it_was_made_for(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let mut filtered = first(of_status("open", BY_STATUS));
    filtered.filter = "price < :t".into();
    filtered.values.insert(":t".to_owned(), numeric(99));
    let token = token(&mut service, filtered.clone()).await;
    service.query(filtered.next(&token)).await.unwrap();

    let change = |change: &dyn Fn(&mut pb::QueryRequest)| {
        let mut changed = filtered.next(&token);
        change(&mut changed);
        changed
    };
    for (what, changed) in [
        ("the filter", change(&|query| query.filter = "price <= :t".into())),
        (
            "no filter",
            change(&|query| {
                query.filter.clear();
                query.values.remove(":t");
            }),
        ),
        ("a value of the filter", change(&|query| drop(query.values.insert(":t".to_owned(), numeric(98))))),
        ("a value of the key condition", change(&|query| drop(query.values.insert(":s".to_owned(), text("shipped"))))),
        (
            "a name",
            change(&|query| {
                query.filter = "#t < :t".into();
                query.names.insert("#t".to_owned(), "price".to_owned());
            }),
        ),
        ("the index", change(&|query| query.index = BY_STATUS_KEYS.into())),
        ("the order", change(&|query| query.order = Order::Descending.into())),
        ("a projection", change(&|query| query.projection = "price".into())),
        ("only the count", change(&|query| query.count_only = true)),
    ] {
        is_refused(service.query(changed).await, what);
    }
    let consistent = pb::QueryRequest { consistent_read: true, ..first(of_customer("ann")) };
    let of_consistent = self::token(&mut service, consistent).await;
    is_refused(service.query(first(of_customer("ann")).next(&of_consistent)).await, "the consistency");

    let segments = |segments| pb::ScanRequest { segments, page_size: 2, ..scan() };
    let of_four = self::token(&mut service, segments(Some(4))).await;
    for other in [None, Some(1), Some(5)] {
        is_refused(service.scan(segments(other).next(&of_four)).await, "the segments");
    }
    service.scan(segments(Some(4)).next(&of_four)).await.unwrap();
    let of_one = self::token(&mut service, segments(None)).await;
    service.scan(segments(Some(1)).next(&of_one)).await.unwrap();
}

async fn a_token_is_for_one_rpc_and_one_table(world: World) {
    fill(&world).await;
    let (mut service, mut stub) = (service(&world), world.client.stub());
    for key in ["a", "b", "c"] {
        world.client.set(key, "value").await.unwrap();
        world.client.set(key, "value").table("other").await.unwrap();
    }
    let of_query = token(&mut service, first(of_customer("ann"))).await;
    let of_scan = token(&mut service, pb::ScanRequest { page_size: 1, ..scan() }).await;
    is_refused(service.scan(scan().next(&of_query)).await, "Query's for Scan");
    is_refused(service.query(of_customer("ann").next(&of_scan)).await, "Scan's for Query");

    let list = |table: &str, pattern: Option<&str>, page_token: &str| pb::ListKeysRequest {
        table: table.to_owned(),
        pattern: pattern.map(|prefix| Pattern::Prefix(prefix.to_owned())),
        page_size: 1,
        page_token: page_token.to_owned(),
        ..Default::default()
    };
    let of_keys = stub.list_keys(list("", None, "")).await.unwrap().into_inner().next_page_token;
    stub.list_keys(list("", None, &of_keys)).await.unwrap();
    stub.list_keys(list("entries", None, &of_keys)).await.expect("the default table by its name is the same table");
    is_refused(stub.list_keys(list("other", None, &of_keys)).await, "the table");
    is_refused(stub.list_keys(list("", Some("a"), &of_keys)).await, "the prefix");
    let entries = |table: &str| pb::ScanRequest { table: table.to_owned(), page_size: 1, ..Default::default() };
    is_refused(service.scan(entries("").next(&of_keys)).await, "ListKeys' for Scan");
    let of_entries = token(&mut service, entries("")).await;
    is_refused(service.scan(entries("other").next(&of_entries)).await, "the table of a Scan");
    is_refused(service.scan(scan().next(&of_entries)).await, "another table of a Scan");
    is_refused(stub.list_keys(list("", None, &of_entries)).await, "Scan's for ListKeys");
}

async fn a_token_says_nothing_of_how_large_its_page_is(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let token = token(&mut service, first(of_customer("ann"))).await;
    for (page_size, expected) in [(1, 2..3), (3, 2..5), (5, 2..7)] {
        let request = pb::QueryRequest { page_size, return_consumed_capacity: true, ..of_customer("ann") };
        let page = service.query(request.next(&token)).await.unwrap().into_inner();
        assert_eq!(which(&page.items), orders("ann", expected), "a token may be used again, with pages of {page_size}");
    }
}

async fn what_is_forged_or_damaged_is_refused(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let request = first(of_customer("ann"));
    let token = token(&mut service, request.clone()).await;
    let forged = [
        "x".to_owned(),
        "é".to_owned(),
        " ".to_owned(),
        "AQ".to_owned(),
        "A".repeat(200),
        "A".repeat(600 * 1024),
        format!("{token}="),
        format!("{token}A"),
        format!(" {token}"),
    ];
    for forged in &forged {
        let what: String = forged.chars().take(20).collect();
        is_refused(service.query(request.next(forged)).await, &what);
    }
    for length in [1, 20, 40, token.len() / 2, token.len() - 4, token.len() - 1] {
        is_refused(service.query(request.next(&token[..length])).await, &format!("the first {length} characters"));
    }
    for index in 0..token.len() {
        let mut flipped = token.clone().into_bytes();
        flipped[index] = if flipped[index] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        is_refused(service.query(request.next(&flipped)).await, &format!("character {index}"));
    }
    service.query(request.next(&token)).await.unwrap();
}

async fn a_token_shows_no_key(world: World) {
    use base64::Engine as _;
    fill(&world).await;
    let mut service = service(&world);
    let mut hidden = pb::QueryRequest { page_size: 1, ..of_customer("ann") };
    hidden.filter = "#s = :s".into();
    hidden.names = names([("#s", "status")]);
    hidden.values.extend(values([(":s", text("open"))]));
    let token = token(&mut service, hidden).await;
    let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(&token).expect("it is URL-safe");
    // Shorter texts are in random bytes by chance.
    for part in ["ann", "order", "customer"] {
        let shows = bytes.windows(part.len()).any(|window| window == part.as_bytes());
        assert!(!shows, "{part} is in {token}");
    }
}
