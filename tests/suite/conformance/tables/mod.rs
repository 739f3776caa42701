//! Tables created, described, listed and deleted through the service.

mod bad_input;
mod made_anew;

use dynakv_client::{
    Backend, Code, Error, Index, IndexKind, IndexProjection, KeyAttribute, KeyType, ListedTable, Reason,
    TableDescription, Throughput, TimeToLive,
};

use super::on_every_backend;
use crate::support::World;

on_every_backend!(
    a_table_for_entries_is_the_default,
    keys_of_every_type_and_indexes_come_back,
    throughput_comes_back,
    a_table_that_exists_stays,
    what_is_not_there_is_not_found,
    ttl_is_enabled_once,
    ttl_on_another_attribute_stays,
    a_table_under_deletion_protection_stays,
    tables_are_listed_in_pages,
    any_table_may_be_named_on_the_embedded_engine,
);

/// A configured table that does not exist yet.
pub(super) const UNMADE: &str = "other";

/// Deletes a configured table, so that the test can create its own.
pub(super) async fn unmade(world: &World) -> &'static str {
    world.client.delete_table(UNMADE).await.unwrap();
    UNMADE
}

/// Waits until the table is ACTIVE. DynamoDB Local may need a moment for indexes.
async fn active(world: &World, table: &str) -> TableDescription {
    loop {
        let described = world.client.describe_table().table(table).await.unwrap();
        let is_active = |index: &Index| index.status.as_deref().is_none_or(|status| status == "ACTIVE");
        if described.is_active() && described.indexes.iter().all(is_active) {
            return described;
        }
    }
}

#[track_caller]
pub(super) fn is(error: &Error, code: Code, reason: &Reason) {
    assert_eq!((error.code(), error.reason()), (Some(code), Some(reason)), "{error}");
}

fn key(name: &str, key_type: KeyType) -> KeyAttribute {
    KeyAttribute::new(name, key_type)
}

async fn a_table_for_entries_is_the_default(world: World) {
    let table = unmade(&world).await;
    let created = world.client.create_table().table(table).enable_ttl().await.unwrap();
    assert_eq!(created.name, table);
    let described = active(&world, table).await;
    assert_eq!(described.partition_key, Some("id".into()), "the name that the configuration gives the key");
    assert_eq!((&described.sort_key, described.throughput, described.indexes.len()), (&None, None, 0));
    assert_eq!(described.time_to_live, TimeToLive::Enabled { attribute: "ttl".into() });
    let roles = &described.attributes;
    let names = [&roles.key, &roles.value, &roles.ttl, &roles.ttl_ms, &roles.version];
    assert_eq!(names, ["id", "v", "ttl", "dkv_ttl_ms", "dkv_ver"]);
    assert!(described.capabilities.key_value && described.capabilities.delete_table && !described.is_default);
    assert_eq!(described.backend == Backend::Embedded, world.has_any_table);
    world.client.set("key", "value").table(table).await.unwrap();
    assert!(world.item_of_other("key").await.is_some());
}

