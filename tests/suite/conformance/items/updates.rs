//! Updates: typed actions and expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynakv_client::pb;
use dynakv_client::pb::ItemOutcome;
use dynakv_client::pb::update_action::{Kind as Change, Remove};
use tonic::Code;

use super::super::on_every_backend;
use super::{
    assert_invalid, canonical, item, key_of, names, raw_update_of, refusal, set, unversioned, update, update_of, value,
    values,
};
use crate::support::{Item, World, number, string};

on_every_backend!(
    each_action_does_what_it_says,
    paths_lead_anywhere,
    overlapping_paths_are_refused,
    bad_actions_are_refused,
    expressions_of_dynamodb_work,
    bad_expressions_are_refused,
    what_does_not_fit_the_stored_item_is_refused,
    the_builder_of_the_grove_documentation,
    as_many_additions_as_actions_are_allowed,
);

fn list(values: impl IntoIterator<Item = AttributeValue>) -> AttributeValue {
    AttributeValue::L(values.into_iter().collect())
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) -> AttributeValue {
    AttributeValue::M(item(fields))
}

fn texts<const N: usize>(members: [&str; N]) -> AttributeValue {
    AttributeValue::Ss(members.map(str::to_owned).into())
}

fn elements<const N: usize>(numbers: [i32; N]) -> pb::AttributeList {
    pb::AttributeList { values: numbers.map(|each| value(number(each))).into() }
}

fn remove() -> Change {
    Change::Remove(Remove {})
}

async fn each_action_does_what_it_says(world: World) {
    let cases: Vec<(Change, Option<AttributeValue>, Option<AttributeValue>)> = vec![
        (set(string("new")), None, Some(string("new"))),
        (set(string("new")), Some(number(1)), Some(string("new"))),
        (Change::SetIfAbsent(value(string("new"))), None, Some(string("new"))),
        (Change::SetIfAbsent(value(string("new"))), Some(number(1)), Some(number(1))),
        (Change::Add("-2.5".into()), None, Some(number("-2.5"))),
        (Change::Add("-2.5".into()), Some(number(1)), Some(number("-1.5"))),
        (Change::Append(elements([2, 3])), None, Some(list([number(2), number(3)]))),
        (Change::Append(elements([2])), Some(list([number(1)])), Some(list([number(1), number(2)]))),
        (Change::Prepend(elements([2, 3])), None, Some(list([number(2), number(3)]))),
        (Change::Prepend(elements([2])), Some(list([number(1)])), Some(list([number(2), number(1)]))),
        (Change::Append(elements([])), None, Some(list([]))),
        (remove(), Some(number(1)), None),
        (remove(), None, None),
        (Change::AddToSet(value(texts(["b", "c"]))), None, Some(texts(["b", "c"]))),
        (Change::AddToSet(value(texts(["b", "c"]))), Some(texts(["a", "b"])), Some(texts(["a", "b", "c"]))),
        (Change::RemoveFromSet(value(texts(["b", "c"]))), Some(texts(["a", "b"])), Some(texts(["a"]))),
        (Change::RemoveFromSet(value(texts(["a", "b"]))), Some(texts(["a", "b"])), None),
        (Change::RemoveFromSet(value(texts(["a"]))), None, None),
        (
            Change::RemoveFromSet(value(AttributeValue::Ns(vec!["2.0".into(), "3".into()]))),
            Some(AttributeValue::Ns(vec!["1".into(), "2".into()])),
            Some(AttributeValue::Ns(vec!["1".into()])),
        ),
        (
            Change::AddToSet(value(AttributeValue::Ns(vec!["2.0".into(), "3".into()]))),
            Some(AttributeValue::Ns(vec!["1".into(), "2".into()])),
            Some(AttributeValue::Ns(vec!["1".into(), "2".into(), "3".into()])),
        ),
    ];
    for (change, before, after) in cases {
        // At the top and inside a document; `size`, `values` and `list` are reserved words.
        let holding = |field: &Option<AttributeValue>| {
            let inner = map(field.clone().map(|field| ("values", field)));
            item([("pk", string("key")), ("list", list([inner]))])
                .into_iter()
                .chain(field.clone().map(|field| ("size".to_owned(), field)))
                .collect::<Item>()
        };
        world.put_item(holding(&before)).await;
        let actions = [("size", change.clone()), ("list[0].values", change.clone())];
        let answer = update(&world, update_of("key", actions)).await;
        let outcome = answer.map(|answer| answer.outcome());
        assert_eq!(outcome.ok(), Some(ItemOutcome::Applied), "{change:?} on {before:?}");
        let stored = canonical(unversioned(world.item("key").await.unwrap()));
        assert_eq!(stored, canonical(holding(&after)), "{change:?} on {before:?}");
    }
}

