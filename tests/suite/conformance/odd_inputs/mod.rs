//! Odd inputs that DynamoDB refuses: every backend gives the same reason and names the same field.

mod batches;
mod entries;
mod index_keys;
mod indexes_change;
mod reads;
mod updates;

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, GlobalSecondaryIndex, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType, ScalarAttributeType,
};
use dynakv_client::pb;
use dynakv_client::pb::transact_write_operation::Kind;
use tonic::{Code, Status};

use super::items::{item, refusal, stub, value, values};
use super::on_every_backend;
use crate::support::{Item, World, element, keyed, number, string};

/// The table of these tests.
const TABLE: &str = "orders";

/// Creates the table with an item. Its indexes are `by_status` (S, and N as sort key), `by_blob` (B), `by_owner` (S, and S as
/// sort key), and the local `by_rank` (S).
async fn prepare(world: &World) {
    world.create(TABLE, define).await;
    world.put_into(TABLE, stored()).await;
}

fn stored() -> Item {
    item([
        ("pk", string("p")),
        ("sk", string("s")),
        ("text", string("t")),
        ("long", string(&"l".repeat(3000))),
        ("max", largest()),
        ("digits", number("1".repeat(38))),
        ("above_min", number("1.5E-130")),
        ("items", AttributeValue::L(vec![number(1)])),
        ("deep", nested(20)),
        ("status", string("open")),
        ("at", number(1)),
    ])
}

/// The largest number of DynamoDB.
fn largest() -> AttributeValue {
    number(format!("{}E+88", "9".repeat(38)))
}

/// A value of this many levels.
fn nested(levels: usize) -> AttributeValue {
    (1..levels).fold(string("end"), |inner, _| AttributeValue::M([("a".to_owned(), inner)].into()))
}

fn define(table: CreateTableFluentBuilder) -> CreateTableFluentBuilder {
    use ScalarAttributeType::{B, N, S};
    let attributes = [("status", S), ("at", N), ("blob", B), ("owner", S), ("tag", S), ("rank", S)];
    let by_rank = LocalSecondaryIndex::builder()
        .index_name("by_rank")
        .key_schema(element("pk", KeyType::Hash))
        .key_schema(element("rank", KeyType::Range))
        .projection(all_attributes());
    let table = keyed(table, ("pk", S), Some(("sk", S)))
        .global_secondary_indexes(global("by_status", "status", Some("at")))
        .global_secondary_indexes(global("by_blob", "blob", None))
        .global_secondary_indexes(global("by_owner", "owner", Some("tag")))
        .local_secondary_indexes(by_rank.build().unwrap());
    attributes.into_iter().fold(table, |table, (name, of_type)| table.attribute_definitions(attribute(name, of_type)))
}

fn attribute(name: &str, of_type: ScalarAttributeType) -> AttributeDefinition {
    AttributeDefinition::builder().attribute_name(name).attribute_type(of_type).build().unwrap()
}

fn global(name: &str, partition: &str, sort: Option<&str>) -> GlobalSecondaryIndex {
    let index = GlobalSecondaryIndex::builder().index_name(name).projection(all_attributes());
    let index = index.key_schema(element(partition, KeyType::Hash));
    sort.into_iter().fold(index, |index, sort| index.key_schema(element(sort, KeyType::Range))).build().unwrap()
}

fn all_attributes() -> Projection {
    Projection::builder().projection_type(ProjectionType::All).build()
}

fn key(sort: &str) -> pb::ItemKey {
    pb::ItemKey { partition: Some(value(string("p"))), sort: Some(value(string(sort))) }
}

/// A write, alone or in a transaction.
#[derive(Debug, Clone)]
enum Write {
    Put(pb::PutItemRequest),
    Update(pb::UpdateItemRequest),
}

impl Write {
    /// A put of a new item with this attribute.
    fn put(name: &str, new: AttributeValue) -> Self {
        let item = values([("pk", string("p")), ("sk", string("new")), (name, new)]);
        Self::Put(pb::PutItemRequest { table: TABLE.to_owned(), item, ..Default::default() })
    }

