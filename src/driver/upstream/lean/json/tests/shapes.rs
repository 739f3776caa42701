//! Random answers as DynamoDB could send them, with fields that are absent, null, unknown, or there twice.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::any::{Any, text};

/// Names with their values, in this order.
#[derive(Debug, Clone)]
pub(super) struct Object(Vec<(String, Json)>);

/// JSON in which a name may stand twice.
#[derive(Debug, Clone)]
pub(super) enum Json {
    Plain(Value),
    Array(Vec<Json>),
    Object(Object),
}

impl std::fmt::Display for Json {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(value) => write!(formatter, "{value}"),
            Self::Array(values) => {
                let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                write!(formatter, "[{}]", values.join(","))
            }
            Self::Object(Object(fields)) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
                write!(formatter, "{{{}}}", fields.join(" , "))
            }
        }
    }
}

type Shape = BoxedStrategy<Json>;

fn plain(values: impl Strategy<Value = Value> + 'static) -> Shape {
    values.prop_map(Json::Plain).boxed()
}

fn string() -> Shape {
    plain(text().prop_map(Value::from))
}

fn float() -> Shape {
    let number = prop_oneof![
        any::<f64>().prop_filter("JSON has no others", |float| float.is_finite()).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u32..100).prop_map(|halves| Value::from(f64::from(halves) / 2.0)),
        Just(Value::from("Infinity")),
        Just(Value::from("-Infinity")),
    ];
    plain(number)
}

fn list(element: Shape) -> Shape {
    vec(element, 0..4).prop_map(Json::Array).boxed()
}

fn map(value: Shape) -> Shape {
    vec((text(), value), 0..4).prop_map(|entries| Json::Object(Object(entries))).boxed()
}

/// What an SDK could not know yet.
fn unknown() -> BoxedStrategy<(String, Json)> {
    let value = prop_oneof![
        Just(json!(null)),
        Just(json!([1, {"S": ["\u{1}"]}, true])),
        Just(json!({"a": {}})),
        Just(json!("a"))
    ];
    ("[A-Z][a-z]{8}", plain(value)).boxed()
}

