//! Replaces the engine's BatchWriteItem.

use std::collections::HashMap;
use std::fmt::Display;

use dynoxide::actions::batch_write_item::{BatchWriteItemRequest, BatchWriteItemResponse, WriteRequest};
use dynoxide::actions::transact_write_items::{
    TransactDelete, TransactPut, TransactWriteItem, TransactWriteItemsRequest,
};
use dynoxide::{DynoxideError, NativeDatabase, Result};
use serde_json::Value;

use super::fault::Fault;

/// The result of a batch that the disk may have written in part.
pub(super) struct Batch {
    pub(super) answer: BatchWriteItemResponse,
    /// The error of the members that did not fit on the disk.
    pub(super) refused: Option<DynoxideError>,
}

/// Maximum number of writes in a batch. Source: BatchWriteItem in the Amazon DynamoDB API Reference.
const MAX_WRITES: usize = 25;
/// Maximum size of a transaction. Source: TransactWriteItems in the Amazon DynamoDB API Reference.
const MAX_TRANSACTION_BYTES: usize = 4 << 20;

/// Writes the members in one transaction if all of them can be written, otherwise one by one. `body` is the original
/// request.
///
/// One transaction writes each page of the database once to the log, however many members change it.
pub(super) fn batch_write_item(
    database: &NativeDatabase,
    request: BatchWriteItemRequest,
    body: &[u8],
) -> Result<Batch> {
    let members: usize = request.request_items.values().map(Vec::len).sum();
    if !(2..=MAX_WRITES).contains(&members) || request.request_items.values().any(Vec::is_empty) {
        return Ok(Batch { answer: database.batch_write_item(request)?, refused: None });
    }
    if reports(&request) || body.len() > MAX_TRANSACTION_BYTES {
        return one_by_one(database, request, members, body);
    }
    let Err(error) = database.transact_write_items(transaction(request)) else {
        return Ok(Batch { answer: BatchWriteItemResponse::default(), refused: None });
    };
    match Fault::of(&error) {
        // Rolled back. The messages are about a transaction, and a smaller part may fit on the disk.
        None | Some(Fault::Full) => {
            one_by_one(database, serde_json::from_slice(body).map_err(|error| unreadable(&error))?, members, body)
        }
        Some(Fault::NotBegun | Fault::Io | Fault::Other) => Err(error),
    }
}

/// Whether the answer to this request says more than that all members are written.
fn reports(request: &BatchWriteItemRequest) -> bool {
    let wants = |report: &Option<String>| report.as_ref().is_some_and(|report| report != "NONE");
    wants(&request.return_consumed_capacity) || wants(&request.return_item_collection_metrics)
}

fn transaction(request: BatchWriteItemRequest) -> TransactWriteItemsRequest {
    let members = request
        .request_items
        .into_iter()
        .flat_map(|(table, writes)| writes.into_iter().map(move |write| action(table.clone(), write)));
    TransactWriteItemsRequest { transact_items: members.collect(), ..TransactWriteItemsRequest::default() }
}

fn action(table_name: String, write: WriteRequest) -> TransactWriteItem {
    let put = write.put_request.map(|put| TransactPut {
        table_name: table_name.clone(),
        item: put.item,
        ..TransactPut::default()
    });
    let delete =
        write.delete_request.map(|delete| TransactDelete { table_name, key: delete.key, ..TransactDelete::default() });
    TransactWriteItem { put, delete, ..TransactWriteItem::default() }
}

/// Writes the members one by one.
///
/// The engine also writes each member in a transaction, but stops at the first error and does not say how many it has
/// written. Here, a member that does not fit does not stop the others. If some members were written, the others are
/// returned as unprocessed; sent again alone, they get their own error. The batch fails only if nothing was written, or
/// if it is unknown what was.
fn one_by_one(database: &NativeDatabase, request: BatchWriteItemRequest, members: usize, body: &[u8]) -> Result<Batch> {
    let mut answer = BatchWriteItemResponse::default();
    let mut unwritten = Vec::new();
    let mut failure = None;
    let mut goes_on = true;
    for (table, writes) in request.request_items {
        for (index, write) in writes.into_iter().enumerate() {
            let member = (table.clone(), index);
            if !goes_on {
                unwritten.push(member);
                continue;
            }
            let alone = BatchWriteItemRequest {
                request_items: HashMap::from([(table.clone(), vec![write])]),
                return_consumed_capacity: request.return_consumed_capacity.clone(),
                return_item_collection_metrics: request.return_item_collection_metrics.clone(),
            };
            let error = match database.batch_write_item(alone) {
                Ok(written) => {
                    add(&mut answer, written);
                    continue;
                }
                Err(error) => error,
            };
            let fault = Fault::of(&error);
            match fault {
                Some(Fault::Full | Fault::NotBegun) | None => {}
                Some(Fault::Io) => return Err(error),
                // The message is about this member alone.
                Some(Fault::Other) => {
                    return Err(DynoxideError::InternalServerError(format!("a batch may be half done: {error}")));
                }
            }
            goes_on = fault == Some(Fault::Full);
            unwritten.push(member);
            failure = Some(error);
        }
    }
    match failure {
        Some(failure) if unwritten.len() == members => Err(failure),
        refused => {
            answer.unprocessed_items = original_members(unwritten, body)?;
            Ok(Batch { answer, refused })
        }
    }
}

