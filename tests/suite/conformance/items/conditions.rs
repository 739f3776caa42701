//! Conditions, in DynamoDB's own language.

use aws_sdk_dynamodb::types::AttributeValue;
use dynakv_client::pb;
use dynakv_client::pb::ItemOutcome;

use super::super::on_every_backend;
use super::{assert_invalid, delete, item_of, key_of, names, put, put_of, set, update, update_of, values};
use crate::support::{World, number, string};

on_every_backend!(
    a_write_happens_if_its_condition_holds,
    parentheses_are_not_in_the_way,
    what_is_no_condition_is_refused,
    operands_that_dynamodb_refuses_are_refused,
    placeholders_are_all_defined_and_used,
    a_condition_has_its_limits,
);

/// A condition with its placeholders.
#[derive(Clone, Default)]
struct Given {
    text: &'static str,
    names: Vec<(&'static str, &'static str)>,
    values: Vec<(&'static str, AttributeValue)>,
}

fn given(text: &'static str) -> Given {
    Given { text, ..Given::default() }
}

impl Given {
    fn puts(self, key: &str) -> pb::PutItemRequest {
        let Self { text, names, values: defined } = self;
        pb::PutItemRequest {
            condition: text.to_owned(),
            names: names.into_iter().map(|(alias, name)| (alias.to_owned(), name.to_owned())).collect(),
            values: values(defined),
            return_current: true,
            ..put_of(key, [("count", number(100))])
        }
    }

    fn updates(self, key: &str) -> pb::UpdateItemRequest {
        let pb::PutItemRequest { condition, names, values, .. } = self.puts(key);
        let update = update_of(key, [("beside", set(number(1)))]);
        pb::UpdateItemRequest { condition, names, values, return_current: true, ..update }
    }

    fn deletes(self, key: &str) -> pb::DeleteItemRequest {
        let pb::PutItemRequest { condition, names, values, .. } = self.puts(key);
        pb::DeleteItemRequest { key: key_of(key), condition, names, values, return_current: true, ..Default::default() }
    }
}

async fn a_write_happens_if_its_condition_holds(world: World) {
    let one = || [(":one", number(1))].to_vec();
    let cases = [
        (given("attribute_exists(pk)"), true),
        (given("attribute_not_exists(pk)"), false),
        (Given { values: one(), ..given("a = :one") }, true),
        (Given { values: one(), ..given("a <> :one") }, false),
        (
            Given {
                values: one(),
                names: vec![("#c", "count")],
                ..given("#c BETWEEN :one AND :one OR size(s) > :one")
            },
            true,
        ),
        (
            Given {
                values: vec![(":one", number(1)), (":o", string("o"))],
                ..given("a IN (:one, :one) AND NOT contains(s, :o)")
            },
            false,
        ),
        (Given { values: vec![(":p", string("wo"))], ..given("begins_with(s, :p)") }, true),
        (Given { values: vec![(":t", string("N"))], ..given("attribute_type(m.inside, :t)") }, true),
    ];
    let before = || {
        let inner = AttributeValue::M(super::item([("inside", number(5))]));
        [("a", number(1)), ("count", number(0)), ("s", string("word")), ("m", inner)]
    };
    for (condition, holds) in cases {
        let text = condition.text;
        let expected = if holds { ItemOutcome::Applied } else { ItemOutcome::ConditionFailed };
        let mut shown = Vec::new();
        for call in ["put", "update", "delete"] {
            world.put("key", before()).await;
            let stored = world.item("key").await.unwrap();
            let (outcome, current) = match call {
                "put" => {
                    let answer = put(&world, condition.clone().puts("key")).await.unwrap();
                    (answer.outcome(), answer.current)
                }
                "update" => {
                    let answer = update(&world, condition.clone().updates("key")).await.unwrap();
                    assert_eq!(answer.version.is_some(), holds);
                    (answer.outcome(), answer.current)
                }
                _ => {
                    let answer = delete(&world, condition.clone().deletes("key")).await.unwrap();
                    assert_eq!(answer.existed, holds);
                    (answer.outcome(), answer.current)
                }
            };
            assert_eq!(outcome, expected, "{call} {text}");
            assert_eq!(current.map(item_of), (!holds).then(|| stored.clone()), "{call} {text}");
            shown.push(world.item("key").await);
            assert_eq!(shown.last().unwrap().as_ref() == Some(&stored), !holds, "{call} {text}");
        }
    }
    let quiet = pb::PutItemRequest { return_current: false, ..given("attribute_not_exists(pk)").puts("key") };
    world.put("key", []).await;
    let answer = put(&world, quiet).await.unwrap();
    assert_eq!((answer.outcome(), answer.current, answer.version), (ItemOutcome::ConditionFailed, None, None));
    let nothing = delete(&world, given("attribute_exists(pk)").deletes("none")).await.unwrap();
    assert_eq!((nothing.outcome(), nothing.existed, nothing.current), (ItemOutcome::ConditionFailed, false, None));
    let nothing = delete(&world, given("attribute_not_exists(pk)").deletes("none")).await.unwrap();
    assert_eq!((nothing.outcome(), nothing.existed), (ItemOutcome::Applied, false));
}

/// One pair around the whole is redundant only once ours is around it.
async fn parentheses_are_not_in_the_way(world: World) {
    world.put("key", [("a", number(1)), ("b", number(2))]).await;
    for text in [
        "(a = :v)",
        " ( a = :v ) ",
        "(a = :v) AND (b > :v)",
        "(a = :v AND (b > :v OR b < :v))",
        "((a = :v) AND b > :v)",
    ] {
        let condition = Given { values: vec![(":v", number(1))], ..given(text) };
        assert_eq!(update(&world, condition.updates("key")).await.unwrap().outcome(), ItemOutcome::Applied, "{text}");
    }
}

async fn what_is_no_condition_is_refused(world: World) {
    world.put("key", [("a", number(1)), ("ttl", number(1))]).await;
    let before = world.item("key").await;
    let cases = [
        // It would match expired items.
        ("a = :v) OR (a = :v", "INVALID_FIELD"),
        ("a = :v) OR (attribute_exists(a) OR a = :v", "INVALID_FIELD"),
        (") OR (a = :v", "INVALID_FIELD"),
        ("(a = :v", "INVALID_FIELD"),
        ("a = :v)", "INVALID_FIELD"),
        ("((a = :v))", "INVALID_FIELD"),
        ("()", "INVALID_FIELD"),
        (" ", "INVALID_FIELD"),
        ("a = :v; DROP", "INVALID_FIELD"),
        ("a = 'x' OR a = :v", "INVALID_FIELD"),
        ("a = = :v", "INVALID_FIELD"),
        ("a = :v AND", "INVALID_FIELD"),
        ("a :v", "INVALID_FIELD"),
        ("old = :v", "INVALID_EXPRESSION"),
        ("no_function(a, :v)", "INVALID_FIELD"),
        ("size(a, :v) = :v", "INVALID_FIELD"),
    ];
    for (text, reason) in cases {
        let condition = Given { values: vec![(":v", number(1))], ..given(text) };
        assert_invalid(put(&world, condition.clone().puts("key")).await, reason, "condition");
        assert_invalid(update(&world, condition.clone().updates("key")).await, reason, "condition");
        assert_invalid(delete(&world, condition.deletes("key")).await, reason, "condition");
    }
    assert_eq!(world.item("key").await, before);
}

/// DynamoDB refuses them whatever is stored. The embedded engine lets most of them pass.
/// Whether a text uses a placeholder, and not only a longer one that begins like it.
fn uses(text: &str, placeholder: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric() && character != ':').any(|word| word == placeholder)
}

