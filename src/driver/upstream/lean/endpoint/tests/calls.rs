//! The calls whose endpoints are compared.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, DeleteRequest, Get, KeysAndAttributes, Put, TransactGetItem,
    TransactWriteItem, Update, WriteRequest,
};

pub(super) const ALL_CALLS: [Call; 11] = [
    Call::GetItem,
    Call::PutItem,
    Call::UpdateItem,
    Call::DeleteItem,
    Call::Query,
    Call::Scan,
    Call::BatchGetItem,
    Call::BatchWriteItem,
    Call::TransactGetItems,
    Call::TransactWriteItems,
    Call::TransactWriteOfCheck,
];

/// An action, with a table in each of its places for one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    GetItem,
    PutItem,
    UpdateItem,
    DeleteItem,
    Query,
    Scan,
    BatchGetItem,
    BatchWriteItem,
    TransactGetItems,
    TransactWriteItems,
    TransactWriteOfCheck,
}

impl Call {
    /// Lets the SDK's client make the call. It fails in each case.
    pub(super) async fn make(self, client: &Client, table: &str) {
        let value = AttributeValue::S("key".to_owned());
        let key = HashMap::from([("pk".to_owned(), value.clone())]);
        let failed = match self {
            Self::GetItem => Box::pin(client.get_item().table_name(table).set_key(Some(key)).send()).await.is_err(),
            Self::PutItem => Box::pin(client.put_item().table_name(table).set_item(Some(key)).send()).await.is_err(),
            Self::UpdateItem => {
                Box::pin(client.update_item().table_name(table).set_key(Some(key)).send()).await.is_err()
            }
            Self::DeleteItem => {
                Box::pin(client.delete_item().table_name(table).set_key(Some(key)).send()).await.is_err()
            }
            Self::Query => Box::pin(client.query().table_name(table).send()).await.is_err(),
            Self::Scan => Box::pin(client.scan().table_name(table).send()).await.is_err(),
            Self::BatchGetItem => {
                let keys = KeysAndAttributes::builder().keys(key).build().unwrap();
                Box::pin(client.batch_get_item().request_items(table, keys).send()).await.is_err()
            }
            Self::BatchWriteItem => {
                let delete = DeleteRequest::builder().set_key(Some(key)).build().unwrap();
                let writes = vec![WriteRequest::builder().delete_request(delete).build()];
                Box::pin(client.batch_write_item().request_items(table, writes).send()).await.is_err()
            }
            Self::TransactGetItems => {
                let get = Get::builder().table_name(table).set_key(Some(key)).build().unwrap();
                let get = TransactGetItem::builder().get(get).build();
                Box::pin(client.transact_get_items().transact_items(get).send()).await.is_err()
            }
            Self::TransactWriteItems => {
                let put = Put::builder().table_name(table).set_item(Some(key.clone())).build().unwrap();
                let put = TransactWriteItem::builder().put(put).build();
                let delete = Delete::builder().table_name(table).set_key(Some(key.clone())).build().unwrap();
                let delete = TransactWriteItem::builder().delete(delete).build();
                let update = Update::builder().table_name(table).set_key(Some(key)).update_expression("REMOVE a");
                let update = TransactWriteItem::builder().update(update.build().unwrap()).build();
                let items = vec![update, put, delete];
                Box::pin(client.transact_write_items().set_transact_items(Some(items)).send()).await.is_err()
            }
            Self::TransactWriteOfCheck => {
                let check =
                    ConditionCheck::builder().table_name(table).set_key(Some(key)).condition_expression("a = b");
                let check = TransactWriteItem::builder().condition_check(check.build().unwrap()).build();
                Box::pin(client.transact_write_items().transact_items(check).send()).await.is_err()
            }
        };
        assert!(failed);
    }
}
