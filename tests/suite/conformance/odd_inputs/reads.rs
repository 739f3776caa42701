//! Queries, scans and other reads.

use super::*;

on_every_backend!(what_is_refused_names_the_field, a_transaction_reads_4_mb_at_most);

fn query(index: &str, key_condition: &str, sought: &[(&'static str, AttributeValue)]) -> pb::QueryRequest {
    pb::QueryRequest {
        table: TABLE.to_owned(),
        index: index.to_owned(),
        key_condition: key_condition.to_owned(),
        names: names_in(key_condition),
        values: values([(":p", string("p"))].into_iter().chain(sought.iter().cloned())),
        ..Default::default()
    }
}

async fn what_is_refused_names_the_field(world: World) {
    prepare(&world).await;
    let v = |sought: AttributeValue| [(":v", sought)];
    let without_p = |request: pb::QueryRequest| {
        let values = request.values.into_iter().filter(|(name, _)| name != ":p").collect();
        pb::QueryRequest { values, ..request }
    };
    let of_p = || query("", "pk = :p", &[]);
    let cases = [
        (without_p(query("", "pk = :v", &v(number(1)))), "key_condition"),
        (query("", "pk = :p AND sk = :v", &v(AttributeValue::Null(true))), "key_condition"),
        (query("", "pk = :p AND sk.x = :v", &v(string("x"))), "key_condition"),
        (query("", "pk = :p AND #rank = :v", &v(string("x"))), "key_condition"),
        (without_p(query("by_status", "#status = :v", &v(number(1)))), "key_condition"),
        (without_p(query("by_status", "#status = :v AND #at = :v", &v(string("x")))), "key_condition"),
        (without_p(query("by_blob", "blob = :v", &v(string("x")))), "key_condition"),
        (pb::QueryRequest { filter: "#sk = :p".into(), names: names_in("#sk"), ..of_p() }, "filter"),
        (pb::QueryRequest { projection: "x, x.y".into(), ..of_p() }, "projection"),
    ];
    for (request, field) in cases {
        let refused = refusal(stub(&world).query(request.clone()).await);
        let expected = (Code::InvalidArgument, "INVALID_EXPRESSION".to_owned(), field.to_owned());
        assert_eq!(refused, expected, "{request:.300?}");
    }
    let long_index = "#items[4294967295]";
    let filter = format!("{long_index} = :p");
    for (request, field) in [
        (pb::QueryRequest { filter, names: names_in(long_index), ..of_p() }, "filter"),
        (pb::QueryRequest { projection: long_index.into(), names: names_in(long_index), ..of_p() }, "projection"),
    ] {
        let refused = refusal(stub(&world).query(request).await);
        assert_eq!(refused, (Code::InvalidArgument, "INVALID_FIELD".to_owned(), field.to_owned()));
    }
    // The embedded engine finds nothing instead.
    for request in [
        without_p(query("", "pk = :v", &v(string("")))),
        query("", "pk = :p AND sk = :v", &v(string(""))),
        query("", "pk = :p AND sk = :v", &v(string(&"s".repeat(1025)))),
        without_p(query("by_status", "#status = :v", &v(string("")))),
        query("by_rank", "pk = :p AND #rank = :v", &v(string(&"r".repeat(1025)))),
        pb::QueryRequest { filter: "#status.x = :p".into(), names: names_in("#status"), ..of_p() },
        pb::QueryRequest { projection: "#status.x".into(), names: names_in("#status"), ..of_p() },
    ] {
        let field = match (request.filter.is_empty(), request.projection.is_empty()) {
            (true, true) => "key_condition",
            (false, _) => "filter",
            (true, false) => "projection",
        };
        match stub(&world).query(request.clone()).await {
            Ok(_) => assert!(world.has_any_table, "{request:.300?}"),
            refused => {
                let (code, reason, named) = refusal(refused);
                assert_eq!((code, named.as_str()), (Code::InvalidArgument, field), "{request:.300?}");
                // What is refused without the key schema is not sent.
                assert!(
                    ["INVALID_EXPRESSION", "INVALID_FIELD"].contains(&reason.as_str()),
                    "{request:.300?}: {reason}"
                );
            }
        }
    }
}

/// The embedded engine reads more.
async fn a_transaction_reads_4_mb_at_most(world: World) {
    prepare(&world).await;
    let mut operations = Vec::new();
    for sort in (0..11).map(|number| format!("large{number}")) {
        let large = string(&"v".repeat(400_000));
        world.put_into(TABLE, item([("pk", string("p")), ("sk", string(&sort)), ("v", large)])).await;
        let target = Some(pb::transact_get_operation::Target::ItemKey(key(&sort)));
        operations.push(pb::TransactGetOperation { table: TABLE.to_owned(), target });
    }
    let read = |operations: &[pb::TransactGetOperation]| {
        let request = pb::TransactGetRequest { operations: operations.to_vec(), ..Default::default() };
        let mut stub = world.client.stub();
        async move { stub.transact_get(request).await }
    };
    assert_eq!(read(&operations[..10]).await.unwrap().into_inner().results.len(), 10);
    match read(&operations).await {
        Ok(_) => assert!(world.has_any_table),
        refused => {
            let expected = (Code::InvalidArgument, "INVALID_FIELD".to_owned(), "operations".to_owned());
            assert_eq!(refusal(refused), expected);
        }
    }
}
