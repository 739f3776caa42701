use anyhow::{Context, bail};

use super::items;
use super::request::{
    BatchGetItem, BatchWriteItem, DeleteItem, GetItem, Item, Listing, PutItem, TransactWriteItems, UpdateItem,
};
use crate::keyspace::{Entry, Values};
use crate::plan::{LISTED_BYTES, PAGE};

/// A response and its number of keys.
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    pub(super) keys: usize,
}

impl Answer {
    fn new(body: impl Into<Vec<u8>>, keys: usize) -> Self {
        Self { body: body.into(), keys }
    }
}

/// DynamoDB's response if every key had its value and every condition held.
pub(super) fn answer(action: &str, request: &[u8], values: &Values) -> anyhow::Result<Answer> {
    match action {
        "GetItem" => {
            let GetItem { key } = serde_json::from_slice(request)?;
            let mut body = Vec::new();
            match key.entry() {
                Some(entry) => {
                    body.extend_from_slice(br#"{"Item":"#);
                    append_item(entry, values, &mut body);
                    body.push(b'}');
                }
                None => body.extend_from_slice(b"{}"),
            }
            Ok(Answer::new(body, 1))
        }
        "BatchGetItem" => {
            let BatchGetItem { tables } = serde_json::from_slice(request)?;
            let keys = tables.values().map(|table| table.keys.len()).sum();
            let tables = tables.iter().map(|(name, table)| (*name, table.keys.iter().filter_map(Item::entry)));
            Ok(Answer::new(found(tables, values), keys))
        }
        "PutItem" => {
            let PutItem { item } = serde_json::from_slice(request)?;
            item.check(values)?;
            Ok(Answer::new("{}", 1))
        }
        "DeleteItem" => {
            let DeleteItem { key, return_values } = serde_json::from_slice(request)?;
            let deleted = key.entry().filter(|_| return_values == Some("ALL_OLD"));
            Ok(Answer::new(attributes(deleted, |entry, body| append_item(entry, values, body)), 1))
        }
        "UpdateItem" => {
            let UpdateItem { key, operands, return_values } = serde_json::from_slice(request)?;
            let entry = key.entry().context("a key of another making")?;
            let mut binary = operands.values().filter_map(|operand| operand.binary());
            binary.try_for_each(|binary| binary.check(entry, values))?;
            let body = match return_values {
                Some("ALL_NEW") => attributes(Some(entry), append_counter),
                Some("UPDATED_NEW") => attributes(Some(entry), append_count),
                Some("NONE") | None => attributes(None, append_count),
                Some(other) => bail!("the stub does not return {other}"),
            };
            Ok(Answer::new(body, 1))
        }
        "BatchWriteItem" if is_of_items(request) => {
            let items::BatchWriteItem { tables } = serde_json::from_slice(request)?;
            Ok(Answer::new(r#"{"UnprocessedItems":{}}"#, tables.values().map(Vec::len).sum()))
        }
        "BatchWriteItem" => {
            let BatchWriteItem { tables } = serde_json::from_slice(request)?;
            let mut puts = tables.values().flatten();
            puts.try_for_each(|request| request.put.item.check(values))?;
            Ok(Answer::new(r#"{"UnprocessedItems":{}}"#, tables.values().map(Vec::len).sum()))
        }
        "TransactWriteItems" => {
            let TransactWriteItems { items } = serde_json::from_slice(request)?;
            items.iter().try_for_each(|item| item.put.item.check(values))?;
            Ok(Answer::new("{}", items.len()))
        }
        "Query" => Ok(listed(request, false, values)?),
        "Scan" if is_of_items(request) => Ok(Answer::new(items::page(&serde_json::from_slice(request)?)?, 1)),
        "Scan" => Ok(listed(request, true, values)?),
        "DescribeTable" if is_of_items(request) => Ok(Answer::new(items::DESCRIPTION, 1)),
        "DescribeTable" => Ok(Answer::new(TABLE, 1)),
        "DescribeTimeToLive" => Ok(Answer::new(TIME_TO_LIVE, 1)),
        other => bail!("the stub has no {other}"),
    }
}

/// Whether a request is about the table of imports and exports.
fn is_of_items(request: &[u8]) -> bool {
    const NAME: &[u8] = b"\"items\"";
    // The name is at the start of a BatchWriteItem, which may be long; the other requests are short.
    request.windows(NAME.len()).take(256).any(|window| window == NAME)
}

const TABLE: &str = r#"{"Table":{"TableName":"bench","TableStatus":"ACTIVE",
    "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}}"#;

const TIME_TO_LIVE: &str = r#"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"ttl"}}"#;

fn found<'a>(tables: impl Iterator<Item = (&'a str, impl Iterator<Item = Entry>)>, values: &Values) -> Vec<u8> {
    let mut body = br#"{"Responses":{"#.to_vec();
    for (nth, (name, entries)) in tables.enumerate() {
        body.extend_from_slice(if nth == 0 { b"\"" } else { b",\"" });
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(b"\":");
        append_items(entries, values, &mut body);
    }
    body.extend_from_slice(br#"},"UnprocessedKeys":{}}"#);
    body
}

/// The answer to a write: the attributes of this entry, if they are wanted.
fn attributes(entry: Option<Entry>, append: impl Fn(Entry, &mut Vec<u8>)) -> Vec<u8> {
    let mut body = b"{".to_vec();
    if let Some(entry) = entry {
        body.extend_from_slice(br#""Attributes":"#);
        append(entry, &mut body);
    }
    body.push(b'}');
    body
}

/// A counter. Its sum is the number of the key, whatever is added.
fn append_counter(entry: Entry, body: &mut Vec<u8>) {
    let Entry { index, .. } = entry;
    let key = entry.key();
    let item = format!(r#"{{"pk":{{"S":"{key}"}},"val":{{"N":"{index}"}},"dkv_ver":{{"N":"1"}}}}"#);
    body.extend_from_slice(item.as_bytes());
}

/// The part of a counter that an addition changes.
fn append_count(entry: Entry, body: &mut Vec<u8>) {
    body.extend_from_slice(format!(r#"{{"val":{{"N":"{}"}}}}"#, entry.index).as_bytes());
}

/// A page of a table or partition. A scan has more pages.
fn listed(request: &[u8], has_more: bool, values: &Values) -> serde_json::Result<Answer> {
    let Listing { limit } = serde_json::from_slice(request)?;
    let count = limit.min(PAGE);
    let mut entries = (0..count).map(|index| Entry { bytes: LISTED_BYTES, index });
    let mut body = format!(r#"{{"Count":{count},"ScannedCount":{count},"Items":"#).into_bytes();
    append_items(entries.clone(), values, &mut body);
    if let Some(last) = entries.next_back().filter(|_| has_more) {
        body.extend_from_slice(format!(r#","LastEvaluatedKey":{{"pk":{{"S":"{}"}}}}"#, last.key()).as_bytes());
    }
    body.push(b'}');
    // The items of a page are adjacent, so it takes as long as one.
    Ok(Answer::new(body, 1))
}

fn append_items(entries: impl Iterator<Item = Entry>, values: &Values, body: &mut Vec<u8>) {
    body.push(b'[');
    for (nth, entry) in entries.enumerate() {
        if nth > 0 {
            body.push(b',');
        }
        append_item(entry, values, body);
    }
    body.push(b']');
}

fn append_item(entry: Entry, values: &Values, body: &mut Vec<u8>) {
    let (head, tail) = values.base64(entry);
    body.reserve(head.len() + 128);
    body.extend_from_slice(br#"{"pk":{"S":""#);
    body.extend_from_slice(entry.key().as_bytes());
    body.extend_from_slice(br#""},"val":{"B":""#);
    body.extend_from_slice(&head);
    body.extend_from_slice(tail.as_bytes());
    body.extend_from_slice(br#""},"dkv_ver":{"N":"1"}}"#);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ask(action: &str, request: &Value) -> anyhow::Result<(Value, usize)> {
        let Answer { body, keys } = answer(action, request.to_string().as_bytes(), &Values::new())?;
        Ok((serde_json::from_slice(&body)?, keys))
    }

    fn item(index: usize) -> Value {
        let entry = Entry { bytes: 100, index };
        let (head, tail) = Values::new().base64(entry);
        let base64 = String::from_utf8([head.as_ref(), tail.as_bytes()].concat()).unwrap();
        json!({"pk": {"S": entry.key()}, "val": {"B": base64}, "dkv_ver": {"N": "1"}})
    }

    fn key(index: usize) -> Value {
        json!({"pk": {"S": Entry { bytes: 100, index }.key()}})
    }

    #[test]
    fn reads_find_the_value_of_each_key() {
        assert_eq!(ask("GetItem", &json!({"Key": key(7)})).unwrap(), (json!({"Item": item(7)}), 1));
        assert_eq!(ask("GetItem", &json!({"Key": {"pk": {"S": "dynakv:probe"}}})).unwrap(), (json!({}), 1));
        let request = json!({"RequestItems": {"bench": {"Keys": [key(1), key(2)]}}});
        let answer = json!({"Responses": {"bench": [item(1), item(2)]}, "UnprocessedKeys": {}});
        assert_eq!(ask("BatchGetItem", &request).unwrap(), (answer, 2));
        let (page, _) = ask("Scan", &json!({"Limit": 2})).unwrap();
        assert_eq!(page["Items"], json!([item(0), item(1)]));
        assert_eq!(page["LastEvaluatedKey"], key(1));
    }

    #[test]
    fn only_the_value_of_the_key_is_written() {
        assert!(ask("PutItem", &json!({"Item": item(7)})).is_ok());
        let mut wrong = item(7);
        wrong["pk"] = key(8)["pk"].clone();
        assert!(ask("PutItem", &json!({"Item": wrong})).is_err());
        let batch = |item: &Value| json!({"RequestItems": {"bench": [{"PutRequest": {"Item": item}}]}});
        assert!(ask("BatchWriteItem", &batch(&item(7))).is_ok());
        assert!(ask("BatchWriteItem", &batch(&wrong)).is_err());
        assert!(ask("TransactWriteItems", &json!({"TransactItems": [{"Put": {"Item": wrong}}]})).is_err());
    }
    #[test]
    fn a_delete_returns_the_item_if_it_is_wanted() {
        let deleted = |wanted: &str| ask("DeleteItem", &json!({"Key": key(7), "ReturnValues": wanted})).unwrap().0;
        assert_eq!(deleted("ALL_OLD"), json!({"Attributes": item(7)}));
        assert_eq!(deleted("NONE"), json!({}));
    }

    #[test]
    fn an_update_returns_the_sum_if_it_is_wanted() {
        let updated = |wanted: &str| {
            let operands = json!({":delta": {"N": "1"}});
            let request = json!({"Key": key(7), "ExpressionAttributeValues": operands, "ReturnValues": wanted});
            ask("UpdateItem", &request).unwrap().0
        };
        assert_eq!(updated("UPDATED_NEW"), json!({"Attributes": {"val": {"N": "7"}}}));
        let whole = json!({"pk": key(7)["pk"], "val": {"N": "7"}, "dkv_ver": {"N": "1"}});
        assert_eq!(updated("ALL_NEW"), json!({"Attributes": whole}));
        assert_eq!(updated("NONE"), json!({}));
    }

    #[test]
    fn only_the_value_of_the_key_is_set() {
        let set = |index| {
            let operands = json!({":val": item(index)["val"]});
            ask("UpdateItem", &json!({"Key": key(7), "ExpressionAttributeValues": operands}))
        };
        assert!(set(7).is_ok());
        assert!(set(8).is_err());
    }
}
