//! Converts the library's results to documents.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dynakv_client::{Entry, Error, Failure, Item, Number, Value, Version};
use serde_json::{Map, Value as Json, json};

/// A map without absent values.
pub(super) fn map<const N: usize>(fields: [(&str, Option<Json>); N]) -> Json {
    fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect::<Map<_, _>>().into()
}

/// True, or absent.
pub(super) fn flag(is: bool) -> Option<Json> {
    is.then_some(true.into())
}

pub(super) fn version(version: &Version) -> Json {
    version.as_str().into()
}

pub(super) fn time(time: SystemTime) -> Json {
    milliseconds(time.duration_since(UNIX_EPOCH).unwrap())
}

pub(super) fn milliseconds(duration: Duration) -> Json {
    u64::try_from(duration.as_millis()).unwrap().into()
}

pub(super) fn entry(entry: &Entry) -> Json {
    map([
        ("key", Some(entry.key.clone().into())),
        ("value", entry.value.as_ref().map(|value| bytes(value))),
        ("version", entry.version.as_ref().map(version)),
        ("expire_time", entry.expire_time.map(time)),
    ])
}

fn bytes(bytes: &[u8]) -> Json {
    std::str::from_utf8(bytes).map_or_else(|_| json!({"base64": BASE64_STANDARD.encode(bytes)}), Into::into)
}

pub(super) fn item(item: &Item) -> Json {
    item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect::<Map<_, _>>().into()
}

fn attribute(value: &Value) -> Json {
    let base64 = |bytes: &dynakv_client::Bytes| BASE64_STANDARD.encode(bytes);
    match value {
        Value::S(text) => json!({ "S": text }),
        Value::N(number) => json!({ "N": number.as_str() }),
        Value::B(bytes) => json!({ "B": base64(bytes) }),
        Value::Bool(truth) => json!({ "BOOL": truth }),
        Value::Null => json!({ "NULL": true }),
        Value::M(fields) => json!({ "M": item(fields) }),
        Value::L(values) => json!({ "L": values.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Ss(set) => json!({ "SS": set }),
        Value::Ns(set) => json!({ "NS": set.iter().map(Number::as_str).collect::<Vec<_>>() }),
        Value::Bs(set) => json!({ "BS": set.iter().map(base64).collect::<Vec<_>>() }),
    }
}

pub(super) fn error(error: &Error) -> Json {
    let (kind, failure, request_id) = match error {
        Error::Failed(failure) => ("failed", failure, None),
        Error::OutcomeUnknown { request_id, source } => ("outcome_unknown", source, Some(request_id)),
        _ => panic!("no failure of a call: {error}"),
    };
    let mut document = self::failure(failure);
    document["kind"] = kind.into();
    if let Some(request_id) = request_id {
        document["request_id"] = request_id.to_string().into();
    }
    document
}

pub(super) fn failure(failure: &Failure) -> Json {
    let fields: Vec<_> = failure.fields().iter().map(|violation| violation.field.as_str()).collect();
    let names = ["outcome", "limit", "attempts", "aws_code", "aws_request_id", "throttle_reason"];
    map([
        ("code", Some(failure.code_name().into())),
        ("reason", failure.reason().map(|reason| reason.as_str().into())),
        ("fields", (!fields.is_empty()).then(|| fields.into())),
        ("metadata", Some(map(names.map(|name| (name, failure.metadata(name).map(Into::into)))))),
        ("retry_delay", failure.retry_delay().map(milliseconds)),
    ])
}
