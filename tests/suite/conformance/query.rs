//! Query on the table, on global and on local indexes.

use dynakv_client::pb;
use dynakv_client::pb::query_request::Order;
use dynakv_client::pb::value::Kind;

use super::bad_input::{invalid, refusal};
use super::on_every_backend;
use super::orders::{
    BY_EXPIRY, BY_PRICE, BY_STATUS, BY_STATUS_KEYS, TABLE, all, fill, make_table, names, numeric, of_customer,
    of_status, order, order_that_expires, orders, pages, service, text, values, which,
};
use crate::support::{World, number};

on_every_backend!(
    a_partition_comes_in_the_order_of_its_sort_key,
    an_index_gives_the_orders_of_a_status_by_their_time,
    a_local_index_gives_the_orders_of_a_customer_by_their_price,
    a_filter_drops_and_pages_go_on,
    a_projection_shows_what_it_names,
    pages_of_any_size_have_every_item_once,
    a_count_is_only_a_count,
    what_has_expired_is_hidden_on_the_table_and_every_index,
    strong_consistency_is_for_the_table_and_local_indexes,
    what_is_wrong_is_named,
    capacity_is_told_if_asked_for,
);

async fn a_partition_comes_in_the_order_of_its_sort_key(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let mut everything = orders("bob", 0..5);
    everything.push("bob/profile".to_owned());
    assert_eq!(all(&mut service, of_customer("bob")).await, everything);
    let ascending = pb::QueryRequest { order: Order::Ascending.into(), ..of_customer("bob") };
    assert_eq!(all(&mut service, ascending).await, everything);
    let descending = pb::QueryRequest { order: Order::Descending.into(), page_size: 2, ..of_customer("bob") };
    everything.reverse();
    assert_eq!(all(&mut service, descending).await, everything);

    let mut some = of_customer("ann");
    some.key_condition = "pk = :pk AND sk BETWEEN :from AND :to".into();
    some.values.extend([(":from".to_owned(), text("order#003")), (":to".to_owned(), text("order#006"))]);
    assert_eq!(all(&mut service, some.clone()).await, orders("ann", 3..=6));
    some.key_condition = "(pk = :pk) AND (begins_with(sk, :from))".into();
    some.values.remove(":to");
    some.values.insert(":from".to_owned(), text("order#01"));
    assert_eq!(all(&mut service, some).await, orders("ann", 10..20));
    assert!(all(&mut service, of_customer("nobody")).await.is_empty());
}

/// The query of the Grove documentation; `status` is a reserved word.
async fn an_index_gives_the_orders_of_a_status_by_their_time(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let shipped = all(&mut service, of_status("shipped", BY_STATUS)).await;
    // Both customers have orders with the same time; their order is undefined.
    assert_eq!(
        shipped.iter().map(|order| &order[4..]).collect::<Vec<_>>(),
        ["000", "000", "003", "003", "006", "009", "012", "015", "018"]
    );
    let mut recent = of_status("open", BY_STATUS);
    recent.key_condition = "#s = :s AND created_at > :since".into();
    recent.values.insert(":since".to_owned(), numeric(1010));
    assert_eq!(all(&mut service, recent.clone()).await, orders("ann", [11, 13, 14, 16, 17, 19]));
    let newest = pb::QueryRequest { order: Order::Descending.into(), page_size: 2, ..recent };
    let page = service.query(newest).await.unwrap().into_inner();
    assert_eq!((which(&page.items), page.count), (orders("ann", [19, 17]), 2));
    let fields = &page.items[0].fields;
    assert_eq!((fields.len(), &fields["created_at"], &fields["status"]), (7, &numeric(1019), &text("open")));
}

async fn a_local_index_gives_the_orders_of_a_customer_by_their_price(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let by_price = pb::QueryRequest { index: BY_PRICE.to_owned(), page_size: 2, ..of_customer("bob") };
    assert_eq!(all(&mut service, by_price.clone()).await, orders("bob", (0..5).rev()), "the profile has no price");
    let page = service.query(by_price).await.unwrap().into_inner();
    assert_eq!(page.items[0].fields.len(), 3, "the keys of table and index are all that it has: {page:?}");
}

async fn a_filter_drops_and_pages_go_on(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let mut dear = of_customer("ann");
    dear.filter = "price < :price AND entity_type = :type".into();
    dear.values.extend([(":price".to_owned(), numeric(84)), (":type".to_owned(), text("order"))]);
    for page_size in [1, 2, 0] {
        let dear = pb::QueryRequest { page_size, ..dear.clone() };
        assert_eq!(all(&mut service, dear).await, orders("ann", 17..20), "pages of {page_size}");
    }
    dear.values.insert(":price".to_owned(), numeric(0));
    assert!(all(&mut service, pb::QueryRequest { page_size: 1, ..dear }).await.is_empty());
}

