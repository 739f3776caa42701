//! Customers' orders in a table with a sort key and indexes, for the tests of queries, scans and page tokens.
//!
//! The indexes are those of the Grove documentation and those for which the expiry rule is difficult: keyed by the
//! expiry time, or without it.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, GlobalSecondaryIndex, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType, ScalarAttributeType,
};
use dynakv_client::pb;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::pb::value::Kind;
use tonic::Status;
use tonic::transport::Channel;

use crate::support::{Item, World, element, keyed, number, string};

/// The name in requests.
pub(super) const TABLE: &str = "orders";

/// Global: the orders of a status by the time of their making, with all attributes, or with the keys only.
pub(super) const BY_STATUS: &str = "status-created_at-index";
pub(super) const BY_STATUS_KEYS: &str = "status-created_at-keys";
/// Global: by the time of their expiry.
pub(super) const BY_EXPIRY: &str = "entity_type-ttl-index";
/// Local: the orders of a customer by price, with the keys only.
pub(super) const BY_PRICE: &str = "pk-price-index";

pub(super) type Service = ItemServiceClient<Channel>;

pub(super) fn service(world: &World) -> Service {
    ItemServiceClient::new(world.channel.clone())
}

/// Makes the table.
pub(super) async fn make_table(world: &World) {
    world.create(TABLE, define).await;
}

/// Adds the keys and indexes of this table to a definition.
pub(crate) fn define(table: CreateTableFluentBuilder) -> CreateTableFluentBuilder {
    use ScalarAttributeType::{N, S};
    let attribute = |name: &str, of_type| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(of_type).build().unwrap()
    };
    let projection = |kind| Projection::builder().projection_type(kind).build();
    let global = |name: &str, partition: &str, sort: &str, kind| {
        let keys = vec![element(partition, KeyType::Hash), element(sort, KeyType::Range)];
        let index = GlobalSecondaryIndex::builder().index_name(name).set_key_schema(Some(keys));
        index.projection(projection(kind)).build().unwrap()
    };
    let by_price = LocalSecondaryIndex::builder()
        .index_name(BY_PRICE)
        .set_key_schema(Some(vec![element("pk", KeyType::Hash), element("price", KeyType::Range)]))
        .projection(projection(ProjectionType::KeysOnly));
    keyed(table, ("pk", S), Some(("sk", S)))
        .attribute_definitions(attribute("status", S))
        .attribute_definitions(attribute("created_at", N))
        .attribute_definitions(attribute("entity_type", S))
        .attribute_definitions(attribute("ttl", N))
        .attribute_definitions(attribute("price", N))
        .global_secondary_indexes(global(BY_STATUS, "status", "created_at", ProjectionType::All))
        .global_secondary_indexes(global(BY_STATUS_KEYS, "status", "created_at", ProjectionType::KeysOnly))
        .global_secondary_indexes(global(BY_EXPIRY, "entity_type", "ttl", ProjectionType::All))
        .local_secondary_indexes(by_price.build().unwrap())
}

/// The order with this number. Those divisible by three have been shipped, the others are open.
pub(super) fn order(customer: &str, index: u32) -> Item {
    let status = if index.is_multiple_of(3) { "shipped" } else { "open" };
    let address = AttributeValue::M(HashMap::from([
        ("city".to_owned(), string("Berlin")),
        ("lines".to_owned(), AttributeValue::L(vec![string("c/o"), string(&format!("street {index}"))])),
    ]));
    Item::from([
        ("pk".to_owned(), string(&format!("customer#{customer}"))),
        ("sk".to_owned(), string(&format!("order#{index:03}"))),
        ("entity_type".to_owned(), string("order")),
        ("status".to_owned(), string(status)),
        ("created_at".to_owned(), number(1000 + index)),
        ("price".to_owned(), number(100 - index)),
        ("address".to_owned(), address),
    ])
}

/// An order that expires this many seconds before or after now.
pub(super) fn order_that_expires(world: &World, customer: &str, index: u32, in_seconds: i64) -> Item {
    let mut order = order(customer, index);
    order.insert("ttl".to_owned(), number(world.seconds() + in_seconds));
    order
}

/// Creates the table with two customers, the orders 0 to 19 of one and 0 to 4 of the other.
pub(super) async fn fill(world: &World) {
    make_table(world).await;
    for (customer, orders) in [("ann", 20), ("bob", 5)] {
        let profile =
            [("pk", format!("customer#{customer}")), ("sk", "profile".into()), ("entity_type", "customer".into())];
        let profile = profile.map(|(name, text)| (name.to_owned(), string(&text)));
        world.put_into(TABLE, Item::from(profile)).await;
        for index in 0..orders {
            world.put_into(TABLE, order(customer, index)).await;
        }
    }
}