async fn keys_of_every_type_and_indexes_come_back(world: World) {
    let table = unmade(&world).await;
    let by_status = Index::global("by-status", "status").sort_key(key("created_at", KeyType::N));
    let call = world.client.create_table().table(table).partition_key(key("tenant", KeyType::B));
    let call = call.sort_key(key("number", KeyType::N)).index(by_status.clone());
    let call = call.index(Index::global("by-expiry", key("ttl", KeyType::N)).include(["title", "tenant"]));
    let call = call.index(Index::local("by-time", key("created_at", KeyType::N)).keys_only());
    call.index(Index::local("by-blob", key("blob", KeyType::B)).include(["title"])).await.unwrap();

    let described = active(&world, table).await;
    assert_eq!(described.partition_key, Some(key("tenant", KeyType::B)));
    assert_eq!(described.sort_key, Some(key("number", KeyType::N)));
    assert!(!described.capabilities.key_value);
    let names: Vec<&str> = described.indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["by-blob", "by-expiry", "by-status", "by-time"]);
    let [by_blob, by_expiry, status, by_time] = &described.indexes[..] else { panic!("{described:?}") };
    assert_eq!(*status, Index { status: Some("ACTIVE".into()), ..by_status });
    assert_eq!((by_time.kind, &by_time.projection), (IndexKind::Local, &IndexProjection::KeysOnly));
    assert_eq!(by_time.partition_key, described.partition_key);
    assert_eq!(by_blob.sort_key, Some(key("blob", KeyType::B)));
    let included = |index: &Index| match &index.projection {
        IndexProjection::Include(names) => {
            let mut names = names.clone();
            names.sort();
            names
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(included(by_blob), ["dkv_ttl_ms", "title", "ttl"], "with what says whether an item has expired");
    assert_eq!(included(by_expiry), ["dkv_ttl_ms", "title"], "without keys");
}

async fn throughput_comes_back(world: World) {
    let table = unmade(&world).await;
    let units = |read_capacity_units, write_capacity_units| Throughput { read_capacity_units, write_capacity_units };
    let call = world.client.create_table().table(table).throughput(units(3, 4));
    let call = call.index(Index::global("as-the-table", "a"));
    call.index(Index::global("of-its-own", "b").throughput(units(1, 2))).await.unwrap();
    let described = active(&world, table).await;
    assert_eq!(described.throughput, Some(units(3, 4)));
    let throughput: Vec<_> = described.indexes.iter().map(|index| index.throughput).collect();
    assert_eq!(throughput, [Some(units(3, 4)), Some(units(1, 2))]);
}

async fn a_table_that_exists_stays(world: World) {
    world.client.set("key", "value").await.unwrap();
    let error = world.client.create_table().sort_key("sk").await.unwrap_err();
    is(&error, Code::AlreadyExists, &Reason::TableExists);
    assert_eq!(error.failure().unwrap().metadata("outcome"), Some("NOT_APPLIED"));
    assert_eq!(world.client.describe_table().await.unwrap().sort_key, None);
    assert!(world.client.get("key").consistent().await.unwrap().is_some());
}

async fn what_is_not_there_is_not_found(world: World) {
    let table = unmade(&world).await;
    let errors = [
        world.client.describe_table().table(table).await.map(drop).unwrap_err(),
        world.client.enable_ttl().table(table).await.map(drop).unwrap_err(),
        world.client.delete_table(table).await.unwrap_err(),
        world.client.get("key").table(table).await.map(drop).unwrap_err(),
    ];
    for error in errors {
        is(&error, Code::FailedPrecondition, &Reason::TableNotFound);
    }
}

async fn ttl_is_enabled_once(world: World) {
    let table = unmade(&world).await;
    let created = world.client.create_table().table(table).await.unwrap();
    assert_eq!(created.time_to_live, TimeToLive::Disabled);
    active(&world, table).await;
    for _again in 0..3 {
        let ttl = world.client.enable_ttl().table(table).await.unwrap();
        assert_eq!(ttl.enabled_on(), Some("ttl"));
    }
    assert_eq!(active(&world, table).await.time_to_live.enabled_on(), Some("ttl"));
}

async fn ttl_on_another_attribute_stays(world: World) {
    let table = unmade(&world).await;
    world.client.create_table().table(table).await.unwrap();
    active(&world, table).await;
    world.enable_ttl_of_other("expires").await;
    let ttl = world.client.enable_ttl().table(table).await.unwrap();
    assert_eq!(ttl.enabled_on(), Some("expires"));
}

async fn a_table_under_deletion_protection_stays(world: World) {
    world.protect_other().await;
    assert!(!world.client.describe_table().table("other").await.unwrap().capabilities.delete_table);
    let error = world.client.delete_table("other").await.unwrap_err();
    is(&error, Code::FailedPrecondition, &Reason::OperationDisabled);
    world.client.describe_table().table("other").await.unwrap();
}

async fn tables_are_listed_in_pages(world: World) {
    let mut stub = world.client.table_stub();
    let more: Vec<String> = (0..5).map(|number| format!("more-{number}")).collect();
    if world.has_any_table {
        for table in &more {
            world.client.create_table().table(table).await.unwrap();
        }
    }
    let listed = world.client.list_tables().await.unwrap();
    let configured = ListedTable { name: "entries".into(), physical_name: world.table.clone(), is_default: true };
    assert_eq!(listed[0], configured);
    let all: Vec<&str> = listed.iter().map(|table| table.name.as_str()).collect();
    let is_other = |name: &&&str| name.starts_with("more-");
    let (others, configured): (Vec<&str>, Vec<&str>) = all.iter().partition(is_other);
    assert!(configured.contains(&"other") && !configured.contains(&world.table.as_str()), "{configured:?}");
    assert_eq!(others.is_empty(), !world.has_any_table);
    assert_eq!(all, [configured, others].concat(), "the configured ones come first");
    if world.has_any_table {
        assert!(all.ends_with(&["more-0", "more-1", "more-2", "more-3", "more-4"]), "{all:?}");
    }

    for page_size in 1..=8 {
        let (mut names, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = dynakv_client::pb::ListTablesRequest { page_size, page_token };
            let page = stub.list_tables(request).await.unwrap().into_inner();
            assert!((1..=page_size).contains(&i32::try_from(page.tables.len()).unwrap()), "{page:?}");
            names.extend(page.tables.into_iter().map(|table| table.name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(names, all, "in pages of {page_size}");
    }
}

async fn any_table_may_be_named_on_the_embedded_engine(world: World) {
    let client = &world.client;
    if !world.has_any_table {
        let error = client.create_table().table("ad-hoc").await.unwrap_err();
        is(&error, Code::InvalidArgument, &Reason::TableNotConfigured);
        return;
    }
    is(&client.get("key").table("ad-hoc").await.unwrap_err(), Code::InvalidArgument, &Reason::TableNotConfigured);
    client.create_table().table("ad-hoc").enable_ttl().await.unwrap();
    client.set("key", "value").table("ad-hoc").await.unwrap();
    let entry = client.get("key").table("ad-hoc").await.unwrap().unwrap();
    assert_eq!(entry.text(), Some("value"));
    assert!(client.get("key").await.unwrap().is_none(), "tables are apart");
    let described = client.describe_table().table("ad-hoc").await.unwrap();
    assert_eq!((described.physical_name.as_str(), described.time_to_live.enabled_on()), ("ad-hoc", Some("ttl")));

    // DynamoDB's name of a configured table is that table.
    let by_physical_name = client.describe_table().table(&world.table).await.unwrap();
    assert!(by_physical_name.is_default && by_physical_name.name == "entries");
    client.delete_table("ad-hoc").await.unwrap();
    is(&client.get("key").table("ad-hoc").await.unwrap_err(), Code::InvalidArgument, &Reason::TableNotConfigured);
}
