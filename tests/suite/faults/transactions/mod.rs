//! Transactions with lost responses, cancellations, expired items and repetitions.

mod cancelled;
mod deadline;
mod expired;
mod lost;
mod repeated;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dynakv::driver::transport::Response;
use dynakv_client::{Transact, TransactOperation, pb};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::faults::{Call, respond};

const WRITE: &str = "TransactWriteItems";

/// The upstream requests as JSON.
#[derive(Debug, Clone, Default)]
struct Requests(Arc<Mutex<Vec<Value>>>);

impl Requests {
    fn keep(&self, call: &Call) {
        self.0.lock().unwrap().push(call.json());
    }

    /// All of them. For DynamoDB to recognise a repetition, it must be identical, above all in its token.
    fn all_alike(&self) -> Vec<Value> {
        let requests = self.0.lock().unwrap().clone();
        assert!(requests[0]["ClientRequestToken"].as_str().is_some_and(|token| !token.is_empty()), "{requests:?}");
        assert!(requests.iter().all(|request| *request == requests[0]), "{requests:#?}");
        requests
    }
}

/// Answers the next calls of an action with a cancelled transaction instead of forwarding them.
fn cancel(world: &World, action: &'static str, times: usize, reasons: &[(&str, &str)]) -> Requests {
    let reason = |(code, message): &(&str, &str)| json!({ "Code": code, "Message": message });
    let reasons: Value = reasons.iter().map(reason).collect();
    let requests = Requests::default();
    let kept = requests.clone();
    world.faults.rule(action, times, move |call, _| {
        kept.keep(&call);
        let answer = cancellation(&reasons);
        async move { Ok(answer) }
    });
    requests
}

fn cancellation(reasons: &Value) -> Response {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    respond(400, body.to_string())
}

fn s(text: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) }
}

fn item_key(key: &str) -> pb::ItemKey {
    pb::ItemKey { partition: Some(s(key)), sort: None }
}

fn item(fields: impl IntoIterator<Item = (&'static str, pb::Value)>) -> HashMap<String, pb::Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Adds one to the item's `count`.
fn count_up(key: &str) -> TransactOperation {
    let kind = Some(pb::update_action::Kind::Add("1".to_owned()));
    let actions = vec![pb::UpdateAction { path: "count".to_owned(), kind }];
    Transact::new(pb::TransactUpdateItem {
        key: Some(item_key(key)),
        update: Some(pb::transact_update_item::Update::Actions(pb::UpdateActions { actions })),
        ..Default::default()
    })
    .into()
}

/// True as long as the item's `state` is `open`.
fn check_open(key: &str) -> TransactOperation {
    Transact::new(pb::TransactCheck {
        key: Some(item_key(key)),
        condition: "#s = :open".to_owned(),
        names: HashMap::from([("#s".to_owned(), "state".to_owned())]),
        values: item([(":open", s("open"))]),
    })
    .into()
}
