//! Sends updates to the embedded engine and checks what is stored afterwards, not the expression.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ReturnValue, ScalarAttributeType,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Condition, render_item_update};
use crate::driver::store::{Item, Layout, Nonce};
use crate::embedded::{Engine, Location};
use crate::model::{
    Addend, AttributeNames, Change, ItemUpdate, Key, MemberSet, Millis, Path, Placeholders, RequestId, Step,
    UpdateAction, UpdateActions,
};

const TABLE: &str = "items";
const NOW: Millis = 1_700_000_000_000;

fn client(engine: &Engine) -> Client {
    engine.connection().client().clone()
}

async fn table() -> Client {
    let client = client(&Engine::open(&Location::Memory).unwrap());
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let name = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let create = client.create_table().table_name(TABLE).key_schema(key).billing_mode(BillingMode::PayPerRequest);
    create.attribute_definitions(name.build().unwrap()).send().await.unwrap();
    client
}

fn nonce() -> Nonce {
    let id = RequestId::parse_or_new("7e5f2c1a-2b1f-4c9e-8a5d-3f0b6d1c9e21").unwrap();
    Nonce::new(id, TABLE, &Key::try_from("item".to_owned()).unwrap(), "UpdateItem", &[])
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn texts(members: impl IntoIterator<Item = String>) -> AttributeValue {
    AttributeValue::Ss(members.into_iter().collect())
}

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn actions(actions: impl IntoIterator<Item = (&'static str, Change)>) -> ItemUpdate {
    let actions = actions.into_iter().map(|(place, change)| UpdateAction { path: path(place), change });
    ItemUpdate::Actions(UpdateActions::new(actions.collect()).unwrap())
}

/// Stores the item, updates it, and returns what is stored then; `None` if the condition does not hold.
async fn updated(client: &Client, item: Item, update: &ItemUpdate, condition: Option<&Condition>) -> Option<Item> {
    client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    let layout = Layout::new(AttributeNames::default());
    let rendered = render_item_update(&layout, condition, (update, nonce()), NOW).unwrap();
    let answer = client
        .update_item()
        .table_name(TABLE)
        .key("pk", text("item"))
        .set_update_expression(rendered.update)
        .set_condition_expression(rendered.condition)
        .set_expression_attribute_names(Some(rendered.names))
        .set_expression_attribute_values(Some(rendered.values))
        .return_values(ReturnValue::AllNew)
        .send()
        .await;
    match answer {
        Ok(answer) => answer.attributes,
        Err(error) => {
            let error = error.into_service_error();
            assert!(error.is_conditional_check_failed_exception(), "{error:?}");
            None
        }
    }
}

/// The same value with its sets sorted: DynamoDB's sets have no order.
fn ordered(value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::Ss(members) => texts(members.into_iter().collect::<BTreeSet<_>>()),
        AttributeValue::M(fields) => AttributeValue::M(ordered_item(fields)),
        AttributeValue::L(values) => AttributeValue::L(values.into_iter().map(ordered).collect()),
        other => other,
    }
}

fn ordered_item(item: Item) -> Item {
    item.into_iter().map(|(name, value)| (name, ordered(value))).collect()
}

/// The item that the actions should leave. Every value is computed from the item before the update.
fn predicted(before: &Item, actions: &UpdateActions) -> Item {
    let root = AttributeValue::M(before.clone());
    let mut after = root.clone();
    let mut removed = Vec::new();
    for UpdateAction { path, change } in actions.iter() {
        let steps = steps(path);
        let there = inside(&root, &steps).cloned();
        match changed(there, change) {
            Some(value) => put(&mut after, &steps, value),
            None => removed.push(steps),
        }
    }
    // From the end, so that no removal shifts the index of a later one.
    removed.sort_by_key(|steps| steps.iter().map(|step| if let Step::Index(index) = step { *index } else { 0 }).max());
    for steps in removed.into_iter().rev() {
        remove(&mut after, &steps);
    }
    let AttributeValue::M(mut item) = after else { panic!("an item is a map") };
    item.insert("dkv_ver".to_owned(), nonce().to_attribute());
    item
}

/// The value after one change.
fn changed(there: Option<AttributeValue>, change: &Change) -> Option<AttributeValue> {
    let integer = |value: &AttributeValue| value.as_n().unwrap().parse::<i32>().unwrap();
    let list = |value: Option<AttributeValue>| value.map_or_else(Vec::new, |value| value.as_l().unwrap().clone());
    let members = |value: &AttributeValue| value.as_ss().unwrap().iter().cloned().collect::<BTreeSet<_>>();
    match change {
        Change::Set(value) => Some(value.clone()),
        Change::SetIfAbsent(value) => Some(there.unwrap_or_else(|| value.clone())),
        Change::Add(addend) => Some(number(there.as_ref().map_or(0, integer) + integer(&addend.clone().into()))),
        Change::Append(values) => Some(AttributeValue::L([list(there), values.clone()].concat())),
        Change::Prepend(values) => Some(AttributeValue::L([values.clone(), list(there)].concat())),
        Change::Remove => None,
        Change::AddToSet(added) => {
            let before = there.as_ref().map(members).unwrap_or_default();
            Some(texts(&before | &members(&added.clone().into())))
        }
        Change::RemoveFromSet(taken) => {
            let left = &members(&there?) - &members(&taken.clone().into());
            (!left.is_empty()).then(|| texts(left))
        }
    }
}

fn steps(path: &Path) -> Vec<Step> {
    [&[Step::Name(path.attribute().into())], path.steps()].concat()
}

fn inside<'a>(value: &'a AttributeValue, steps: &[Step]) -> Option<&'a AttributeValue> {
    match (value, steps) {
        (value, []) => Some(value),
        (AttributeValue::M(fields), [Step::Name(name), rest @ ..]) => inside(fields.get(&**name)?, rest),
        (AttributeValue::L(values), [Step::Index(index), rest @ ..]) => inside(values.get(*index as usize)?, rest),
        _ => None,
    }
}

