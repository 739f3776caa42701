//! Our check of expressions against DynamoDB Local's: generated expressions, valid ones and ones with a mistake, are sent to it as
//! they are, and the two verdicts are compared.
//!
//! `EXPRESSIONS=100000` checks that many of each kind, `EXPRESSIONS_SEED=7` another sequence.

mod generator;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use dynakv::model::Placeholders;

use self::generator::Generator;
use crate::support::dynamodb_local::{DynamoDbLocal, unique_name};
use crate::support::{binary, number, string};

/// Expressions of each kind in the short form.
const SHORT: u64 = 300;

/// What we leave to DynamoDB, as it says it.
const LEFT: [&str; 5] = [
    "reserved keyword",
    "Two document paths overlap",
    "Two document paths conflict",
    "List index is not within the allowable range",
    "Key attributes must be scalars",
];

/// What we leave to DynamoDB in a key condition: whether it fits the key schema.
const LEFT_OF_KEYS: [&str; 8] = [
    "Invalid operator used in KeyConditionExpression",
    "Invalid condition in KeyConditionExpression",
    "KeyConditionExpressions must only contain one condition per key",
    "KeyConditionExpressions cannot contain nested operations",
    "Condition parameter type does not match schema type",
    "Query condition missed key schema element",
    "Query key condition not supported",
    "Key attributes must be scalars",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Condition,
    Filter,
    KeyCondition,
    Update,
    Projection,
}

fn values() -> Vec<(&'static str, AttributeValue)> {
    let list = AttributeValue::L(vec![number(1)]);
    vec![
        (":s", string("x")),
        (":t", string("y")),
        (":e", string("")),
        (":type", string("SS")),
        (":n", number(5)),
        (":m", number("6.50")),
        (":b", binary(b"x")),
        (":true", AttributeValue::Bool(true)),
        (":null", AttributeValue::Null(true)),
        (":l", list),
        (":map", AttributeValue::M(HashMap::new())),
        (":ss", AttributeValue::Ss(vec!["a".into()])),
        (":ns", AttributeValue::Ns(vec!["1".into()])),
    ]
}

const NAMES: [(&str, &str); 2] = [("#a", "a"), ("#d", "with.dot")];

/// The placeholders of a text.
fn used(text: &str, placeholder: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.match_indices(placeholder)
        .any(|(at, _)| text.as_bytes().get(at + placeholder.len()).is_none_or(|next| !is_word(*next)))
}

/// Our verdict: what is wrong.
fn ours(kind: Kind, text: &str) -> Result<(), String> {
    let mut placeholders = Placeholders::default();
    for (alias, name) in NAMES {
        placeholders.define_name(alias.into(), name.into()).unwrap();
    }
    for (placeholder, value) in values() {
        placeholders.define_value(placeholder.into(), value).unwrap();
    }
    let verdict = match kind {
        Kind::Condition | Kind::Filter => placeholders.condition(text).map(|_| ()),
        Kind::KeyCondition => placeholders.key_condition(text).map(|_| ()),
        Kind::Update => placeholders.update(text).map(|_| ()),
        Kind::Projection => placeholders.projection(text).map(|_| ()),
    };
    verdict.map_err(|invalid| invalid.problem)
}

/// DynamoDB Local's verdict. Nothing is ever written: there is no item, and updates have a condition that it exists.
async fn theirs(client: &Client, table: &str, kind: Kind, text: &str) -> Result<(), String> {
    let names: HashMap<String, String> = NAMES
        .iter()
        .filter(|(alias, _)| used(text, alias))
        .map(|(alias, name)| ((*alias).into(), (*name).into()))
        .collect();
    let names = Some(names).filter(|names| !names.is_empty());
    let values: HashMap<String, AttributeValue> =
        values().into_iter().filter(|(name, _)| used(text, name)).map(|(name, value)| (name.into(), value)).collect();
    let values = Some(values).filter(|values| !values.is_empty());
    let text = text.to_owned();
    let key = || Some(HashMap::from([("pk".to_owned(), string("key")), ("sk".to_owned(), string("sort"))]));
    match kind {
        Kind::Condition => {
            let call = client.delete_item().table_name(table).set_key(key()).condition_expression(text);
            verdict(call.set_expression_attribute_names(names).set_expression_attribute_values(values).send().await)
        }
        Kind::Filter => {
            let call = client.scan().table_name(table).filter_expression(text);
            verdict(call.set_expression_attribute_names(names).set_expression_attribute_values(values).send().await)
        }
        Kind::KeyCondition => {
            let call = client.query().table_name(table).key_condition_expression(text);
            verdict(call.set_expression_attribute_names(names).set_expression_attribute_values(values).send().await)
        }
        Kind::Update => {
            let call = client.update_item().table_name(table).set_key(key()).update_expression(text);
            let call = call.condition_expression("attribute_exists(pk)");
            verdict(call.set_expression_attribute_names(names).set_expression_attribute_values(values).send().await)
        }
        Kind::Projection => {
            let call = client.get_item().table_name(table).set_key(key()).projection_expression(text);
            verdict(call.set_expression_attribute_names(names).send().await)
        }
    }
}

