//! DynamoDB's errors reach the caller with the name of the field.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    CreateGlobalSecondaryIndexAction, DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, KeyType,
    Projection, ProjectionType,
};
use dynakv_client::pb;
use dynakv_client::pb::value::Kind;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{readings, stub};
use crate::conformance::on_every_backend;
use crate::support::{World, element, number, string};

on_every_backend!(a_refusal_names_the_field, a_refusal_of_a_scan_names_the_field);

fn value(text: &str) -> pb::Value {
    pb::Value { kind: Some(Kind::S(text.to_owned())) }
}

/// The reason and the fields of an error.
fn judged(status: &Status) -> (String, Vec<String>) {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let fields = details.bad_request().unwrap().field_violations.iter().map(|violation| violation.field.clone());
    (details.error_info().unwrap().reason.clone(), fields.collect())
}

async fn a_refusal_names_the_field(world: World) {
    readings::create(&world).await;
    let good = pb::QueryRequest {
        table: readings::TABLE.to_owned(),
        key_condition: "pk = :p".to_owned(),
        values: [(":p".to_owned(), value("p"))].into(),
        ..Default::default()
    };
    stub(&world).query(good.clone()).await.unwrap();
    let by_group = pb::QueryRequest {
        index: "keys".to_owned(),
        key_condition: "#g = :p".to_owned(),
        names: [("#g".to_owned(), "group".to_owned())].into(),
        ..good.clone()
    };
    stub(&world).query(by_group.clone()).await.unwrap();

    let text = str::to_owned;
    let expression = [
        (pb::QueryRequest { key_condition: text("sk = :p"), ..good.clone() }, "key_condition"),
        (pb::QueryRequest { key_condition: text("pk < :p"), ..good.clone() }, "key_condition"),
        (pb::QueryRequest { key_condition: text("pk = :p AND other = :p"), ..good.clone() }, "key_condition"),
        (pb::QueryRequest { key_condition: text("pk = :p OR pk = :p"), ..good.clone() }, "key_condition"),
        (pb::QueryRequest { key_condition: text("pk = :p AND sk = :p"), ..good.clone() }, "key_condition"),
        (pb::QueryRequest { key_condition: text("pk = = :p"), ..good.clone() }, "key_condition"),
        (pb::QueryRequest { filter: text("sk <> :p"), ..good.clone() }, "filter"),
        (pb::QueryRequest { filter: text("a = "), ..good.clone() }, "filter"),
        (pb::QueryRequest { filter: text("nonsense(a, :p)"), ..good.clone() }, "filter"),
        (pb::QueryRequest { projection: text("a, a"), ..good.clone() }, "projection"),
        (pb::QueryRequest { projection: text("a, a.b"), filter: text("b = :p"), ..good.clone() }, "projection"),
    ];
    for (request, field) in expression {
        let status = stub(&world).query(request.clone()).await.unwrap_err();
        let (reason, fields) = judged(&status);
        assert_eq!(fields, [field], "{request:?}: {status:?}");
        assert!(["INVALID_EXPRESSION", "INVALID_FIELD"].contains(&reason.as_str()), "{reason}");
    }
    let fields = [
        (pb::QueryRequest { index: text("absent"), ..good.clone() }, "index"),
        (pb::QueryRequest { consistent_read: true, ..by_group.clone() }, "consistent_read"),
    ];
    for (request, field) in fields {
        let status = stub(&world).query(request.clone()).await.unwrap_err();
        assert_eq!(judged(&status), ("INVALID_FIELD".to_owned(), vec![field.to_owned()]), "{request:?}");
    }
}

async fn a_refusal_of_a_scan_names_the_field(world: World) {
    readings::create(&world).await;
    let good = pb::ScanRequest { table: readings::TABLE.to_owned(), ..Default::default() };
    stub(&world).scan(good.clone()).await.unwrap();
    let filtered = pb::ScanRequest {
        filter: "nonsense(a, :p)".to_owned(),
        values: [(":p".to_owned(), value("p"))].into(),
        ..good.clone()
    };
    let cases = [
        (filtered, "filter"),
        (pb::ScanRequest { projection: "a, a.b".to_owned(), ..good.clone() }, "projection"),
        (pb::ScanRequest { index: "absent".to_owned(), segments: Some(8), ..good.clone() }, "index"),
        (pb::ScanRequest { index: "keys".to_owned(), consistent_read: true, ..good.clone() }, "consistent_read"),
    ];
    for (request, field) in cases {
        let status = stub(&world).scan(request.clone()).await.unwrap_err();
        assert_eq!(judged(&status).1, [field], "{request:?}: {status:?}");
    }
}

/// Indexes can be deleted and created again under the same name.
#[tokio::test]
async fn an_index_is_taken_as_it_is_now() {
    let world = World::embedded_in_memory().await;
    readings::create(&world).await;
    let row = [("pk", string("p")), ("sk", number(1)), ("group", string("g")), ("n", number(1)), ("ttl", number(1))];
    world.put_into(readings::TABLE, row.map(|(name, value)| (name.to_owned(), value)).into()).await;
    let request =
        pb::ScanRequest { table: readings::TABLE.to_owned(), index: "with_expiry".to_owned(), ..Default::default() };
    let scan = async || stub(&world).scan(request.clone()).await.map(|page| page.into_inner().count);
    assert_eq!(scan().await.unwrap(), 0, "it has expired");

    let update = |change| world.update_indexes(readings::TABLE, change);
    let delete = DeleteGlobalSecondaryIndexAction::builder().index_name("with_expiry").build().unwrap();
    update(GlobalSecondaryIndexUpdate::builder().delete(delete).build()).await;
    assert_eq!(judged(&scan().await.unwrap_err()), ("INVALID_FIELD".to_owned(), vec!["index".to_owned()]));

    // This one does not have the expiry time.
    let create = CreateGlobalSecondaryIndexAction::builder()
        .index_name("with_expiry")
        .key_schema(element("group", KeyType::Hash))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
    update(GlobalSecondaryIndexUpdate::builder().create(create.build().unwrap()).build()).await;
    assert_eq!(judged(&scan().await.unwrap_err()).1, ["index"], "its absence is remembered");
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(scan().await.unwrap(), 0, "it still has");
    assert_eq!(world.faults.calls("BatchGetItem"), 1, "the table was asked");
}
