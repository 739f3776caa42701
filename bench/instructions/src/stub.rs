//! Replaces DynamoDB in this process with prepared responses, so that the stub hardly adds to the counts.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use dynakv::driver::transport::{Body, Request, Response, Transport, TransportError};
use futures_util::future::{BoxFuture, ready};

use crate::operation::{BATCH, Operation, PAGE};
use crate::request::{COUNTER, PARTITION, VERSION, key, value};
use crate::server::TABLE;

/// Answers the DynamoDB requests of one operation.
#[derive(Debug, Clone)]
pub(crate) struct Stub(Arc<Answer>);

#[derive(Debug)]
struct Answer {
    /// The action in DynamoDB.
    action: &'static str,
    body: Bytes,
    /// The table's description.
    description: &'static str,
}

impl Stub {
    pub(crate) fn new(operation: Operation) -> Self {
        let (action, body) = match operation {
            Operation::Get => ("GetItem", format!(r#"{{"Item":{}}}"#, entry(0))),
            Operation::Set | Operation::CompareAndSet => ("PutItem", "{}".to_owned()),
            Operation::Delete => ("DeleteItem", format!(r#"{{"Attributes":{}}}"#, entry(0))),
            Operation::Increment => ("UpdateItem", format!(r#"{{"Attributes":{}}}"#, counter())),
            Operation::Expire => ("UpdateItem", "{}".to_owned()),
            Operation::BatchGet => {
                let entries = joined(BATCH, entry);
                ("BatchGetItem", format!(r#"{{"Responses":{{"{TABLE}":[{entries}]}},"UnprocessedKeys":{{}}}}"#))
            }
            Operation::BatchWrite => ("BatchWriteItem", r#"{"UnprocessedItems":{}}"#.to_owned()),
            Operation::TransactWrite => ("TransactWriteItems", "{}".to_owned()),
            Operation::Query => {
                let items = joined(PAGE, item);
                ("Query", format!(r#"{{"Count":{PAGE},"ScannedCount":{PAGE},"Items":[{items}]}}"#))
            }
        };
        let description = if operation == Operation::Query { SORTED_TABLE } else { TABLE_OF_ENTRIES };
        Self(Arc::new(Answer { action, body: body.into(), description }))
    }

    fn answer(&self, request: &Request) -> Result<Response, TransportError> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let body = match target.rsplit('.').next().unwrap_or_default() {
            action if action == self.0.action => self.0.body.clone(),
            // Requested once, when the server starts.
            "GetItem" => Bytes::from_static(b"{}"),
            "DescribeTable" => Bytes::from_static(self.0.description.as_bytes()),
            "DescribeTimeToLive" => Bytes::from_static(TIME_TO_LIVE.as_bytes()),
            _ => return Err(TransportError::Lost(format!("the stub has no {target}").into())),
        };
        let response = http::Response::builder().header("content-type", "application/x-amz-json-1.0");
        response.body(Body::from(body)).map_err(|error| TransportError::Lost(error.into()))
    }
}

impl Transport for Stub {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        Box::pin(ready(self.answer(&request)))
    }
}

const TABLE_OF_ENTRIES: &str = r#"{"Table":{"TableName":"entries","TableStatus":"ACTIVE",
    "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}}"#;

const SORTED_TABLE: &str = r#"{"Table":{"TableName":"entries","TableStatus":"ACTIVE",
    "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
    "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}]}}"#;

const TIME_TO_LIVE: &str = r#"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"ttl"}}"#;

fn joined(count: usize, item: fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

fn entry(index: usize) -> String {
    let (key, value) = (key(index), BASE64_STANDARD.encode(value()));
    format!(r#"{{"pk":{{"S":"{key}"}},"val":{{"B":"{value}"}},"dkv_ver":{{"N":"{VERSION}"}}}}"#)
}

fn counter() -> String {
    format!(r#"{{"pk":{{"S":"{}"}},"val":{{"N":"{COUNTER}"}},"dkv_ver":{{"N":"{VERSION}"}}}}"#, key(0))
}

fn item(index: usize) -> String {
    let (key, value) = (key(index), BASE64_STANDARD.encode(value()));
    format!(
        r#"{{"pk":{{"S":"{PARTITION}"}},"sk":{{"S":"{key}"}},"val":{{"B":"{value}"}},"dkv_ver":{{"N":"{VERSION}"}}}}"#
    )
}
