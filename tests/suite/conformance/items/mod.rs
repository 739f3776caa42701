//! ItemService: items with all their attributes, through its own stub.

mod batches;
mod calls;
mod conditions;
mod expired;
mod keys;
mod large_batches;
mod model;
mod projections;
mod ttl_by_hand;
mod updates;
mod values;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bigdecimal::BigDecimal;
use dynakv_client::pb;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::pb::update_action::Kind as Change;
use dynakv_client::pb::value::Kind;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt;

use crate::support::{Item, World};

pub(super) fn stub(world: &World) -> ItemServiceClient<Channel> {
    ItemServiceClient::new(world.channel.clone())
}

pub(super) async fn get(world: &World, request: pb::GetItemRequest) -> Result<Option<Item>, Status> {
    let response = stub(world).get_item(request).await?.into_inner();
    Ok(response.item.map(item_of))
}

pub(super) async fn put(world: &World, request: pb::PutItemRequest) -> Result<pb::PutItemResponse, Status> {
    stub(world).put_item(request).await.map(Response::into_inner)
}

pub(super) async fn update(world: &World, request: pb::UpdateItemRequest) -> Result<pb::UpdateItemResponse, Status> {
    stub(world).update_item(request).await.map(Response::into_inner)
}

pub(super) async fn delete(world: &World, request: pb::DeleteItemRequest) -> Result<pb::DeleteItemResponse, Status> {
    stub(world).delete_item(request).await.map(Response::into_inner)
}

/// A put of an item of the default table.
pub(super) fn put_of<'a>(key: &str, fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) -> pb::PutItemRequest {
    let item = fields.into_iter().chain([("pk", AttributeValue::S(key.to_owned()))]);
    pb::PutItemRequest { item: values(item), ..Default::default() }
}

/// An update of an item of the default table by these actions.
pub(super) fn update_of<'a>(key: &str, actions: impl IntoIterator<Item = (&'a str, Change)>) -> pb::UpdateItemRequest {
    let action = |(path, kind): (&str, _)| pb::UpdateAction { path: path.to_owned(), kind: Some(kind) };
    let actions = pb::UpdateActions { actions: actions.into_iter().map(action).collect() };
    let update = Some(pb::update_item_request::Update::Actions(actions));
    pb::UpdateItemRequest { key: key_of(key), update, ..Default::default() }
}

/// An update of an item of the default table by an expression.
pub(super) fn raw_update_of(key: &str, expression: &str) -> pb::UpdateItemRequest {
    let update = Some(pb::update_item_request::Update::UpdateExpression(expression.to_owned()));
    pb::UpdateItemRequest { key: key_of(key), update, ..Default::default() }
}

/// The key of an item of the default table.
#[expect(clippy::unnecessary_wraps, reason = "as the requests take it")]
pub(super) fn key_of(key: &str) -> Option<pb::ItemKey> {
    Some(pb::ItemKey { partition: Some(value(AttributeValue::S(key.to_owned()))), sort: None })
}

pub(super) fn set(new: AttributeValue) -> Change {
    Change::Set(value(new))
}

pub(super) fn names<const N: usize>(names: [(&str, &str); N]) -> std::collections::HashMap<String, String> {
    names.map(|(alias, name)| (alias.to_owned(), name.to_owned())).into()
}

pub(super) fn values<'a>(
    values: impl IntoIterator<Item = (&'a str, AttributeValue)>,
) -> std::collections::HashMap<String, pb::Value> {
    values.into_iter().map(|(name, attribute)| (name.to_owned(), value(attribute))).collect()
}

