use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use super::call::{Action, Call, Item, Part};

/// The stored items.
#[derive(Debug, Default)]
pub(super) struct Items(Mutex<HashMap<String, Item>>);

/// There is an item though the condition says that there is none.
pub(super) struct ConditionFailed(pub(super) Value);

impl Items {
    /// Stores an entry as the server would.
    pub(super) fn store(&self, key: String) {
        let item = [("pk", json!({"S": key})), ("val", json!({"B": "AAAA"})), ("dkv_ver", json!({"N": VERSION}))];
        let item = item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.lock().insert(key, item);
    }

    /// Carries out a call, except for the parts that are left unprocessed, and returns the answer.
    pub(super) fn carry_out(&self, call: &Call, is_done: &[bool]) -> Result<Value, ConditionFailed> {
        let parts = || call.parts.iter().zip(is_done);
        let mut done = parts().filter(|(_, is_done)| **is_done).map(|(part, _)| part);
        let left: Vec<&Value> = parts().filter(|(_, is_done)| !**is_done).map(|(part, _)| &part.request).collect();
        match call.action {
            Action::GetItem => {
                let items = self.lock();
                let found = done.find_map(|part| items.get(&part.key));
                Ok(found.map_or_else(|| json!({}), |item| json!({"Item": item})))
            }
            Action::PutItem => self.put(done, call.is_conditional).map(|()| json!({})),
            Action::BatchGetItem => {
                let items = self.lock();
                let found: Vec<&Item> = done.filter_map(|part| items.get(&part.key)).collect();
                let unprocessed = if left.is_empty() { json!({}) } else { of_table(call, json!({"Keys": left})) };
                Ok(json!({"Responses": of_table(call, json!(found)), "UnprocessedKeys": unprocessed}))
            }
            Action::BatchWriteItem => {
                self.put(done, false)?;
                let unprocessed = if left.is_empty() { json!({}) } else { of_table(call, json!(left)) };
                Ok(json!({"UnprocessedItems": unprocessed}))
            }
            Action::DescribeTable => Ok(json!({"Table": {
                "TableName": super::TABLE,
                "TableStatus": "ACTIVE",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            }})),
            Action::DescribeTimeToLive => {
                Ok(json!({"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}}))
            }
        }
    }

    fn put<'a>(&self, parts: impl Iterator<Item = &'a Part>, is_conditional: bool) -> Result<(), ConditionFailed> {
        let mut items = self.lock();
        for part in parts {
            match items.get(&part.key) {
                Some(old) if is_conditional => return Err(ConditionFailed(json!(old))),
                _ => items.insert(part.key.clone(), part.put.clone().unwrap_or_default()),
            };
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lowest version that the server writes.
const VERSION: &str = "2305843009213693952";

fn of_table(call: &Call, value: Value) -> Value {
    Value::Object(Map::from_iter([(call.table.clone(), value)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(action: &str, body: &Value) -> Call {
        Call::parse(&format!("DynamoDB_20120810.{action}"), body.to_string().as_bytes()).unwrap()
    }

    fn put(items: &Items, condition: Option<&str>) -> Result<Value, Value> {
        let item = json!({"pk": {"S": "a"}, "val": {"B": "AAAA"}});
        let put = call("PutItem", &json!({"TableName": "bench", "Item": item, "ConditionExpression": condition}));
        items.carry_out(&put, &[true]).map_err(|ConditionFailed(old)| old)
    }

    #[test]
    fn a_put_may_ask_for_absence() {
        let items = Items::default();
        let absent = Some("(NOT (attribute_exists(#k))) OR (NOT (#t > :now))");
        assert_eq!(put(&items, absent), Ok(json!({})));
        assert_eq!(put(&items, absent), Err(json!({"pk": {"S": "a"}, "val": {"B": "AAAA"}})));
        assert_eq!(put(&items, None), Ok(json!({})));
    }

    #[test]
    fn another_condition_is_not_accepted() {
        let body = json!({"TableName": "bench", "Item": {"pk": {"S": "a"}}, "ConditionExpression": "#v = :v"});
        assert!(Call::parse("DynamoDB_20120810.PutItem", body.to_string().as_bytes()).is_err());
    }

    #[test]
    fn what_is_left_is_in_the_answer_as_it_came() {
        let items = Items::default();
        let request = |key: &str| json!({"PutRequest": {"Item": {"pk": {"S": key}, "val": {"B": "AAAA"}}}});
        let writes = call("BatchWriteItem", &json!({"RequestItems": {"bench": [request("a"), request("b")]}}));
        let answer = items.carry_out(&writes, &[false, true]).ok().unwrap();
        assert_eq!(answer, json!({"UnprocessedItems": {"bench": [request("a")]}}));
        let (a, b) = (json!({"pk": {"S": "a"}}), json!({"pk": {"S": "b"}}));
        let reads = call("BatchGetItem", &json!({"RequestItems": {"bench": {"Keys": [a, b]}}}));
        let found = json!([{"pk": {"S": "b"}, "val": {"B": "AAAA"}}]);
        let answer = items.carry_out(&reads, &[true, true]).ok().unwrap();
        assert_eq!(answer, json!({"Responses": {"bench": found}, "UnprocessedKeys": {}}));
        let answer = items.carry_out(&reads, &[true, false]).ok().unwrap();
        assert_eq!(answer, json!({"Responses": {"bench": []}, "UnprocessedKeys": {"bench": {"Keys": [b]}}}));
    }
}