async fn operands_that_dynamodb_refuses_are_refused(world: World) {
    world.put("key", [("a", number(1))]).await;
    let before = world.item("key").await;
    let values = || {
        vec![
            (":five", number("5")),
            (":six", number("6.0")),
            (":s", string("x")),
            (":true", AttributeValue::Bool(true)),
            (":list", AttributeValue::L(vec![number(1)])),
        ]
    };
    for text in [
        "a BETWEEN :six AND :five",
        "a BETWEEN :five AND :s",
        "a BETWEEN :true AND :true",
        "attribute_type(a, :s)",
        "attribute_type(a, :five)",
        "a < :true",
        "a >= :list",
        "SIZE(a) = :five",
        "size(:five) = :five",
        "size(a)",
        "BEGINS_WITH(a, :s)",
        "begins_with(a, :five)",
        "begins_with(a)",
        "contains(a, a)",
        "a = a",
        "a IN (a)",
        "attribute_exists(:s)",
        "attribute_exists(a) = :true",
        "if_not_exists(a, :s) = :s",
        "pk.x = :s",
        "attribute_exists(pk[0])",
        "_a = :s",
    ] {
        let values = values().into_iter().filter(|(name, _)| uses(text, name)).collect();
        let condition = Given { values, ..given(text) };
        assert_invalid(put(&world, condition.clone().puts("key")).await, "INVALID_FIELD", "condition");
        assert_invalid(update(&world, condition.clone().updates("key")).await, "INVALID_FIELD", "condition");
        assert_invalid(delete(&world, condition.deletes("key")).await, "INVALID_FIELD", "condition");
    }
    assert_eq!(world.item("key").await, before);
    // These are fine, although they look alike.
    for text in
        ["a BETWEEN :five AND :six", "attribute_exists((a))", "a IN ((:five))", "NOT NOT a = :five", "a[ 0 ] = :s"]
    {
        let values = values().into_iter().filter(|(name, _)| uses(text, name)).collect();
        let condition = Given { values, ..given(text) };
        match delete(&world, condition.deletes("absent")).await {
            Ok(_) => {}
            // The embedded engine does not read all of them. Then the refusal is its own, not ours.
            refused => {
                assert!(world.has_any_table, "{text}: {refused:?}");
                assert_invalid(refused, "INVALID_EXPRESSION", "condition");
            }
        }
    }
}