fn put(value: &mut AttributeValue, steps: &[Step], new: AttributeValue) {
    match (value, steps) {
        (AttributeValue::M(fields), [Step::Name(name)]) => drop(fields.insert(name.to_string(), new)),
        (AttributeValue::M(fields), [Step::Name(name), rest @ ..]) => put(fields.get_mut(&**name).unwrap(), rest, new),
        (AttributeValue::L(values), [Step::Index(index)]) => match values.get_mut(*index as usize) {
            Some(place) => *place = new,
            None => values.push(new),
        },
        (AttributeValue::L(values), [Step::Index(index), rest @ ..]) => put(&mut values[*index as usize], rest, new),
        (value, steps) => panic!("no {steps:?} in {value:?}"),
    }
}

fn remove(value: &mut AttributeValue, steps: &[Step]) {
    match (value, steps) {
        (AttributeValue::M(fields), [Step::Name(name)]) => drop(fields.remove(&**name)),
        (AttributeValue::M(fields), [Step::Name(name), rest @ ..]) => remove(fields.get_mut(&**name).unwrap(), rest),
        (AttributeValue::L(values), [Step::Index(index)]) => {
            if values.get(*index as usize).is_some() {
                values.remove(*index as usize);
            }
        }
        (AttributeValue::L(values), [Step::Index(index), rest @ ..]) => remove(&mut values[*index as usize], rest),
        (value, steps) => panic!("no {steps:?} in {value:?}"),
    }
}

fn some_texts() -> impl Strategy<Value = AttributeValue> {
    btree_set("[a-d]", 1..4).prop_map(texts)
}

fn some_values() -> impl Strategy<Value = Vec<AttributeValue>> {
    vec(prop_oneof![(-9..9).prop_map(number), "[a-z]{0,3}".prop_map(AttributeValue::S)], 0..4)
}

/// Four optional fields, three of them for actions that need a type. The names are reserved words or need quotes.
fn fields() -> impl Strategy<Value = Item> {
    let count = proptest::option::of((-9..9).prop_map(number));
    let list = proptest::option::of(some_values().prop_map(AttributeValue::L));
    let tags = proptest::option::of(some_texts());
    let other = proptest::option::of("[a-z]{0,3}".prop_map(AttributeValue::S));
    (count, list, tags, other).prop_map(|(count, list, tags, other)| {
        let fields = [("count", count), ("list", list), ("set", tags), ("x.\"y", other)];
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    })
}