/// An object that has each of these fields once, twice or not at all, in any order, and maybe others.
fn object(fields: Vec<(&'static str, Shape)>) -> Shape {
    let mut all: Vec<BoxedStrategy<Vec<(String, Json)>>> = vec![vec(unknown(), 0..2).boxed()];
    for (name, value) in fields {
        let value = prop_oneof![8 => value, 1 => Just(Json::Plain(Value::Null))];
        let times = prop_oneof![3 => Just(0_usize), 12 => Just(1), 1 => Just(2)];
        let field = times.prop_flat_map(move |times| vec(value.clone(), times));
        all.push(
            field.prop_map(move |values| values.into_iter().map(|value| (name.to_owned(), value)).collect()).boxed(),
        );
    }
    let fields = all.prop_map(|fields| fields.concat()).prop_shuffle();
    fields.prop_map(|fields| Json::Object(Object(fields))).boxed()
}

fn value() -> Shape {
    let written = aws_sdk_dynamodb::types::AttributeValue::any().prop_map(|value| {
        let mut body = Vec::new();
        super::super::write::Json::write(&value, &mut body);
        Json::Plain(serde_json::from_slice(&body).unwrap())
    });
    let with_nulls = written.clone().prop_map(|value| {
        let nothing = |name: &str| (name.to_owned(), Json::Plain(Value::Null));
        let Json::Plain(Value::Object(tags)) = value else { panic!("a value is an object") };
        let mut fields =
            vec![nothing("S"), nothing("New"), ("__type".to_owned(), Json::Plain(json!(["AttributeValue"])))];
        fields.extend(tags.into_iter().map(|(tag, value)| (tag, Json::Plain(value))));
        fields.push(nothing("L"));
        Json::Object(Object(fields))
    });
    prop_oneof![9 => written, 1 => with_nulls].boxed()
}

fn item() -> Shape {
    map(value())
}

fn capacity() -> Shape {
    object(vec![("CapacityUnits", float()), ("ReadCapacityUnits", float()), ("WriteCapacityUnits", float())])
}

fn consumed() -> Shape {
    let vector = object(vec![("VectorSearchRequestBytes", float()), ("VectorWriteRequestBytes", float())]);
    object(vec![
        ("TableName", string()),
        ("CapacityUnits", float()),
        ("ReadCapacityUnits", float()),
        ("WriteCapacityUnits", float()),
        ("Table", capacity()),
        ("LocalSecondaryIndexes", map(capacity())),
        ("GlobalSecondaryIndexes", map(capacity())),
        ("VectorIndexes", map(vector)),
    ])
}

fn metrics() -> Shape {
    object(vec![("ItemCollectionKey", item()), ("SizeEstimateRangeGB", list(float()))])
}

fn write_request() -> Shape {
    let (put, delete) = (object(vec![("Item", item())]), object(vec![("Key", item())]));
    object(vec![("PutRequest", put), ("DeleteRequest", delete)])
}

fn keys() -> Shape {
    object(vec![
        ("Keys", list(item())),
        ("AttributesToGet", list(string())),
        ("ConsistentRead", plain(any::<bool>().prop_map(Value::from))),
        ("ProjectionExpression", string()),
        ("ExpressionAttributeNames", map(string())),
    ])
}

pub(super) fn get_item() -> Shape {
    object(vec![("Item", item()), ("ConsumedCapacity", consumed())])
}

/// The answers of PutItem, UpdateItem and DeleteItem.
pub(super) fn write_item() -> Shape {
    object(vec![("Attributes", item()), ("ConsumedCapacity", consumed()), ("ItemCollectionMetrics", metrics())])
}

pub(super) fn batch_get_item() -> Shape {
    object(vec![
        ("Responses", map(list(item()))),
        ("UnprocessedKeys", map(keys())),
        ("ConsumedCapacity", list(consumed())),
    ])
}

pub(super) fn batch_write_item() -> Shape {
    object(vec![
        ("UnprocessedItems", map(list(write_request()))),
        ("ItemCollectionMetrics", map(list(metrics()))),
        ("ConsumedCapacity", list(consumed())),
    ])
}

pub(super) fn transact_get_items() -> Shape {
    object(vec![("Responses", list(object(vec![("Item", item())]))), ("ConsumedCapacity", list(consumed()))])
}

pub(super) fn transact_write_items() -> Shape {
    object(vec![("ItemCollectionMetrics", map(list(metrics()))), ("ConsumedCapacity", list(consumed()))])
}

/// The answers of Query and Scan.
pub(super) fn page() -> Shape {
    let count = || plain(any::<i32>().prop_map(Value::from));
    object(vec![
        ("Items", list(item())),
        ("Count", count()),
        ("ScannedCount", count()),
        ("LastEvaluatedKey", item()),
        ("ConsumedCapacity", consumed()),
    ])
}

pub(super) fn error() -> Shape {
    let code = prop_oneof![
        Just("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"),
        Just("com.amazonaws.dynamodb.v20120810#TransactionCanceledException"),
        Just("com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"),
        Just("com.amazon.coral.availability#ThrottlingException:http://internal.amazon.com/coral/"),
        Just("RequestLimitExceeded"),
        Just("Unlisted"),
    ];
    let reason = object(vec![("Item", item()), ("Code", string()), ("Message", string())]);
    let throttling = || list(object(vec![("reason", string()), ("resource", string())]));
    object(vec![
        ("__type", plain(code.prop_map(Value::from))),
        ("code", plain(prop_oneof![Just(json!("Coded:x")), Just(json!(1.5)), Just(json!([]))])),
        ("message", string()),
        ("Message", string()),
        ("Item", item()),
        ("CancellationReasons", list(reason)),
        ("ThrottlingReasons", throttling()),
        ("throttlingReasons", throttling()),
    ])
}