async fn placeholders_are_all_defined_and_used(world: World) {
    world.put("key", [("a", number(1))]).await;
    let before = world.item("key").await;
    let v = || vec![(":v", number(1))];
    let cases = [
        (given("a = :v"), "condition"),
        (Given { values: v(), ..given("#a = :v") }, "condition"),
        (Given { values: v(), ..given("attribute_exists(a)") }, r#"values[":v"]"#),
        (Given { values: v(), names: vec![("#a", "a")], ..given("a = :v") }, r##"names["#a"]"##),
        (Given { values: v(), ..given("") }, r#"values[":v"]"#),
        (Given { names: vec![("#a", "a")], ..given("") }, r##"names["#a"]"##),
        (Given { values: vec![(":dkv_now", number(0))], ..given("a > :dkv_now") }, r#"values[":dkv_now"]"#),
        (Given { names: vec![("#dkv_ttl", "a")], ..given("attribute_exists(#dkv_ttl)") }, r##"names["#dkv_ttl"]"##),
        (given("a > :dkv_now"), "condition"),
        (Given { values: vec![("v", number(1))], ..given("a = v") }, r#"values["v"]"#),
        (Given { values: vec![(":", number(1))], ..given("a = :") }, r#"values[":"]"#),
        (Given { names: vec![("#a-b", "a")], ..given("attribute_exists(#a-b)") }, r##"names["#a-b"]"##),
        (Given { names: vec![("#a", "")], ..given("attribute_exists(#a)") }, r##"names["#a"]"##),
    ];
    for (condition, field) in cases {
        assert_invalid(put(&world, condition.clone().puts("key")).await, "INVALID_FIELD", field);
        assert_invalid(update(&world, condition.clone().updates("key")).await, "INVALID_FIELD", field);
        assert_invalid(delete(&world, condition.deletes("key")).await, "INVALID_FIELD", field);
    }
    assert_eq!(world.item("key").await, before);

    // A name may be used twice, and in both expressions of an update.
    let update_expression = Some(pb::update_item_request::Update::UpdateExpression("SET #a = #a + :v".into()));
    let request = pb::UpdateItemRequest {
        key: key_of("key"),
        update: update_expression,
        condition: "#a = :v AND #a < :most".into(),
        names: names([("#a", "a")]),
        values: values([(":v", number(1)), (":most", number(5))]),
        ..Default::default()
    };
    assert_eq!(update(&world, request).await.unwrap().outcome(), ItemOutcome::Applied);
    assert_eq!(world.item("key").await.unwrap()["a"], number(2));
}

/// A little less than DynamoDB's limit, because the expiry rule is added: DynamoDB accepts everything that passes.
async fn a_condition_has_its_limits(world: World) {
    let conjunction = |terms: usize| vec!["a<:v"; terms].join(" OR ");
    let long = |bytes: usize| format!("attribute_not_exists({})", "a".repeat(bytes - "attribute_not_exists()".len()));
    let request = |condition: String, uses_value: bool| pb::UpdateItemRequest {
        condition,
        values: if uses_value { values([(":v", number(1))]) } else { values([]) },
        ..update_of("key", [("beside", set(number(1)))])
    };
    let outcome = |answer: pb::UpdateItemResponse| answer.outcome();
    let failed = update(&world, request(conjunction(140), true)).await.map(outcome).unwrap();
    assert_eq!(failed, ItemOutcome::ConditionFailed, "279 operators");
    let refused = update(&world, request(conjunction(141), true)).await;
    assert_invalid(refused, "INVALID_FIELD", "condition");
    let applied = update(&world, request(long(3776), false)).await.map(outcome).unwrap();
    assert_eq!(applied, ItemOutcome::Applied);
    assert_invalid(update(&world, request(long(3777), false)).await, "INVALID_FIELD", "condition");
    let operands = |count: usize| format!("a IN ({})", vec![":v"; count].join(", "));
    let failed = update(&world, request(operands(100), true)).await.map(outcome).unwrap();
    assert_eq!(failed, ItemOutcome::ConditionFailed);
    assert_invalid(update(&world, request(operands(101), true)).await, "INVALID_FIELD", "condition");
}