fn verdict<T, E: ProvideErrorMetadata + std::fmt::Debug>(result: Result<T, E>) -> Result<(), String> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => match error.code() {
            Some("ConditionalCheckFailedException") => Ok(()),
            Some("ValidationException") => Err(error.message().unwrap_or_default().to_owned()),
            _ => panic!("{error:?}"),
        },
    }
}

async fn table(client: &Client) -> String {
    let name = unique_name("expressions");
    let mut call = client.create_table().table_name(&name).billing_mode(BillingMode::PayPerRequest);
    for (attribute, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let defined = AttributeDefinition::builder().attribute_name(attribute).attribute_type(ScalarAttributeType::S);
        let element = KeySchemaElement::builder().attribute_name(attribute).key_type(kind);
        call = call.attribute_definitions(defined.build().unwrap()).key_schema(element.build().unwrap());
    }
    call.send().await.unwrap();
    name
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

async fn compare(kind: Kind) {
    let (count, seed) = (setting("EXPRESSIONS", SHORT), setting("EXPRESSIONS_SEED", 1));
    let client = DynamoDbLocal::shared().await.client();
    let table = table(&client).await;
    let left: &[&str] = if kind == Kind::KeyCondition { &LEFT_OF_KEYS } else { &LEFT };
    let (mut accepted, mut too_strict, mut too_lax) = (0, Vec::new(), Vec::new());
    for number in 0..count {
        // Each expression has a seed of its own, so that one can be repeated alone.
        let text = Generator::new(seed.wrapping_mul(1_000_003).wrapping_add(number)).expression(kind);
        match (ours(kind, &text), theirs(&client, &table, kind, &text).await) {
            (Ok(()), Ok(())) => accepted += 1,
            (Err(problem), Ok(())) => too_strict.push(format!("{text:?}: {problem}")),
            (Ok(()), Err(message)) if !left.iter().chain(&LEFT).any(|phrase| message.contains(phrase)) => {
                too_lax.push(format!("{text:?}: {message}"));
            }
            (Ok(()) | Err(_), Err(_)) => {}
        }
    }
    println!("{kind:?}: seed {seed}, {count} expressions, {accepted} accepted by both");
    assert!(
        too_strict.is_empty(),
        "{kind:?}, seed {seed}: we refuse what DynamoDB Local accepts:\n{}",
        too_strict.join("\n")
    );
    assert!(
        too_lax.is_empty(),
        "{kind:?}, seed {seed}: we accept what DynamoDB Local refuses:\n{}",
        too_lax.join("\n")
    );
    // Otherwise the comparison says little.
    assert!(accepted * 10 >= count, "{kind:?}, seed {seed}: only {accepted} of {count} are accepted");
}

#[tokio::test]
async fn conditions_are_judged_as_dynamodb_judges_them() {
    compare(Kind::Condition).await;
}

#[tokio::test]
async fn filters_are_judged_as_dynamodb_judges_them() {
    compare(Kind::Filter).await;
}

#[tokio::test]
async fn key_conditions_are_judged_as_dynamodb_judges_them() {
    compare(Kind::KeyCondition).await;
}

#[tokio::test]
async fn updates_are_judged_as_dynamodb_judges_them() {
    compare(Kind::Update).await;
}

#[tokio::test]
async fn projections_are_judged_as_dynamodb_judges_them() {
    compare(Kind::Projection).await;
}