pub(super) fn item<'a>(fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) -> Item {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// An attribute value as the API has it.
pub(super) fn value(attribute: AttributeValue) -> pb::Value {
    let bytes = |blob: Blob| bytes::Bytes::from(blob.into_inner());
    let kind = match attribute {
        AttributeValue::S(text) => Kind::S(text),
        AttributeValue::N(number) => Kind::N(number),
        AttributeValue::B(blob) => Kind::B(bytes(blob)),
        AttributeValue::Bool(truth) => Kind::Bool(truth),
        AttributeValue::Null(null) => Kind::Null(null),
        AttributeValue::M(fields) => {
            let fields = fields.into_iter().map(|(name, attribute)| (name, value(attribute))).collect();
            Kind::M(pb::AttributeMap { fields })
        }
        AttributeValue::L(elements) => Kind::L(pb::AttributeList { values: elements.into_iter().map(value).collect() }),
        AttributeValue::Ss(values) => Kind::Ss(pb::StringSet { values }),
        AttributeValue::Ns(values) => Kind::Ns(pb::NumberSet { values }),
        AttributeValue::Bs(blobs) => Kind::Bs(pb::BinarySet { values: blobs.into_iter().map(bytes).collect() }),
        other => panic!("{other:?}"),
    };
    pb::Value { kind: Some(kind) }
}

fn attribute(value: pb::Value) -> AttributeValue {
    let blob = |bytes: bytes::Bytes| Blob::new(bytes);
    match value.kind.unwrap() {
        Kind::S(text) => AttributeValue::S(text),
        Kind::N(number) => AttributeValue::N(number),
        Kind::B(bytes) => AttributeValue::B(blob(bytes)),
        Kind::Bool(truth) => AttributeValue::Bool(truth),
        Kind::Null(null) => AttributeValue::Null(null),
        Kind::M(fields) => AttributeValue::M(item_of(fields)),
        Kind::L(list) => AttributeValue::L(list.values.into_iter().map(attribute).collect()),
        Kind::Ss(set) => AttributeValue::Ss(set.values),
        Kind::Ns(set) => AttributeValue::Ns(set.values),
        Kind::Bs(set) => AttributeValue::Bs(set.values.into_iter().map(blob).collect()),
    }
}

/// The attributes of a response.
pub(super) fn item_of(attributes: pb::AttributeMap) -> Item {
    attributes.fields.into_iter().map(|(name, value)| (name, attribute(value))).collect()
}

/// A canonical form: sets in order, numbers without insignificant digits.
pub(super) fn canonical(item: Item) -> Item {
    item.into_iter().map(|(name, value)| (name, canonical_value(value))).collect()
}

fn canonical_value(value: AttributeValue) -> AttributeValue {
    let number = |text: &String| text.parse::<BigDecimal>().unwrap().normalized().to_string();
    let sorted = |mut members: Vec<String>| {
        members.sort();
        members
    };
    match value {
        AttributeValue::N(text) => AttributeValue::N(number(&text)),
        AttributeValue::Ns(members) => AttributeValue::Ns(sorted(members.iter().map(number).collect())),
        AttributeValue::Ss(members) => AttributeValue::Ss(sorted(members)),
        AttributeValue::Bs(mut members) => {
            members.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
            AttributeValue::Bs(members)
        }
        AttributeValue::M(fields) => AttributeValue::M(canonical(fields)),
        AttributeValue::L(values) => AttributeValue::L(values.into_iter().map(canonical_value).collect()),
        other => other,
    }
}

/// The item without its version, which a test cannot predict.
pub(super) fn unversioned(mut item: Item) -> Item {
    item.remove("dkv_ver");
    item
}

/// The code, reason and field of an error.
pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String, String) {
    let status = result.unwrap_err();
    let details = status.get_error_details();
    let reason = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}")).reason.clone();
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    (status.code(), reason, violations.first().map(|violation| violation.field.clone()).unwrap_or_default())
}

/// Asserts that a request is refused because of this field.
#[track_caller]
pub(super) fn assert_invalid<T: std::fmt::Debug>(result: Result<T, Status>, reason: &str, field: &str) {
    assert_eq!(refusal(result), (Code::InvalidArgument, reason.to_owned(), field.to_owned()));
}