fn items() -> impl Strategy<Value = Item> {
    (fields(), fields(), fields(), vec(fields(), 3)).prop_map(|(mut item, mut map, deep, rows)| {
        map.insert("deep".to_owned(), AttributeValue::M(deep));
        item.insert("map".to_owned(), AttributeValue::M(map));
        item.insert("rows".to_owned(), AttributeValue::L(rows.into_iter().map(AttributeValue::M).collect()));
        item.insert("pk".to_owned(), text("item"));
        item
    })
}

fn changes() -> impl Strategy<Value = UpdateAction> {
    let anything = || prop_oneof![some_texts(), some_values().prop_map(AttributeValue::L), (-9..9).prop_map(number)];
    let members = || some_texts().prop_map(|members| MemberSet::try_from(members).unwrap());
    let untyped = move |place: &'static str| {
        let change = prop_oneof![
            anything().prop_map(Change::Set),
            anything().prop_map(Change::SetIfAbsent),
            Just(Change::Remove),
        ];
        change.prop_map(move |change| (place, change))
    };
    let add = (-9..9).prop_map(|addend: i32| Change::Add(Addend::try_from(addend.to_string()).unwrap()));
    let extend = prop_oneof![some_values().prop_map(Change::Append), some_values().prop_map(Change::Prepend)];
    let member = prop_oneof![members().prop_map(Change::AddToSet), members().prop_map(Change::RemoveFromSet)];
    let field = prop_oneof![
        add.prop_map(|change| ("count", change)),
        extend.prop_map(|change| ("list", change)),
        member.prop_map(|change| ("set", change)),
        untyped("count"),
        untyped("list"),
        untyped("set"),
        untyped(r#""x.\"y""#),
        untyped("absent"),
    ];
    let parent = prop_oneof![Just(""), Just("map."), Just("map.deep."), Just("rows[0]."), Just("rows[1].")];
    let in_field = (parent, field)
        .prop_map(|(parent, (name, change))| UpdateAction { path: path(&format!("{parent}{name}")), change });
    let row = prop_oneof![Just("rows[2]"), Just("rows[7]"), Just("map"), Just("map.deep"), Just("rows")]
        .prop_flat_map(untyped)
        .prop_map(|(place, change)| UpdateAction { path: path(place), change });
    prop_oneof![8 => in_field, 1 => row]
}

/// Some changes, except those whose path overlaps with an earlier one.
fn updates() -> impl Strategy<Value = UpdateActions> {
    vec(changes(), 1..12).prop_map(|changes| {
        let mut apart: Vec<UpdateAction> = Vec::new();
        for change in changes {
            if UpdateActions::new([apart.as_slice(), std::slice::from_ref(&change)].concat()).is_ok() {
                apart.push(change);
            }
        }
        UpdateActions::new(apart).unwrap()
    })
}

#[test]
fn actions_store_the_predicted_item() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let client = runtime.block_on(table());
    let run = TestRunner::new(Config::default()).run(&(items(), updates()), |(item, actions)| {
        let expected = predicted(&item, &actions);
        let stored = runtime.block_on(updated(&client, item, &ItemUpdate::Actions(actions), None)).unwrap();
        prop_assert_eq!(ordered_item(stored), ordered_item(expected));
        Ok(())
    });
    run.unwrap();
}

fn placeholders() -> Placeholders {
    let mut placeholders = Placeholders::default();
    placeholders.define_name("#n".to_owned(), "count".to_owned()).unwrap();
    placeholders.define_value(":n".to_owned(), number(1)).unwrap();
    placeholders
}

fn item(count: i32) -> Item {
    HashMap::from([("pk".to_owned(), text("item")), ("count".to_owned(), number(count))])
}

#[tokio::test]
async fn a_written_update_writes_the_version_too() {
    let client = table().await;
    for (expression, count) in [
        ("SET #n = #n + :n", Some(number(2))),
        ("REMOVE #n", None),
        ("ADD #n :n SET beside = :n", Some(number(2))),
        ("remove gone set #n = :n", Some(number(1))),
    ] {
        let update = ItemUpdate::Expression(placeholders().update(expression).unwrap());
        let stored = updated(&client, item(1), &update, None).await.unwrap();
        assert_eq!(stored.get("count"), count.as_ref(), "{expression}");
        assert_eq!(stored.get("dkv_ver"), Some(&nonce().to_attribute()), "{expression}");
    }
}

