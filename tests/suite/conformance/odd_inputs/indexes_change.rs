//! The server does not know the indexes of a table, or no longer knows them right.

use aws_sdk_dynamodb::types::{DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate};

use super::*;
use crate::support::faults::{Fault, What, When};

on_every_backend!(without_knowledge_of_the_indexes_dynamodb_tells_the_field);

#[tokio::test]
async fn an_index_that_is_gone_refuses_nothing() {
    let world = World::embedded_in_memory().await;
    prepare(&world).await;
    Write::put("other", number(1)).send(&world).await.unwrap();
    let delete = DeleteGlobalSecondaryIndexAction::builder().index_name("by_status").build().unwrap();
    world.update_indexes(TABLE, GlobalSecondaryIndexUpdate::builder().delete(delete).build()).await;
    Write::put("status", number(1)).send(&world).await.unwrap();
    Write::set("status", string("")).send(&world).await.unwrap();
}

async fn without_knowledge_of_the_indexes_dynamodb_tells_the_field(world: World) {
    world
        .create(TABLE, |table| {
            keyed(table, ("pk", ScalarAttributeType::S), None)
                .attribute_definitions(attribute("status", ScalarAttributeType::S))
                .global_secondary_indexes(global("by_status", "status", None))
        })
        .await;
    let denied = What::Error { status: 400, code: "AccessDeniedException", message: "as DynamoDB says" };
    world.faults.inject(Fault::new("DescribeTable", When::Before, denied).times(usize::MAX));
    let put = |new| {
        Write::Put(pb::PutItemRequest {
            table: TABLE.to_owned(),
            item: values([("pk", string("p")), ("status", new)]),
            ..Default::default()
        })
    };
    put(string("open")).send(&world).await.unwrap();
    // DynamoDB Local does not always name the attribute.
    let is_field = |field: &str| [r#"item["status"]"#, "item"].contains(&field);
    for misfit in [string(""), number(1), AttributeValue::Null(true)] {
        let (code, reason, field) = refusal(put(misfit.clone()).send(&world).await);
        assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"), "{misfit:?}");
        assert!(is_field(&field), "{field}");

        let first = pb::TransactPutItem { item: values([("pk", string("first"))]), ..Default::default() };
        let operations = [Kind::PutItem(first), put(misfit.clone()).in_transaction().0]
            .map(|kind| pb::TransactWriteOperation { table: TABLE.to_owned(), kind: Some(kind), ..Default::default() });
        let request = pb::TransactWriteRequest { operations: operations.into(), ..Default::default() };
        let (code, reason, field) = refusal(world.client.stub().transact_write(request).await);
        assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"), "{misfit:?}");
        assert!(
            field.strip_prefix("operations[1].put_item.").is_some_and(is_field) || field == "operations",
            "{field}"
        );
    }
    assert_eq!(world.faults.calls("PutItem"), 4);
}