/// DynamoDB sums the capacity for each table. The driver sums it anyway.
fn add(answer: &mut BatchWriteItemResponse, written: BatchWriteItemResponse) {
    if let Some(consumed) = written.consumed_capacity {
        answer.consumed_capacity.get_or_insert_default().extend(consumed);
    }
    for (table, metrics) in written.item_collection_metrics.into_iter().flatten() {
        answer.item_collection_metrics.get_or_insert_default().entry(table).or_default().extend(metrics);
    }
}

/// The members by table, in the form of the original request.
fn original_members(members: Vec<(String, usize)>, body: &[u8]) -> Result<HashMap<String, Value>> {
    let mut unprocessed: HashMap<String, Vec<Value>> = HashMap::new();
    if members.is_empty() {
        return Ok(HashMap::new());
    }
    let request: Value = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    for (table, index) in members {
        let member = request.get("RequestItems").and_then(|tables| tables.get(&table)?.get(index));
        let member = member.ok_or_else(|| unreadable(&"the engine has read another batch than was sent"))?;
        unprocessed.entry(table).or_default().push(member.clone());
    }
    Ok(unprocessed.into_iter().map(|(table, members)| (table, Value::Array(members))).collect())
}

fn unreadable(problem: &dyn Display) -> DynoxideError {
    DynoxideError::InternalServerError(problem.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// With a table.
    fn prepared(database: NativeDatabase) -> NativeDatabase {
        let table = json!({
            "TableName": "entries",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        database
    }

    fn database() -> NativeDatabase {
        prepared(NativeDatabase::memory().unwrap())
    }

    fn put(key: &str, value: &str) -> Value {
        json!({"PutRequest": {"Item": {"pk": {"S": key}, "val": {"S": value}}}})
    }

    fn delete(key: &str) -> Value {
        json!({"DeleteRequest": {"Key": {"pk": {"S": key}}}})
    }

    fn write(database: &NativeDatabase, members: &[Value], capacity: &str) -> Result<Batch> {
        let body = json!({"RequestItems": {"entries": members}, "ReturnConsumedCapacity": capacity}).to_string();
        batch_write_item(database, serde_json::from_str(&body).unwrap(), body.as_bytes())
    }

    fn stored(database: &NativeDatabase) -> usize {
        database.scan(serde_json::from_value(json!({"TableName": "entries"})).unwrap()).unwrap().count
    }

    #[test]
    fn all_members_are_written() {
        let database = database();
        write(&database, &[put("a", "x"), put("gone", "y")], "NONE").unwrap();
        let Batch { answer, refused } =
            write(&database, &[put("b", "y"), delete("gone"), put("a", "z"), delete("absent")], "NONE").unwrap();
        assert!(refused.is_none() && answer.unprocessed_items.is_empty() && answer.consumed_capacity.is_none());
        assert_eq!(stored(&database), 2);
    }

    #[test]
    fn a_page_that_several_members_change_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let database = prepared(NativeDatabase::new(folder.path().join("test.db").to_str().unwrap()).unwrap());
        let log = || folder.path().join("test.db-wal").metadata().unwrap().len();
        let members: Vec<_> = (0..MAX_WRITES).map(|index| put(&index.to_string(), "x")).collect();
        let before = log();
        write(&database, &members, "NONE").unwrap();
        assert_eq!(stored(&database), MAX_WRITES);
        let pages = (log() - before) / 4_096;
        assert!(pages < 10, "{pages}");
    }

    #[test]
    fn a_batch_that_reports_is_charged_member_by_member() {
        let database = database();
        let Batch { answer, refused } =
            write(&database, &[put("a", "x"), delete("gone"), put("b", "y")], "TOTAL").unwrap();
        assert!(refused.is_none() && answer.unprocessed_items.is_empty());
        let charged: f64 = answer.consumed_capacity.unwrap().iter().map(|consumed| consumed.capacity_units).sum();
        assert!((charged - 3.0).abs() < f64::EPSILON, "{charged}");
        assert_eq!(stored(&database), 2);
    }

    #[test]
    fn what_comes_after_a_failure_is_sent_again_without_what_is_written() {
        for capacity in ["NONE", "TOTAL"] {
            let (database, too_large) = (database(), "x".repeat(500_000));
            let members = [put("a", "x"), put("b", &too_large), put("c", "y")];
            let batch = write(&database, &members, capacity).unwrap();
            assert_eq!(batch.answer.unprocessed_items["entries"], json!(members[1..]));
            assert_eq!(stored(&database), 1);

            let again = write(&database, &members[1..], capacity).map(drop).unwrap_err();
            assert!(matches!(again, DynoxideError::ValidationException(_)), "{again}");
            assert_eq!(stored(&database), 1);
        }
    }
}
