//! The server's checks of its tables in DynamoDB at the start.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};
use dynakv_client::Reason;
use tempfile::TempDir;

use crate::binary::{Serve, make_table};
use crate::support::dynamodb_local::{DynamoDbLocal, unique_name};
use crate::support::{binary, string};

/// Creates a table with these key attributes, without TTL.
async fn make_table_with_key(attributes: &[(&str, ScalarAttributeType)]) -> String {
    let name = unique_name("odd");
    let kinds = [KeyType::Hash, KeyType::Range];
    let mut request = DynamoDbLocal::shared().await.client().create_table().table_name(&name);
    for ((attribute, scalar), kind) in attributes.iter().zip(kinds) {
        let definition = AttributeDefinition::builder().attribute_name(*attribute).attribute_type(scalar.clone());
        let element = KeySchemaElement::builder().attribute_name(*attribute).key_type(kind);
        request = request.attribute_definitions(definition.build().unwrap()).key_schema(element.build().unwrap());
    }
    request.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
    name
}

async fn enable_ttl(table: &str, attribute: &str) {
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build().unwrap();
    let client = DynamoDbLocal::shared().await.client();
    client.update_time_to_live().table_name(table).time_to_live_specification(ttl).send().await.unwrap();
}

#[tokio::test]
async fn a_good_table_needs_no_words() {
    let table = make_table().await;
    let server = Serve::over_dynamodb_local(&table).await.start().await;
    server.logs("status=Serving").await;
    assert!(!server.log().contains("WARN"), "{}", server.log());
    let url = DynamoDbLocal::shared().await.endpoint_url();
    assert!(server.announced.contains(&format!("backend: dynamodb at {url}")), "{:?}", server.announced);
    server.cli().run("set key value").await;
    for line in ["get key --consistent".to_owned(), format!("get key --table {table}")] {
        server.cli().run(&line).await.is(0, "value", "");
    }
}

#[tokio::test]
async fn missing_tables_are_named_with_the_commands_that_make_them() {
    let (one, present, two) = (unique_name("missing"), make_table().await, unique_name("missing"));
    let url = DynamoDbLocal::shared().await.endpoint_url();
    let refused = Serve::over_dynamodb(url, &[&one, &present, &two]).refused().await;
    assert_eq!(refused.code, 3);
    let sentence = |name: &str| {
        format!(
            "DynamoDB has no table {name:?}; create it with: aws dynamodb create-table --table-name {name} \
             --attribute-definitions AttributeName=pk,AttributeType=S --key-schema AttributeName=pk,KeyType=HASH \
             --billing-mode PAY_PER_REQUEST --region us-east-1 --endpoint-url {url}\n"
        )
    };
    assert_eq!(refused.stderr, format!("error: {}{}", sentence(&one), sentence(&two)));
}

#[tokio::test]
async fn another_key_is_warned_of_and_its_calls_are_refused() {
    use ScalarAttributeType::{N, S};
    let keys: [&[(&str, ScalarAttributeType)]; 3] = [&[("pk", S), ("sk", S)], &[("id", S)], &[("pk", N)]];
    for key in keys {
        let table = make_table_with_key(key).await;
        let server = Serve::over_dynamodb_local(&table).await.start().await;
        let (attribute, kind) = &key[0];
        let sort = if key.len() == 2 { " and the sort key \"sk\" (S)" } else { "" };
        let warning = format!(
            "the table {table:?} has the partition key {attribute:?} ({kind}){sort}, but key-value calls need \"pk\" (S) \
             alone; they will answer TABLE_SHAPE",
        );
        server.logs(&warning).await;
        let client = server.client().await;
        let errors = [client.get("key").await.unwrap_err(), client.set("key", "value").await.unwrap_err()];
        for error in errors {
            assert_eq!(error.reason(), Some(&Reason::TableShape), "{error}");
        }
    }
}

#[tokio::test]
async fn a_table_without_ttl_is_warned_of_and_works() {
    let table = make_table_with_key(&[("pk", ScalarAttributeType::S)]).await;
    let server = Serve::over_dynamodb_local(&table).await.start().await;
    let url = DynamoDbLocal::shared().await.endpoint_url();
    let warning = format!(
        "the table {table:?} has no TTL, so DynamoDB will not delete expired entries; enable it with: aws dynamodb \
         update-time-to-live --table-name {table} --time-to-live-specification Enabled=true,AttributeName=ttl --region \
         us-east-1 --endpoint-url {url}\n"
    );
    server.logs(&warning).await;
    let cli = server.cli();
    assert_eq!(cli.run("set key value --ttl 1h").await.code, 0);
    assert_eq!(cli.json("ttl key --consistent").await["outcome"], "TTL");
}

#[tokio::test]
async fn ttl_on_another_attribute_is_warned_of() {
    let table = make_table_with_key(&[("pk", ScalarAttributeType::S)]).await;
    enable_ttl(&table, "expires").await;
    let server = Serve::over_dynamodb_local(&table).await.start().await;
    let warning = format!("the table {table:?} has TTL on the attribute \"expires\" instead of \"ttl\"");
    server.logs(&warning).await;
}

#[tokio::test]
async fn a_file_names_tables_of_any_name_with_attributes_of_any_name() {
    let (physical, folder) = (make_table_with_key(&[("id", ScalarAttributeType::S)]).await, TempDir::new().unwrap());
    enable_ttl(&physical, "expires").await;
    let url = DynamoDbLocal::shared().await.endpoint_url();
    let file = folder.path().join("dynakv.toml");
    let text = format!(
        "backend = 'dynamodb'\nregion = 'us-east-1'\nendpoint_url = '{url}'\nlisten = '127.0.0.1:0'\n[[tables]]\nname = \
         'users'\nphysical_name = '{physical}'\nattributes = {{ key = 'id', value = 'body', ttl = 'expires' }}\n"
    );
    std::fs::write(&file, text).unwrap();
    let server = Serve::bare().args(["--config", file.to_str().unwrap()]).start().await;
    server.logs("status=Serving").await;
    assert!(!server.log().contains("WARN"), "{}", server.log());
    assert_eq!(server.cli().run("set key value --ttl 1h --table users").await.code, 0);

    let read = DynamoDbLocal::shared().await.client().get_item().table_name(&physical).key("id", string("key"));
    let item = read.consistent_read(true).send().await.unwrap().item.unwrap();
    assert_eq!(item["body"], binary(b"value"));
    assert!(item["expires"].is_n());
}