/// Everything of one customer.
pub(super) fn of_customer(customer: &str) -> pb::QueryRequest {
    let key_condition = "pk = :pk".to_owned();
    let values = values([(":pk", text(&format!("customer#{customer}")))]);
    pb::QueryRequest { table: TABLE.to_owned(), key_condition, values, ..Default::default() }
}

/// All orders of a status, by an index.
pub(super) fn of_status(status: &str, index: &str) -> pb::QueryRequest {
    pb::QueryRequest {
        table: TABLE.to_owned(),
        index: index.to_owned(),
        key_condition: "#s = :s".to_owned(),
        names: names([("#s", "status")]),
        values: values([(":s", text(status))]),
        ..Default::default()
    }
}

pub(super) fn scan() -> pb::ScanRequest {
    pb::ScanRequest { table: TABLE.to_owned(), ..Default::default() }
}

pub(super) fn text(text: &str) -> pb::Value {
    pb::Value { kind: Some(Kind::S(text.to_owned())) }
}

pub(super) fn numeric(number: u32) -> pb::Value {
    pb::Value { kind: Some(Kind::N(number.to_string())) }
}

pub(super) fn names<const N: usize>(names: [(&str, &str); N]) -> HashMap<String, String> {
    names.map(|(alias, name)| (alias.to_owned(), name.to_owned())).into()
}

pub(super) fn values<const N: usize>(values: [(&str, pb::Value); N]) -> HashMap<String, pb::Value> {
    values.map(|(placeholder, value)| (placeholder.to_owned(), value)).into()
}

/// Identifies items by customer and order, such as `ann/007`.
pub(super) fn which(items: &[pb::AttributeMap]) -> Vec<String> {
    let part = |item: &pb::AttributeMap, name: &str| match &item.fields[name].kind {
        Some(Kind::S(text)) => text.rsplit('#').next().unwrap().to_owned(),
        other => panic!("{name} is {other:?}"),
    };
    items.iter().map(|item| format!("{}/{}", part(item, "pk"), part(item, "sk"))).collect()
}

/// The orders of a customer, as [`which`] has them.
pub(super) fn orders(customer: &str, indexes: impl IntoIterator<Item = u32>) -> Vec<String> {
    indexes.into_iter().map(|index| format!("{customer}/{index:03}")).collect()
}

/// A request that can be repeated for its next page.
pub(super) trait Paged: Clone {
    fn next(&self, page_token: &str) -> Self;
    async fn page(self, service: &mut Service) -> Result<Page, Status>;
}

/// A page of items, or their number.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<pb::AttributeMap>,
    pub(super) count: i32,
    pub(super) next: String,
}

impl Paged for pb::QueryRequest {
    fn next(&self, page_token: &str) -> Self {
        Self { page_token: page_token.to_owned(), ..self.clone() }
    }

    async fn page(self, service: &mut Service) -> Result<Page, Status> {
        let pb::QueryResponse { items, count, next_page_token: next, .. } = service.query(self).await?.into_inner();
        Ok(Page { items, count, next })
    }
}

impl Paged for pb::ScanRequest {
    fn next(&self, page_token: &str) -> Self {
        Self { page_token: page_token.to_owned(), ..self.clone() }
    }

    async fn page(self, service: &mut Service) -> Result<Page, Status> {
        let pb::ScanResponse { items, count, next_page_token: next, .. } = service.scan(self).await?.into_inner();
        Ok(Page { items, count, next })
    }
}

/// All pages of a request, to the last.
pub(super) async fn pages(service: &mut Service, request: impl Paged) -> Vec<Page> {
    let mut pages = vec![request.clone().page(service).await.unwrap()];
    while let Some(token) = pages.last().map(|page| page.next.clone()).filter(|token| !token.is_empty()) {
        pages.push(request.next(&token).page(service).await.unwrap());
        assert!(pages.len() < 1000, "it does not end");
    }
    pages
}

/// The items of all pages.
pub(super) async fn all(service: &mut Service, request: impl Paged) -> Vec<String> {
    pages(service, request).await.iter().flat_map(|page| which(&page.items)).collect()
}

/// The same in alphabetical order, for results without an order.
pub(super) fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort();
    items
}