async fn a_projection_shows_what_it_names(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let projected = pb::QueryRequest {
        projection: "#s, address.#l[1]".to_owned(),
        names: names([("#s", "status"), ("#l", "lines")]),
        page_size: 1,
        ..of_customer("ann")
    };
    let page = service.query(projected).await.unwrap().into_inner();
    let [item] = page.items.as_slice() else { panic!("{page:?}") };
    let lines = pb::AttributeList { values: vec![text("street 0")] };
    let lines = pb::Value { kind: Some(Kind::L(lines)) };
    let address = pb::Value { kind: Some(Kind::M(pb::AttributeMap { fields: values([("lines", lines)]) })) };
    assert_eq!(item.fields, values([("status", text("shipped")), ("address", address)]), "neither keys nor expiry");
}

async fn pages_of_any_size_have_every_item_once(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    for request in [of_customer("ann"), of_status("open", BY_STATUS), of_status("open", BY_STATUS_KEYS)] {
        let at_once = all(&mut service, request.clone()).await;
        assert!(at_once.len() > 15);
        for page_size in [1, 3, 1000, i32::MAX] {
            let pages = pages(&mut service, pb::QueryRequest { page_size, ..request.clone() }).await;
            let items: Vec<String> = pages.iter().flat_map(|page| which(&page.items)).collect();
            assert_eq!(items, at_once, "pages of {page_size}");
            for page in &pages {
                assert!(page.count <= page_size && usize::try_from(page.count) == Ok(page.items.len()), "{page:?}");
            }
        }
    }
}

async fn a_count_is_only_a_count(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let keys_only = pb::QueryRequest { count_only: true, ..of_status("open", BY_STATUS_KEYS) };
    let mut filtered = pb::QueryRequest { count_only: true, filter: "price < :t".to_owned(), ..of_customer("ann") };
    filtered.values.insert(":t".to_owned(), numeric(91));
    let everything = pb::QueryRequest { count_only: true, ..of_customer("ann") };
    for (request, expected) in [(keys_only, 16), (filtered, 10), (everything, 21)] {
        for page_size in [0, 4, 1] {
            let pages = pages(&mut service, pb::QueryRequest { page_size, ..request.clone() }).await;
            assert_eq!(pages.iter().map(|page| page.count).sum::<i32>(), expected, "pages of {page_size}");
            assert!(pages.iter().all(|page| page.items.is_empty()));
            assert!(page_size == 0 || pages.iter().all(|page| page.count <= page_size));
        }
        assert_eq!(service.query(request).await.unwrap().into_inner().count, expected, "one page has them all");
    }
}

async fn what_has_expired_is_hidden_on_the_table_and_every_index(world: World) {
    make_table(&world).await;
    // Every other one of ten orders has expired, one by a millisecond, the others long ago.
    for index in 0..10 {
        let mut order = match index % 2 {
            0 => order_that_expires(&world, "ann", index, i64::from(index) - 100),
            _ => order_that_expires(&world, "ann", index, i64::from(index) + 100),
        };
        if index == 4 {
            order.insert("ttl".to_owned(), number(world.seconds() + 1));
            let left = 1000 - world.millis().rem_euclid(1000);
            order.insert("dkv_ttl_ms".to_owned(), number(left));
        }
        order.insert("status".to_owned(), crate::support::string("open"));
        world.put_into(TABLE, order).await;
    }
    world.put_into(TABLE, order("ann", 11)).await;
    let mut service = service(&world);
    let by_expiry = pb::QueryRequest {
        table: TABLE.to_owned(),
        index: BY_EXPIRY.to_owned(),
        key_condition: "entity_type = :t".to_owned(),
        values: values([(":t", text("order"))]),
        ..Default::default()
    };
    let by_price =
        pb::QueryRequest { index: BY_PRICE.to_owned(), order: Order::Descending.into(), ..of_customer("ann") };
    let alive = orders("ann", [1, 3, 5, 7, 9, 11]);
    for (request, alive) in [
        (of_customer("ann"), &alive[..]),
        (of_status("open", BY_STATUS), &alive[..]),
        (of_status("open", BY_STATUS_KEYS), &alive[..]),
        (by_expiry, &alive[..5]),
        (by_price, &alive[..]),
    ] {
        for page_size in [0, 1, 3] {
            let request = pb::QueryRequest { page_size, ..request.clone() };
            assert_eq!(all(&mut service, request.clone()).await, alive, "{:?} in pages of {page_size}", request.index);
            let count = pages(&mut service, pb::QueryRequest { count_only: true, ..request.clone() }).await;
            let count: i32 = count.iter().map(|page| page.count).sum();
            assert_eq!(usize::try_from(count), Ok(alive.len()), "{:?}", request.index);
        }
    }
}