async fn paths_lead_anywhere(world: World) {
    let inner = map([("a.b", number(1)), (r#"q"\"#, number(2)), ("é [0]", number(3)), ("#dkv_p0", number(4))]);
    world.put("key", [("x.y", inner), ("rows", list([list([number(1), number(2)])])), ("status", string("s"))]).await;
    let actions = [
        (r#""x.y"."a.b""#, set(number(10))),
        (r#""x.y"."q\"\\""#, set(number(20))),
        (r#""x.y"."é [0]""#, set(number(30))),
        (r#""x.y".#dkv_p0"#, set(number(40))),
        ("rows[0][1]", set(number(50))),
        ("rows[7]", set(string("at the end"))),
        ("status", remove()),
        ("items", set(string("a reserved word"))),
    ];
    update(&world, update_of("key", actions)).await.unwrap();
    let inner = map([("a.b", number(10)), (r#"q"\"#, number(20)), ("é [0]", number(30)), ("#dkv_p0", number(40))]);
    let expected = item([
        ("pk", string("key")),
        ("x.y", inner),
        ("rows", list([list([number(1), number(50)]), string("at the end")])),
        ("items", string("a reserved word")),
    ]);
    assert_eq!(unversioned(world.item("key").await.unwrap()), expected);
}

async fn overlapping_paths_are_refused(world: World) {
    world.put("key", [("a", map([("b", list([number(1)]))]))]).await;
    let before = world.item("key").await;
    for (one, other) in
        [("a", "a"), ("a", "a.b"), ("a.b[0]", "a.b"), ("a.b", r#"a."b""#), ("a.b", "a[0]"), ("a.b[0].c", "a.b[0]")]
    {
        let refused = update(&world, update_of("key", [(one, set(number(1))), (other, remove())])).await;
        let (code, reason, field) = refusal(refused);
        assert_eq!(
            (code, reason.as_str(), field.as_str()),
            (Code::InvalidArgument, "INVALID_FIELD", "actions.actions")
        );
    }
    assert_eq!(world.item("key").await, before);
}

async fn bad_actions_are_refused(world: World) {
    let no_kind = |path: &str| {
        let actions = vec![pb::UpdateAction { path: path.to_owned(), kind: None }];
        let update = Some(pb::update_item_request::Update::Actions(pb::UpdateActions { actions }));
        pb::UpdateItemRequest { key: key_of("key"), update, ..Default::default() }
    };
    let cases = [
        (no_kind("a"), "actions.actions[0]"),
        (update_of("key", [("", remove())]), "actions.actions[0].path"),
        (update_of("key", [("a.", remove())]), "actions.actions[0].path"),
        (update_of("key", [("a[x]", remove())]), "actions.actions[0].path"),
        (update_of("key", [(r#""a"#, remove())]), "actions.actions[0].path"),
        (update_of("key", [("a", Change::Add("one".into()))]), "actions.actions[0].add"),
        (update_of("key", [("a", Change::AddToSet(value(string("s"))))]), "actions.actions[0].add_to_set"),
        (update_of("key", [("a", Change::RemoveFromSet(value(list([]))))]), "actions.actions[0].remove_from_set"),
        (update_of("key", [("a", Change::Set(pb::Value { kind: None }))]), "actions.actions[0].set"),
    ];
    for (request, field) in cases {
        assert_invalid(update(&world, request).await, "INVALID_FIELD", field);
    }
    let many = |count: usize| {
        let paths: Vec<String> = (0..count).map(|index| format!("a{index}")).collect();
        update_of("key", paths.iter().map(|path| (path.as_str(), set(number(1)))))
    };
    assert_invalid(update(&world, many(301)).await, "INVALID_FIELD", "actions.actions");
    assert_eq!(world.item("key").await, None);
    assert_eq!(update(&world, many(250)).await.unwrap().outcome(), ItemOutcome::Applied);
}

async fn expressions_of_dynamodb_work(world: World) {
    let before =
        || [("price", number(10)), ("qty", number(3)), ("tags", texts(["a", "b"])), ("entries", list([number(1)]))];
    let request = pb::UpdateItemRequest {
        names: names([("#c", "count"), ("#ttl", "ttl")]),
        values: values([
            (":one", number(1)),
            (":zero", number(0)),
            (":row", list([number(2)])),
            (":gone", texts(["b"])),
            (":later", number(4_000_000_000_i64)),
        ]),
        ..raw_update_of(
            "key",
            "SET left_over = price - qty, #c = if_not_exists(#c, :zero) + :one, entries = list_append(:row, entries), \
             #ttl = :later REMOVE price ADD qty :one DELETE tags :gone",
        )
    };
    world.put("key", before()).await;
    let answer = update(&world, request).await.unwrap();
    let stored = world.item("key").await.unwrap();
    assert_eq!(stored["dkv_ver"], number(answer.version()));
    let expected = item([
        ("pk", string("key")),
        ("left_over", number(7)),
        ("count", number(1)),
        ("entries", list([number(2), number(1)])),
        ("qty", number(4)),
        ("tags", texts(["a"])),
        ("ttl", number(4_000_000_000_i64)),
    ]);
    assert_eq!(canonical(unversioned(stored)), canonical(expected));
}

async fn bad_expressions_are_refused(world: World) {
    world.put("key", [("a", number(1))]).await;
    let before = world.item("key").await;
    let with = |text: &str, names: HashMap<String, String>| pb::UpdateItemRequest {
        names,
        values: if text.contains(":v") { values([(":v", number(1))]) } else { values([]) },
        ..raw_update_of("key", text)
    };
    let cases = [
        ("", "INVALID_FIELD", "update_expression"),
        ("a = :v", "INVALID_FIELD", "update_expression"),
        ("SET", "INVALID_FIELD", "update_expression"),
        ("SET a = :v SET b = :v", "INVALID_FIELD", "update_expression"),
        ("SET a = :undefined", "INVALID_FIELD", "update_expression"),
        ("SET a = (:v", "INVALID_FIELD", "update_expression"),
        ("SET dkv_ver = :v", "INVALID_FIELD", "update_expression"),
        ("SET pk = :v", "INVALID_FIELD", "update_expression"),
        ("ADD dkv_ver :v", "INVALID_FIELD", "update_expression"),
        ("REMOVE a, pk", "INVALID_FIELD", "update_expression"),
        ("SET a = = :v", "INVALID_FIELD", "update_expression"),
        ("SET a :v", "INVALID_FIELD", "update_expression"),
        ("SET status = :v", "INVALID_EXPRESSION", "update_expression"),
        ("SET a = :v REMOVE a", "INVALID_EXPRESSION", "update_expression"),
        ("SET a.b = :v, a = :v", "INVALID_EXPRESSION", "update_expression"),
        ("SET a = no_function(a, :v)", "INVALID_FIELD", "update_expression"),
        ("SET a = LIST_APPEND(a, :v)", "INVALID_FIELD", "update_expression"),
        ("SET a = list_append(a, :v)", "INVALID_FIELD", "update_expression"),
        ("SET a = if_not_exists(:v, a)", "INVALID_FIELD", "update_expression"),
        ("DELETE a :v", "INVALID_FIELD", "update_expression"),
    ];
    for (text, reason, field) in cases {
        assert_invalid(update(&world, with(text, names([]))).await, reason, field);
    }
    for text in ["SET #n = :v", "REMOVE #n", "SET a = :v, #n.b = :v"] {
        for own in ["dkv_ver", "pk"] {
            let refused = update(&world, with(text, names([("#n", own)]))).await;
            assert_invalid(refused, "INVALID_FIELD", "update_expression");
        }
    }
    // DynamoDB's message tells which of the two it is.
    let condition = pb::UpdateItemRequest { condition: "old = :v".into(), ..with("SET b = :v", names([])) };
    assert_invalid(update(&world, condition).await, "INVALID_EXPRESSION", "condition");
    let both = pb::UpdateItemRequest { condition: "a = :v".into(), ..with("SET status = :v", names([])) };
    assert_invalid(update(&world, both).await, "INVALID_EXPRESSION", "update_expression");
    assert_eq!(world.item("key").await, before);
}

async fn what_does_not_fit_the_stored_item_is_refused(world: World) {
    world.put("key", [("text", string("t")), ("rows", list([])), ("tags", texts(["a"]))]).await;
    let before = world.item("key").await;
    let not_a_set = |change: fn(pb::Value) -> Change| change(value(AttributeValue::Ns(vec!["1".into()])));
    let typed = [
        ("text", Change::Add("1".into())),
        ("text", Change::Append(elements([1]))),
        ("text", Change::Prepend(elements([1]))),
        ("tags", not_a_set(Change::AddToSet)),
        ("tags", not_a_set(Change::RemoveFromSet)),
        ("absent.inside", set(number(1))),
        ("text.inside", set(number(1))),
        ("rows.inside", set(number(1))),
        ("text[0]", set(number(1))),
        ("absent[0]", Change::SetIfAbsent(value(number(1)))),
        ("absent.inside", Change::Add("1".into())),
        ("absent.inside", remove()),
    ];
    for (path, change) in typed {
        let (code, reason, _) = refusal(update(&world, update_of("key", [(path, change.clone())])).await);
        let expected = (Code::FailedPrecondition, "UPDATE_NOT_APPLICABLE");
        assert_eq!((code, reason.as_str()), expected, "{path} {change:?}");
    }
    for text in ["SET a = nowhere", "SET a = text + :one", "SET a = nowhere + :one", "ADD text :one"] {
        let uses = text.contains(":one");
        let defined = if uses { values([(":one", number(1))]) } else { values([]) };
        let request = pb::UpdateItemRequest { values: defined, ..raw_update_of("key", &text.replace("text", "#t")) };
        let uses_name = text.contains("text");
        let names = if uses_name { names([("#t", "text")]) } else { names([]) };
        let (code, reason, _) = refusal(update(&world, pb::UpdateItemRequest { names, ..request }).await);
        assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "UPDATE_NOT_APPLICABLE"), "{text}");
    }
    assert_eq!(world.item("key").await, before);
}

/// `SET name`, `ADD counter`, `REMOVE field`, under a condition: with typed actions and as an expression.
async fn the_builder_of_the_grove_documentation(world: World) {
    let before = || {
        [
            ("name", string("Ann")),
            ("login_count", number(4)),
            ("temp_token", string("t")),
            ("active", AttributeValue::Bool(true)),
        ]
    };
    let actions = [("name", set(string("Anna"))), ("login_count", Change::Add("1".into())), ("temp_token", remove())];
    let condition = "#active = :active";
    let typed = pb::UpdateItemRequest {
        condition: condition.into(),
        names: names([("#active", "active")]),
        values: values([(":active", AttributeValue::Bool(true))]),
        ..update_of("user#1", actions)
    };
    let raw = pb::UpdateItemRequest {
        condition: condition.into(),
        names: names([("#active", "active"), ("#name", "name")]),
        values: values([(":active", AttributeValue::Bool(true)), (":name", string("Anna")), (":one", number(1))]),
        ..raw_update_of("user#1", "SET #name = :name ADD login_count :one REMOVE temp_token")
    };
    for request in [typed, raw] {
        world.put("user#1", before()).await;
        assert_eq!(update(&world, request.clone()).await.unwrap().outcome(), ItemOutcome::Applied);
        let expected = item([
            ("pk", string("user#1")),
            ("name", string("Anna")),
            ("login_count", number(5)),
            ("active", AttributeValue::Bool(true)),
        ]);
        assert_eq!(unversioned(world.item("user#1").await.unwrap()), expected);
        world.put("user#1", [("active", AttributeValue::Bool(false))]).await;
        let inactive = world.item("user#1").await;
        assert_eq!(update(&world, request).await.unwrap().outcome(), ItemOutcome::ConditionFailed);
        assert_eq!(world.item("user#1").await, inactive);
    }
}

async fn as_many_additions_as_actions_are_allowed(world: World) {
    world.put("key", []).await;
    for count in [70, 300] {
        let names: Vec<String> = (0..count).map(|index| format!("counter_{index}")).collect();
        let actions = names.iter().map(|name| (name.as_str(), Change::Add("1".into())));
        let answer = update(&world, update_of("key", actions)).await.unwrap();
        assert_eq!(answer.outcome(), ItemOutcome::Applied);
    }
    let item = world.item("key").await.unwrap();
    assert_eq!((&item["counter_0"], &item["counter_299"]), (&number(2), &number(1)));
    // A path into a map has no ADD.
    world.put("nested", [("m", map([("a", number(1))]))]).await;
    let names: Vec<String> = (0..70).map(|index| format!("m.c{index}")).collect();
    let actions = names.iter().map(|name| (name.as_str(), Change::Add("1".into())));
    assert_eq!(update(&world, update_of("nested", actions)).await.unwrap().outcome(), ItemOutcome::Applied);
}
