//! Scan, with and without segments.

use dynakv_client::pb;

use super::bad_input::invalid;
use super::on_every_backend;
use super::orders::{
    BY_EXPIRY, BY_PRICE, BY_STATUS, BY_STATUS_KEYS, TABLE, all, fill, make_table, order, order_that_expires, orders,
    pages, scan, service, sorted, text, values,
};
use crate::support::World;

on_every_backend!(
    a_scan_has_every_item_once_in_any_number_of_segments,
    a_filter_finds_the_items_of_a_type,
    a_scan_of_an_index_has_what_the_index_has,
    what_has_expired_is_hidden,
    segments_are_1_to_32,
    strong_consistency_is_not_for_global_indexes,
);

fn everything() -> Vec<String> {
    let profiles = ["ann/profile", "bob/profile"].map(str::to_owned);
    sorted([orders("ann", 0..20), orders("bob", 0..5), profiles.into()].concat())
}

async fn a_scan_has_every_item_once_in_any_number_of_segments(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    for (segments, page_size) in
        [(None, 0), (None, 1), (Some(1), 3), (Some(2), 1), (Some(8), 3), (Some(32), 1000), (Some(32), 5)]
    {
        let request = pb::ScanRequest { segments, page_size, ..scan() };
        let items = sorted(all(&mut service, request.clone()).await);
        assert_eq!(items, everything(), "{segments:?} segments, pages of {page_size}");
        let counts = pages(&mut service, pb::ScanRequest { count_only: true, ..request }).await;
        assert_eq!(counts.iter().map(|page| page.count).sum::<i32>(), 27);
        assert!(page_size == 0 || counts.iter().all(|page| page.items.is_empty() && page.count <= page_size));
    }
}

/// The scan of the Grove documentation.
async fn a_filter_finds_the_items_of_a_type(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    for (segments, page_size) in [(None, 0), (Some(4), 0), (None, 1), (Some(4), 1)] {
        let customers = pb::ScanRequest {
            filter: "entity_type = :type".to_owned(),
            values: values([(":type", text("customer"))]),
            segments,
            page_size,
            ..scan()
        };
        assert_eq!(sorted(all(&mut service, customers).await), ["ann/profile", "bob/profile"]);
    }
}

async fn a_scan_of_an_index_has_what_the_index_has(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let all_orders = sorted([orders("ann", 0..20), orders("bob", 0..5)].concat());
    for index in [BY_STATUS, BY_STATUS_KEYS, BY_PRICE] {
        for page_size in [0, 3] {
            let request = pb::ScanRequest { index: index.to_owned(), page_size, ..scan() };
            assert_eq!(sorted(all(&mut service, request).await), all_orders, "{index}");
        }
    }
}

async fn what_has_expired_is_hidden(world: World) {
    make_table(&world).await;
    for index in 0..20 {
        let in_seconds = if index % 2 == 0 { -1 } else { 100 };
        world.put_into(TABLE, order_that_expires(&world, "ann", index, in_seconds)).await;
    }
    world.put_into(TABLE, order("ann", 20)).await;
    let mut service = service(&world);
    let mortal = orders("ann", (1..20).step_by(2));
    let alive = sorted([mortal.clone(), orders("ann", [20])].concat());
    for (index, alive) in
        [("", &alive), (BY_STATUS, &alive), (BY_STATUS_KEYS, &alive), (BY_PRICE, &alive), (BY_EXPIRY, &mortal)]
    {
        for (segments, page_size) in [(None, 0), (None, 1), (Some(4), 3)] {
            let request = pb::ScanRequest { index: index.to_owned(), segments, page_size, ..scan() };
            assert_eq!(&sorted(all(&mut service, request.clone()).await), alive, "{index:?} in pages of {page_size}");
            let counts = pages(&mut service, pb::ScanRequest { count_only: true, ..request }).await;
            let count: i32 = counts.iter().map(|page| page.count).sum();
            assert_eq!(usize::try_from(count), Ok(alive.len()), "{index:?}");
        }
    }
}

async fn segments_are_1_to_32(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    for segments in [i32::MIN, -1, 0, 33, i32::MAX] {
        let request = pb::ScanRequest { segments: Some(segments), ..scan() };
        invalid(service.scan(request).await, "segments", Some("1..32 segments"));
    }
    invalid(service.scan(pb::ScanRequest { page_size: -1, ..scan() }).await, "page_size", Some("0..10000 items"));
    invalid(service.scan(pb::ScanRequest { index: "nowhere".to_owned(), ..scan() }).await, "index", None);
}

async fn strong_consistency_is_not_for_global_indexes(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let consistent = |index: &str| pb::ScanRequest { consistent_read: true, index: index.to_owned(), ..scan() };
    assert_eq!(all(&mut service, consistent("")).await.len(), 27);
    assert_eq!(all(&mut service, consistent(BY_PRICE)).await.len(), 25);
    invalid(service.scan(consistent(BY_STATUS)).await, "consistent_read", None);
}
