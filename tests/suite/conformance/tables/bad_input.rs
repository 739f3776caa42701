//! Invalid table definitions are refused with the field, before DynamoDB is called.

use dynakv_client::pb::{
    CreateTableRequest, DeleteTableRequest, KeyAttribute, ListTablesRequest, TableIndex, Throughput,
};
use tonic::Code;
use tonic_types::StatusExt;

use super::{UNMADE, unmade};
use crate::conformance::on_every_backend;
use crate::support::World;
use crate::support::faults::ANY;

on_every_backend!(no_table, no_page, no_name);

#[expect(clippy::unnecessary_wraps, reason = "as the requests take it")]
fn key(name: &str, r#type: i32) -> Option<KeyAttribute> {
    Some(KeyAttribute { name: name.to_owned(), r#type })
}

const STRING: i32 = 1;
const NUMBER: i32 = 2;
const LOCAL: i32 = 2;
const INCLUDE: i32 = 3;

fn index(name: &str) -> TableIndex {
    TableIndex { name: name.to_owned(), partition_key: key("status", STRING), ..TableIndex::default() }
}

fn local(name: &str) -> TableIndex {
    let index = index(name);
    TableIndex { kind: LOCAL, partition_key: None, sort_key: key("created_at", NUMBER), ..index }
}

/// Requests and the fields for which they are refused.
fn cases() -> Vec<(&'static str, CreateTableRequest)> {
    let request = || CreateTableRequest { table: UNMADE.to_owned(), ..CreateTableRequest::default() };
    let sorted = || CreateTableRequest { sort_key: key("sk", STRING), ..request() };
    let with = |indexes: Vec<TableIndex>| CreateTableRequest { indexes, ..sorted() };
    let units =
        |read_capacity_units, write_capacity_units| Some(Throughput { read_capacity_units, write_capacity_units });
    let many = |count: usize, make: fn(&str) -> TableIndex| (0..count).map(|at| make(&format!("index-{at}"))).collect();
    let including = |names: Vec<String>| TableIndex { projection: INCLUDE, projected: names, ..index("index") };
    let numbered = |count: usize| (0..count).map(|at| format!("a{at}")).collect::<Vec<_>>();
    vec![
        ("partition_key.name", CreateTableRequest { partition_key: key(&"k".repeat(256), STRING), ..request() }),
        ("partition_key.name", CreateTableRequest { partition_key: key("dkv_ver", NUMBER), ..request() }),
        ("partition_key.type", CreateTableRequest { partition_key: key("pk", 4), ..request() }),
        ("sort_key.name", CreateTableRequest { sort_key: key("", STRING), ..request() }),
        ("sort_key.name", CreateTableRequest { sort_key: key("id", STRING), ..request() }),
        ("throughput.read_capacity_units", CreateTableRequest { throughput: units(0, 1), ..request() }),
        ("throughput.write_capacity_units", CreateTableRequest { throughput: units(1, -1), ..request() }),
        ("throughput.write_capacity_units", CreateTableRequest { throughput: units(1, i64::MAX), ..request() }),
        ("indexes", with(many(21, index))),
        ("indexes", with(many(6, local))),
        ("indexes[0].name", with(vec![index("ab")])),
        ("indexes[0].name", with(vec![index("a b c")])),
        ("indexes[0].name", with(vec![index(&"i".repeat(256))])),
        ("indexes[1].name", with(vec![index("index"), local("index")])),
        ("indexes[0].kind", with(vec![TableIndex { kind: 3, ..index("index") }])),
        ("indexes[0].kind", CreateTableRequest { indexes: vec![local("index")], ..request() }),
        ("indexes[0].partition_key", with(vec![TableIndex { partition_key: None, ..index("index") }])),
        ("indexes[0].partition_key.name", with(vec![TableIndex { partition_key: key("", 0), ..index("index") }])),
        ("indexes[0].partition_key.name", with(vec![TableIndex { partition_key: key("x", 0), ..local("index") }])),
        (
            "indexes[0].partition_key.type",
            with(vec![TableIndex { partition_key: key("sk", NUMBER), ..index("index") }]),
        ),
        (
            "indexes[1].sort_key.type",
            with(vec![local("local"), TableIndex { sort_key: key("created_at", STRING), ..index("index") }]),
        ),
        ("indexes[0].sort_key", with(vec![TableIndex { sort_key: None, ..local("index") }])),
        ("indexes[0].sort_key.name", with(vec![TableIndex { sort_key: key("sk", STRING), ..local("index") }])),
        ("indexes[0].sort_key.name", with(vec![TableIndex { sort_key: key("status", STRING), ..index("index") }])),
        ("indexes[0].projection", with(vec![TableIndex { projection: -1, ..index("index") }])),
        ("indexes[0].projected", with(vec![TableIndex { projected: numbered(1), ..index("index") }])),
        ("indexes[0].projected", with(vec![including(Vec::new())])),
        ("indexes[0].projected", with(vec![including(vec!["a".to_owned(), "a".to_owned()])])),
        ("indexes[0].projected", with(vec![including(numbered(19))])),
        ("indexes[0].throughput", with(vec![TableIndex { throughput: units(1, 1), ..index("index") }])),
        (
            "indexes[0].throughput.read_capacity_units",
            CreateTableRequest {
                throughput: units(1, 1),
                indexes: vec![TableIndex { throughput: units(0, 1), ..index("index") }],
                ..sorted()
            },
        ),
        (
            "indexes[0].throughput",
            CreateTableRequest {
                throughput: units(1, 1),
                indexes: vec![TableIndex { throughput: units(1, 1), ..local("index") }],
                ..sorted()
            },
        ),
    ]
}

async fn no_table(world: World) {
    unmade(&world).await;
    let mut stub = world.client.table_stub();
    world.faults.reset_counts();
    for (field, request) in cases() {
        let status = stub.create_table(request).await.expect_err(field);
        let details = status.get_error_details();
        assert_eq!(status.code(), Code::InvalidArgument, "{field}: {status:?}");
        assert_eq!(details.error_info().unwrap().reason, "INVALID_FIELD", "{field}: {status:?}");
        assert_eq!(details.error_info().unwrap().metadata["outcome"], "NOT_APPLIED", "{field}");
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, field, "{status:?}");
    }
    assert_eq!(world.faults.calls(ANY), 0);
}

async fn no_page(world: World) {
    let mut stub = world.client.table_stub();
    let mut refused = async |request| {
        let status = stub.list_tables(request).await.unwrap_err();
        let details = status.get_error_details();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        let field = details.bad_request().unwrap().field_violations[0].field.clone();
        (details.error_info().unwrap().reason.clone(), field)
    };
    let negative = refused(ListTablesRequest { page_size: -1, ..ListTablesRequest::default() }).await;
    assert_eq!(negative, ("INVALID_FIELD".into(), "page_size".into()));
    for garbage in ["x", "entries", "AAAA", "dGFibGVz", "dGFibGVzLzEvYS9i", "\u{0}", "💥"] {
        let request = ListTablesRequest { page_size: 1, page_token: garbage.to_owned() };
        assert_eq!(refused(request).await, ("INVALID_PAGE_TOKEN".into(), "page_token".into()), "{garbage}");
    }
}

async fn no_name(world: World) {
    let status = world.client.table_stub().delete_table(DeleteTableRequest::default()).await.unwrap_err();
    let details = status.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "table", "{status:?}");
    world.client.describe_table().await.unwrap();
}