async fn strong_consistency_is_for_the_table_and_local_indexes(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let consistent = |request| pb::QueryRequest { consistent_read: true, ..request };
    assert_eq!(all(&mut service, consistent(of_customer("bob"))).await.len(), 6);
    let by_price = pb::QueryRequest { index: BY_PRICE.to_owned(), ..of_customer("bob") };
    assert_eq!(all(&mut service, consistent(by_price)).await.len(), 5);
    for index in [BY_STATUS, BY_STATUS_KEYS] {
        invalid(service.query(consistent(of_status("open", index))).await, "consistent_read", None);
    }
}

async fn what_is_wrong_is_named(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    let ann = || of_customer("ann");
    let with_empty = || pb::QueryRequest { values: values([(":pk", text("ann")), (":e", text(""))]), ..ann() };
    let filtered = |filter: &str| pb::QueryRequest { filter: filter.to_owned(), ..ann() };
    for (request, field) in [
        (pb::QueryRequest { key_condition: String::new(), ..ann() }, "key_condition"),
        (pb::QueryRequest { key_condition: "pk = :pk AND".to_owned(), ..ann() }, "key_condition"),
        (pb::QueryRequest { key_condition: "(pk = :pk".to_owned(), ..ann() }, "key_condition"),
        (pb::QueryRequest { key_condition: "price = :pk".to_owned(), ..ann() }, "key_condition"),
        (pb::QueryRequest { index: "nowhere".to_owned(), ..ann() }, "index"),
        (pb::QueryRequest { page_size: -1, ..ann() }, "page_size"),
        (pb::QueryRequest { order: 7, ..ann() }, "order"),
        (filtered("price = :pk) OR (price = :pk"), "filter"),
        (filtered("price = :undefined"), "filter"),
        (filtered("price =="), "filter"),
        (filtered("pk.x = :pk"), "filter"),
        (
            pb::QueryRequest { key_condition: "pk = :pk AND begins_with(sk, :e)".to_owned(), ..with_empty() },
            "key_condition",
        ),
        (pb::QueryRequest { key_condition: "pk = :pk AND sk > :e".to_owned(), ..with_empty() }, "key_condition"),
        (pb::QueryRequest { key_condition: "pk = :pk AND BEGINS_WITH(sk, :pk)".to_owned(), ..ann() }, "key_condition"),
        (
            pb::QueryRequest { filter: "attribute_exists(price)".to_owned(), ..of_status("open", BY_STATUS_KEYS) },
            "filter",
        ),
        (
            pb::QueryRequest {
                filter: "attribute_not_exists(nowhere.x)".to_owned(),
                ..of_status("open", BY_STATUS_KEYS)
            },
            "filter",
        ),
        (pb::QueryRequest { values: values([(":pk", text("a")), (":x", text("b"))]), ..ann() }, r#"values[":x"]"#),
        (pb::QueryRequest { names: names([("#dkv_ttl", "ttl")]), ..ann() }, r##"names["#dkv_ttl"]"##),
        (pb::QueryRequest { projection: "price".to_owned(), count_only: true, ..ann() }, "projection"),
        (pb::QueryRequest { projection: "a..b".to_owned(), ..ann() }, "projection"),
        (pb::QueryRequest { table: "nowhere".to_owned(), ..ann() }, "table"),
    ] {
        let refused = refusal(service.query(request).await);
        assert_eq!((refused.code, refused.field.as_str()), (tonic::Code::InvalidArgument, field), "{}", refused.reason);
    }
}

/// The caller of a client has not written `count_only`.
#[tokio::test]
async fn a_count_of_a_projection_is_refused_in_the_callers_words() {
    let world = World::embedded_in_memory().await;
    let query = world.client.query("pk = :pk").value(":pk", "key").projection("price").count().await;
    let scan = world.client.scan().projection("price").count().await;
    for error in [query.unwrap_err(), scan.unwrap_err()] {
        let fields = error.failure().unwrap().fields();
        assert_eq!(fields.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>(), ["projection"]);
        assert!(!error.to_string().contains("count_only"), "{error}");
        assert!(!fields[0].description.contains("count_only"), "{error}");
    }
}

async fn capacity_is_told_if_asked_for(world: World) {
    fill(&world).await;
    let mut service = service(&world);
    for request in [of_customer("ann"), of_status("open", BY_STATUS_KEYS)] {
        let page = service.query(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.consumed_capacity, None);
        let request = pb::QueryRequest { return_consumed_capacity: true, ..request };
        let page = service.query(request).await.unwrap().into_inner();
        assert!(page.consumed_capacity.unwrap().capacity_units > 0.0);
    }
}
