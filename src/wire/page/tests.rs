use std::collections::{HashMap, HashSet};

use super::*;
use crate::model::Secret;
use crate::pb::list_keys_request::Pattern;

fn text(text: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) }
}

fn query() -> pb::QueryRequest {
    pb::QueryRequest {
        key_condition: "#k = :k".to_owned(),
        names: HashMap::from([("#k".to_owned(), "status".to_owned())]),
        values: HashMap::from([(":k".to_owned(), text("open"))]),
        ..Default::default()
    }
}

fn with_filter(filter: &str, value: &str) -> pb::QueryRequest {
    let mut query = pb::QueryRequest { filter: filter.to_owned(), ..query() };
    query.values.insert(":f".to_owned(), text(value));
    query
}

fn refused<Q, L>(request: Q) -> String
where
    Paged<L>: TryFrom<Q, Error = Violation>,
{
    Paged::<L>::try_from(request).err().unwrap().field
}

#[test]
fn a_problem_names_its_field() {
    let query_refused = refused::<_, Query>;
    assert_eq!(query_refused(pb::QueryRequest::default()), "key_condition");
    assert_eq!(query_refused(pb::QueryRequest { key_condition: "(#k = :k".to_owned(), ..query() }), "key_condition");
    assert_eq!(query_refused(pb::QueryRequest { key_condition: "#k = :z".to_owned(), ..query() }), "key_condition");
    assert_eq!(query_refused(pb::QueryRequest { page_size: -1, ..query() }), "page_size");
    assert_eq!(query_refused(pb::QueryRequest { order: 3, ..query() }), "order");
    assert_eq!(query_refused(with_filter("a = :f) OR (a = :f", "x")), "filter");
    assert_eq!(query_refused(with_filter("", "x")), r#"values[":f"]"#);
    let projected = pb::QueryRequest { projection: "a".to_owned(), ..query() };
    assert!(Paged::<Query>::try_from(projected.clone()).is_ok());
    assert_eq!(query_refused(pb::QueryRequest { count_only: true, ..projected }), "projection");
    assert_eq!(query_refused(pb::QueryRequest { projection: "a,".to_owned(), ..query() }), "projection");

    let scan_refused = refused::<_, Scan>;
    for segments in [i32::MIN, -1, 0, 33, i32::MAX] {
        assert_eq!(scan_refused(pb::ScanRequest { segments: Some(segments), ..Default::default() }), "segments");
    }
    assert_eq!(scan_refused(pb::ScanRequest { filter: "a = :v".to_owned(), ..Default::default() }), "filter");

    let keys_refused =
        |pattern| refused::<_, ListKeys>(pb::ListKeysRequest { pattern: Some(pattern), ..Default::default() });
    assert_eq!(keys_refused(Pattern::Glob("[a".to_owned())), "glob");
    assert_eq!(keys_refused(Pattern::Prefix("k".repeat(2049))), "prefix");
}

#[test]
fn a_page_that_names_no_size_has_that_of_its_kind() {
    let size = |count_only, page_size| {
        let scan = pb::ScanRequest { count_only, page_size, ..Default::default() };
        Paged::<Scan>::try_from(scan).unwrap().page.size.get()
    };
    assert_eq!((size(false, 0), size(true, 0), size(true, 7)), (100, 10_000, 7));
    let keys = Paged::<ListKeys>::try_from(pb::ListKeysRequest::default()).unwrap();
    assert_eq!(keys.page.size.get(), 1000);
}

#[test]
fn absent_segments_are_one() {
    let positions = |segments| {
        Paged::<Scan>::try_from(pb::ScanRequest { segments, ..Default::default() }).unwrap().listing.positions()
    };
    assert_eq!((positions(None), positions(Some(1)), positions(Some(32))), (1, 1, 32));
}

fn digest(listing: &impl Listing) -> [u8; 32] {
    let mut digest = Digest::default();
    listing.digest(&mut digest);
    digest.into_hash()
}

fn query_digest(request: pb::QueryRequest) -> [u8; 32] {
    digest(&Paged::<Query>::try_from(request).unwrap().listing)
}

/// Each request differs from all others in something that decides which items come, or in which order.
#[test]
fn every_other_request_has_another_digest() {
    let indexed = |index: &str| pb::QueryRequest { index: index.to_owned(), ..query() };
    let projected = |projection: &str| pb::QueryRequest { projection: projection.to_owned(), ..query() };
    let mut other_name = query();
    other_name.names.insert("#k".to_owned(), "state".to_owned());
    let mut other_value = query();
    other_value.values.insert(":k".to_owned(), text("shut"));
    let mut binary_value = query();
    let open = pb::value::Kind::B("open".into());
    binary_value.values.insert(":k".to_owned(), pb::Value { kind: Some(open) });
    let queries = [
        query(),
        other_name,
        other_value,
        binary_value,
        pb::QueryRequest { order: pb::query_request::Order::Descending.into(), ..query() },
        pb::QueryRequest { consistent_read: true, ..query() },
        pb::QueryRequest { count_only: true, ..query() },
        indexed("one"),
        indexed("two"),
        projected("a"),
        projected("a, b"),
        projected("a.b"),
        with_filter("a = :f", "x"),
        with_filter("a = :f", "y"),
        with_filter("b = :f", "x"),
    ];
    let scan = |request| digest(&Paged::<Scan>::try_from(request).unwrap().listing);
    let scans = [
        pb::ScanRequest::default(),
        pb::ScanRequest { segments: Some(2), ..Default::default() },
        pb::ScanRequest { consistent_read: true, ..Default::default() },
        pb::ScanRequest { count_only: true, ..Default::default() },
        pb::ScanRequest { index: "one".to_owned(), ..Default::default() },
    ];
    let keys = |pattern, consistent_read| {
        let request = pb::ListKeysRequest { pattern, consistent_read, ..Default::default() };
        digest(&Paged::<ListKeys>::try_from(request).unwrap().listing)
    };
    let [prefix, other_prefix] = ["a*", "b*"].map(|text| Some(Pattern::Prefix(text.to_owned())));
    let [glob, other_glob] = ["a*", "b*"].map(|text| Some(Pattern::Glob(text.to_owned())));
    let listings = [keys(None, false), keys(None, true)]
        .into_iter()
        .chain([prefix, other_prefix, glob, other_glob].map(|pattern| keys(pattern, false)));

    let all: Vec<_> =
        queries.into_iter().map(query_digest).chain(scans.into_iter().map(scan)).chain(listings).collect();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
}

#[test]
fn what_says_only_which_page_is_not_in_the_digest() {
    let page = pb::QueryRequest {
        page_size: 7,
        page_token: "token".to_owned(),
        return_consumed_capacity: true,
        order: pb::query_request::Order::Ascending.into(),
        ..query()
    };
    assert_eq!(query_digest(page), query_digest(query()));
    let many: HashMap<_, _> = (0..20).map(|index| (format!(":v{index}"), text("x"))).collect();
    let scan = || {
        let filter = (0..20).map(|index| format!("a <> :v{index}")).collect::<Vec<_>>().join(" AND ");
        let request = pb::ScanRequest { filter, values: many.clone().into_iter().collect(), ..Default::default() };
        digest(&Paged::<Scan>::try_from(request).unwrap().listing)
    };
    assert_eq!(scan(), scan(), "in whatever order a map lists its entries");
}

#[test]
fn tokens_are_for_one_caller_and_one_table() {
    let tokens = PageTokens::new(&Secret::random().unwrap(), &[]);
    let listing = Paged::<ListKeys>::try_from(pb::ListKeysRequest::default()).unwrap().listing;
    let table = |name: &str, physical: &str| TableSpec { physical_name: physical.to_owned(), ..TableSpec::named(name) };
    let bound = |caller, table: &TableSpec| listing.tokens(&tokens, caller, table);
    let cursor = crate::driver::Cursor(vec![crate::driver::Position::Start]);
    let token = bound(Some("orders"), &table("t", "prod")).seal(Some(cursor)).unwrap();
    for (caller, table, is_valid) in [
        (Some("orders"), table("t", "prod"), true),
        (Some("orders"), table("alias", "prod"), true),
        (Some("orders"), table("t", "test"), false),
        (Some("billing"), table("t", "prod"), false),
        (Some(""), table("t", "prod"), false),
        (None, table("t", "prod"), false),
    ] {
        assert_eq!(bound(caller, &table).open(&token).is_ok(), is_valid, "{caller:?} {table:?}");
    }
}