    /// An update of the stored item by one action.
    fn act(path: &str, kind: pb::update_action::Kind) -> Self {
        let actions = vec![pb::UpdateAction { path: path.to_owned(), kind: Some(kind) }];
        Self::update(pb::update_item_request::Update::Actions(pb::UpdateActions { actions }), [])
    }

    fn set(path: &str, new: AttributeValue) -> Self {
        Self::act(path, pb::update_action::Kind::Set(value(new)))
    }

    /// An update of the stored item by an expression, in which `:v` is a value. `#x` stands for the attribute `x`.
    fn express(expression: &str, new: Option<AttributeValue>) -> Self {
        let update = pb::update_item_request::Update::UpdateExpression(expression.to_owned());
        let Self::Update(request) = Self::update(update, new.map(|new| (":v", new))) else { unreachable!() };
        Self::Update(pb::UpdateItemRequest { names: names_in(expression), ..request })
    }

    fn update(
        update: pb::update_item_request::Update,
        new: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Self {
        let (key, update, values) = (Some(key("s")), Some(update), values(new));
        Self::Update(pb::UpdateItemRequest { table: TABLE.to_owned(), key, update, values, ..Default::default() })
    }

    async fn send(self, world: &World) -> Result<(), Status> {
        match self {
            Self::Put(request) => stub(world).put_item(request).await.map(drop),
            Self::Update(request) => stub(world).update_item(request).await.map(drop),
        }
    }

    /// Sends it as the second operation of a transaction.
    async fn send_in_transaction(self, world: &World) -> Result<pb::TransactWriteResponse, Status> {
        let Self::Put(first) = Self::put("text", string("first")) else { unreachable!() };
        let first = pb::PutItemRequest { item: values([("pk", string("p")), ("sk", string("first"))]), ..first };
        let operations = [Self::Put(first), self].map(|write| pb::TransactWriteOperation {
            table: TABLE.to_owned(),
            kind: Some(write.in_transaction().0),
            ..Default::default()
        });
        let request = pb::TransactWriteRequest { operations: operations.into(), ..Default::default() };
        world.client.stub().transact_write(request).await.map(tonic::Response::into_inner)
    }

    /// The operation, and the name of its message.
    fn in_transaction(self) -> (Kind, &'static str) {
        use pb::transact_update_item::Update;
        match self {
            Self::Put(pb::PutItemRequest { item, .. }) => {
                (Kind::PutItem(pb::TransactPutItem { item, ..Default::default() }), "put_item")
            }
            Self::Update(pb::UpdateItemRequest { key, update, condition, names, values, .. }) => {
                let update = update.map(|update| match update {
                    pb::update_item_request::Update::Actions(actions) => Update::Actions(actions),
                    pb::update_item_request::Update::UpdateExpression(text) => Update::UpdateExpression(text),
                });
                (Kind::UpdateItem(pb::TransactUpdateItem { key, update, condition, names, values }), "update_item")
            }
        }
    }
}

/// The aliases of an expression, in which `#x` stands for the attribute `x`.
fn names_in(expression: &str) -> HashMap<String, String> {
    let words = expression.split(|next: char| !next.is_ascii_alphanumeric() && !matches!(next, '_' | '#'));
    words.filter_map(|word| Some((word.to_owned(), word.strip_prefix('#')?.to_owned()))).collect()
}

/// Asserts that a write is refused because of this field, alone and in a transaction.
async fn assert_refused(world: &World, write: Write, reason: &str, field: &str) {
    let invalid = |field: String| (Code::InvalidArgument, reason.to_owned(), field);
    assert_eq!(refusal(write.clone().send(world).await), invalid(field.to_owned()), "{write:.200?}");
    let (_, message) = write.clone().in_transaction();
    let field = format!("operations[1].{message}.{field}");
    assert_eq!(refusal(write.clone().send_in_transaction(world).await), invalid(field), "{write:.200?}");
}
