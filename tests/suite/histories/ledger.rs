//! Which plain Sets and Deletes DynamoDB has carried out, and when.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// One time that a write was carried out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect {
    pub(super) received: Instant,
    pub(super) began: Instant,
    pub(super) ended: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By value: no value is written by two Sets.
    sets: Mutex<HashMap<String, Vec<Effect>>>,
    /// By key: those that removed an entry, and those that do not say.
    deletes: Mutex<HashMap<String, Vec<Effect>>>,
}

impl Ledger {
    pub(super) fn record(&self, action: &str, request: &[u8], answer: &[u8], received: Instant, began: Instant) {
        let effect = Effect { received, began, ended: Instant::now() };
        let json = |bytes| serde_json::from_slice::<Value>(bytes).unwrap();
        match action {
            "PutItem" => {
                let request = json(request);
                if request.get("ConditionExpression").is_none() {
                    self.record_set(&request["Item"], effect);
                }
            }
            "BatchWriteItem" => {
                let request = json(request);
                let tables = request["RequestItems"].as_object().unwrap().values();
                for part in tables.flat_map(|parts| parts.as_array().unwrap()) {
                    match part.get("DeleteRequest") {
                        Some(delete) => self.record_delete(&delete["Key"], effect),
                        None => self.record_set(&part["PutRequest"]["Item"], effect),
                    }
                }
            }
            "DeleteItem" => {
                let request = json(request);
                let says = request["ReturnValues"] == "ALL_OLD";
                let may_have_removed = !says || json(answer).get("Attributes").is_some();
                if request.get("ConditionExpression").is_none() && may_have_removed {
                    self.record_delete(&request["Key"], effect);
                }
            }
            _ => {}
        }
    }

    fn record_set(&self, item: &Value, effect: Effect) {
        let value = STANDARD.decode(item["val"]["B"].as_str().unwrap()).unwrap();
        let value = String::from_utf8(value).unwrap();
        self.sets.lock().unwrap().entry(value).or_default().push(effect);
    }

    fn record_delete(&self, key: &Value, effect: Effect) {
        let key = key["pk"]["S"].as_str().unwrap().to_owned();
        self.deletes.lock().unwrap().entry(key).or_default().push(effect);
    }

    /// The times that a Set was carried out after the first.
    pub(super) fn repeats_of_set(&self, value: &str) -> Vec<Effect> {
        self.sets.lock().unwrap().get(value).map(|effects| effects[1..].to_vec()).unwrap_or_default()
    }

    /// The times after the first that a Delete may have removed an entry. `next` is when the next Delete of the key began: at most one
    /// is in flight at a time.
    pub(super) fn repeats_of_delete(&self, key: &str, call: Instant, next: Option<Instant>) -> Vec<Effect> {
        let deletes = self.deletes.lock().unwrap();
        let effects = deletes.get(key).map(Vec::as_slice).unwrap_or_default();
        let is_ours = |effect: &&Effect| effect.received >= call && next.is_none_or(|next| effect.received < next);
        effects.iter().filter(is_ours).skip(1).copied().collect()
    }
}