#[tokio::test]
async fn an_update_needs_the_callers_condition_and_ours() {
    let client = table().await;
    let expired = HashMap::from([("ttl".to_owned(), AttributeValue::N("1600000000".to_owned()))]);
    let remove = actions([("count", Change::Remove)]);
    let add = ItemUpdate::Expression(placeholders().update("ADD #n :n").unwrap());
    for condition in ["#n = :n", "(#n = :n)", "(#n = :n OR #n > :n) AND #n < :n OR #n = :n"] {
        let ours = Condition::Alive.and(Condition::Caller(placeholders().condition(condition).unwrap()));
        for update in [&remove, &add] {
            assert!(updated(&client, item(1), update, Some(&ours)).await.is_some(), "{condition}");
            assert!(updated(&client, item(0), update, Some(&ours)).await.is_none(), "{condition}");
            let item = item(1).into_iter().chain(expired.clone()).collect();
            assert!(updated(&client, item, update, Some(&ours)).await.is_none(), "{condition}");
        }
    }
}

#[test]
fn our_part_of_a_condition_fits_the_reserved_size() {
    use crate::model::{OUR_CONDITION_BYTES, OUR_CONDITION_OPERATORS};
    let theirs = Condition::Caller(placeholders().condition("#n = :n").unwrap());
    let written_by_us = Condition::Equals(crate::driver::store::Role::Version, nonce().to_attribute());
    let ours = Condition::exists().and(theirs).and(Condition::not(written_by_us));
    let layout = Layout::new(AttributeNames::default());
    let rendered = render_item_update(&layout, Some(&ours), (&actions([("a", Change::Remove)]), nonce()), NOW).unwrap();
    let condition = rendered.condition.unwrap();
    assert!(condition.len() - "#n = :n".len() <= OUR_CONDITION_BYTES, "{}", condition.len());
    let operators = [" AND ", " OR ", "NOT ", " = ", " > ", " < ", "attribute_type(", "attribute_exists("];
    let count: usize = operators.iter().map(|operator| condition.matches(operator).count()).sum();
    assert!(count - 1 <= OUR_CONDITION_OPERATORS, "{count}");
}

#[test]
fn names_share_their_aliases_and_a_long_update_is_refused() {
    let layout = Layout::new(AttributeNames::default());
    let render = |update: &ItemUpdate| render_item_update(&layout, None, (update, nonce()), NOW);
    let rendered = render(&actions([("a.a[0]", Change::Remove), (r#"b."a""#, Change::Remove)])).unwrap();
    assert_eq!(rendered.update.as_deref(), Some("SET #dkv_ver = :dkv_nonce REMOVE #0.#0[0], #2.#0"));
    let many = |count: usize| {
        let action = |index| UpdateAction { path: path(&format!("a{index}")), change: Change::Set(number(1)) };
        ItemUpdate::Actions(UpdateActions::new((0..count).map(action).collect()).unwrap())
    };
    assert!(render(&many(300)).is_ok());
    let deep = |index| UpdateAction { path: path(&format!("m{index}.x.y")), change: Change::SetIfAbsent(number(1)) };
    let too_long = ItemUpdate::Actions(UpdateActions::new((0..250).map(deep).collect()).unwrap());
    assert!(render(&too_long).is_err_and(|invalid| invalid.limit == Some("4096 bytes".to_owned())));
}

#[test]
fn an_update_of_the_version_attribute_is_refused() {
    let problem = |update: &ItemUpdate| update.spare("ver", "the server writes").unwrap_err().problem;
    assert_eq!(problem(&actions([("ver", Change::Remove)])), r#"changes "ver", which the server writes"#);
    let mut aliased = Placeholders::default();
    aliased.define_name("#v".to_owned(), "ver".to_owned()).unwrap();
    for expression in ["REMOVE ver", "SET #v = a", "SET a = b, #v = a", "REMOVE a, ver"] {
        problem(&ItemUpdate::Expression(aliased.update(expression).unwrap()));
    }
    let beside = ItemUpdate::Expression(aliased.update("SET a.ver = a, a.#v = b REMOVE ttl").unwrap());
    beside.spare("ver", "the server writes").unwrap();
}
