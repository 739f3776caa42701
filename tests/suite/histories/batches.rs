//! Parts of batches that DynamoDB leaves unprocessed.

use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Takes a part out of a batch and returns it, in the form of the answer's `UnprocessedItems` or `UnprocessedKeys`.
pub(super) fn take_unprocessed(
    action: &str,
    body: &mut Bytes,
    fraction: f64,
    random: &mut fastrand::Rng,
) -> Option<Value> {
    if !action.starts_with("Batch") {
        return None;
    }
    let mut request: Value = serde_json::from_slice(body).unwrap();
    let mut unprocessed = Map::new();
    for (table, asked) in request["RequestItems"].as_object_mut().unwrap() {
        let list = if action == "BatchGetItem" { &mut asked["Keys"] } else { &mut *asked };
        let parts = std::mem::take(list.as_array_mut().unwrap());
        let (mut left, kept): (Vec<_>, Vec<_>) = parts.into_iter().partition(|_| random.f64() < fraction);
        // DynamoDB refuses an empty batch, and one that it leaves alone altogether is throttled.
        let kept = if kept.is_empty() { left.drain(..1).collect() } else { kept };
        *list = kept.into();
        if left.is_empty() {
            continue;
        }
        let left = if action == "BatchGetItem" {
            let mut same = asked.clone();
            same["Keys"] = left.into();
            same
        } else {
            left.into()
        };
        unprocessed.insert(table.clone(), left);
    }
    *body = request.to_string().into();
    (!unprocessed.is_empty()).then(|| unprocessed.into())
}

/// The answer with the part that was taken out.
pub(super) fn with_unprocessed(action: &str, body: Bytes, unprocessed: Option<Value>) -> Bytes {
    let Some(unprocessed) = unprocessed else { return body };
    let mut answer: Value = serde_json::from_slice(&body).unwrap_or_else(|_| json!({}));
    let field = if action == "BatchGetItem" { "UnprocessedKeys" } else { "UnprocessedItems" };
    answer[field] = unprocessed;
    answer.to_string().into()
}
