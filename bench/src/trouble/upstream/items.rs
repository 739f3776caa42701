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
        let done = parts().filter(|(_, is_done)| **is_done).map(|(part, _)| part);
        let left: Vec<&Value> = parts().filter(|(_, is_done)| !**is_done).map(|(part, _)| &part.request).collect();
        match call.action {
            Action::GetItem => {
                let items = self.lock();
                let found = done.filter_map(|part| items.get(&part.key)).next();
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
