//! Replaces the engine's BatchWriteItem.

use std::collections::HashMap;

use dynoxide::actions::batch_write_item::{BatchWriteItemRequest, BatchWriteItemResponse};
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

/// Writes the members one by one. `body` is the original request.
///
/// The engine also writes each member in a transaction, but stops at the first error and does not say how many it has
/// written. Here, a member that does not fit does not stop the others. If some members were written, the others are
/// returned as unprocessed; sent again alone, they get their own error. The batch fails only if nothing was written, or
/// if it is unknown what was.
pub(super) fn batch_write_item(
    database: &NativeDatabase,
    request: BatchWriteItemRequest,
    body: &[u8],
) -> Result<Batch> {
    let members: usize = request.request_items.values().map(Vec::len).sum();
    if !(2..=MAX_WRITES).contains(&members) || request.request_items.values().any(Vec::is_empty) {
        return Ok(Batch { answer: database.batch_write_item(request)?, refused: None });
    }
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
    let unreadable = |problem: String| DynoxideError::InternalServerError(problem);
    let request: Value = serde_json::from_slice(body).map_err(|error| unreadable(error.to_string()))?;
    for (table, index) in members {
        let member = request.get("RequestItems").and_then(|tables| tables.get(&table)?.get(index));
        let member = member.ok_or_else(|| unreadable("the engine has read another batch than was sent".to_owned()))?;
        unprocessed.entry(table).or_default().push(member.clone());
    }
    Ok(unprocessed.into_iter().map(|(table, members)| (table, Value::Array(members))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn database() -> NativeDatabase {
        let database = NativeDatabase::memory().unwrap();
        let table = json!({
            "TableName": "entries",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        database
    }

    fn put(key: &str, value: &str) -> Value {
        json!({"PutRequest": {"Item": {"pk": {"S": key}, "val": {"S": value}}}})
    }

    fn write(database: &NativeDatabase, members: &[Value]) -> Result<Batch> {
        let body = json!({"RequestItems": {"entries": members}, "ReturnConsumedCapacity": "TOTAL"}).to_string();
        batch_write_item(database, serde_json::from_str(&body).unwrap(), body.as_bytes())
    }

    fn stored(database: &NativeDatabase) -> usize {
        database.scan(serde_json::from_value(json!({"TableName": "entries"})).unwrap()).unwrap().count
    }

    #[test]
    fn members_are_written_and_charged_one_by_one() {
        let database = database();
        let delete = json!({"DeleteRequest": {"Key": {"pk": {"S": "gone"}}}});
        let Batch { answer, refused } = write(&database, &[put("a", "x"), delete, put("b", "y")]).unwrap();
        assert!(refused.is_none() && answer.unprocessed_items.is_empty());
        let charged: f64 = answer.consumed_capacity.unwrap().iter().map(|consumed| consumed.capacity_units).sum();
        assert!((charged - 3.0).abs() < f64::EPSILON, "{charged}");
        assert_eq!(stored(&database), 2);
    }

    #[test]
    fn what_comes_after_a_failure_is_sent_again_without_what_is_written() {
        let (database, too_large) = (database(), "x".repeat(500_000));
        let members = [put("a", "x"), put("b", &too_large), put("c", "y")];
        let batch = write(&database, &members).unwrap();
        assert_eq!(batch.answer.unprocessed_items["entries"], json!(members[1..]));
        assert_eq!(stored(&database), 1);

        let again = write(&database, &members[1..]).map(drop).unwrap_err();
        assert!(matches!(again, DynoxideError::ValidationException(_)), "{again}");
        assert_eq!(stored(&database), 1);
    }
}
