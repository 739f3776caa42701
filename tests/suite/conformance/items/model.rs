//! Random sequences of typed updates: the resulting item, or the error, matches a reference model.
//!
//! What is compared is the stored item. The model knows nothing of expressions: it changes a tree of values.

use std::collections::BTreeSet;
use std::iter;

use aws_sdk_dynamodb::types::AttributeValue;
use dynakv_client::pb;
use dynakv_client::pb::ItemOutcome;
use dynakv_client::pb::update_action::{Kind as Change, Remove};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tonic::Code;

use super::super::on_every_backend;
use super::{attribute, canonical, item, refusal, unversioned, update, update_of, value};
use crate::support::{Item, World, number, string};

on_every_backend!(random_updates_leave_what_the_model_predicts);

/// The number of items, each with several updates.
const ITEMS: usize = 40;

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Name(&'static str),
    At(usize),
}
use Step::{At, Name};

type Place = (&'static str, &'static [Step]);

/// Paths to change, some of them nested, with their texts. Many names are reserved words.
const PLACES: [Place; 20] = [
    ("count", &[Name("count")]),
    ("list", &[Name("list")]),
    ("set", &[Name("set")]),
    (r#""a.b""#, &[Name("a.b")]),
    ("map", &[Name("map")]),
    ("map.count", &[Name("map"), Name("count")]),
    ("map.list", &[Name("map"), Name("list")]),
    ("map.set", &[Name("map"), Name("set")]),
    ("map.map", &[Name("map"), Name("map")]),
    ("map.map.count", &[Name("map"), Name("map"), Name("count")]),
    (r#"map.map."a.b""#, &[Name("map"), Name("map"), Name("a.b")]),
    ("rows", &[Name("rows")]),
    ("rows[0]", &[Name("rows"), At(0)]),
    ("rows[1]", &[Name("rows"), At(1)]),
    ("rows[9]", &[Name("rows"), At(9)]),
    ("rows[0].count", &[Name("rows"), At(0), Name("count")]),
    ("rows[0].set", &[Name("rows"), At(0), Name("set")]),
    ("rows[1].list", &[Name("rows"), At(1), Name("list")]),
    ("rows.name", &[Name("rows"), Name("name")]),
    ("map[0]", &[Name("map"), At(0)]),
];

type Action = (Place, Change);

/// The result of an update.
#[derive(Debug, PartialEq)]
enum Verdict {
    Leaves(Item),
    /// It does not fit the item: UPDATE_NOT_APPLICABLE.
    NotApplicable,
    /// It cannot apply to any item: INVALID_FIELD.
    Overlaps,
}

/// Applies an update to an item: every new value is computed from the old item.
fn predict(before: &Item, actions: &[Action]) -> Verdict {
    let overlap = |(index, ((_, steps), _)): (usize, &Action)| {
        actions[..index].iter().any(|((_, others), _)| collide(steps, others))
    };
    if actions.iter().enumerate().any(overlap) {
        return Verdict::Overlaps;
    }
    let mut root = AttributeValue::M(before.clone());
    let mut planned = Vec::new();
    for ((_, steps), change) in actions {
        match changed(&root, steps, change) {
            Some(new) => planned.push((*steps, new)),
            None => return Verdict::NotApplicable,
        }
    }
    // Elements beyond the end of a list are appended in the order of the indexes. Removed elements go last, from the
    // end, so that the other indexes keep their meaning.
    planned.sort_by_key(|(steps, new)| match (new, steps.last()) {
        (Some(_), Some(At(index))) => *index,
        (None, Some(At(index))) => usize::MAX - index,
        _ => 0,
    });
    for (steps, new) in planned {
        put(&mut root, steps, new);
    }
    match root {
        AttributeValue::M(item) => Verdict::Leaves(item),
        other => panic!("{other:?}"),
    }
}

fn collide(one: &[Step], other: &[Step]) -> bool {
    let parting = one.iter().zip(other).find(|(one, other)| one != other);
    !matches!(parting, Some((Name(_), Name(_)) | (At(_), At(_))))
}

/// The new value, possibly none; `None` if the change does not apply.
#[expect(clippy::option_option, reason = "refused, or done; and then there is a value, or none")]
fn changed(root: &AttributeValue, steps: &[Step], change: &Change) -> Option<Option<AttributeValue>> {
    let (last, way) = steps.split_last().unwrap();
    let parent = way.iter().try_fold(root, |value, step| inside(value, *step))?;
    let fits = match last {
        Name(_) => parent.is_m(),
        At(_) => parent.is_l(),
    };
    if !fits {
        return None;
    }
    let there = inside(parent, *last).cloned();
    match change {
        Change::Set(new) => Some(Some(attribute(new.clone()))),
        Change::SetIfAbsent(new) => Some(Some(there.unwrap_or_else(|| attribute(new.clone())))),
        Change::Add(addend) => {
            let before = there.map_or(Some(0), |there| integer(&there))?;
            Some(Some(number(before + addend.parse::<i64>().unwrap())))
        }
        Change::Append(values) => Some(Some(AttributeValue::L([list(there)?, given(values)].concat()))),
        Change::Prepend(values) => Some(Some(AttributeValue::L([given(values), list(there)?].concat()))),
        Change::Remove(Remove {}) => Some(None),
        Change::AddToSet(members) => {
            let before = there.map_or(Some(BTreeSet::new()), |there| texts(&there))?;
            Some(as_set(&before | &texts(&attribute(members.clone())).unwrap()))
        }
        Change::RemoveFromSet(members) => match there {
            None => Some(None),
            Some(there) => Some(as_set(&texts(&there)? - &texts(&attribute(members.clone())).unwrap())),
        },
    }
}

fn inside(value: &AttributeValue, step: Step) -> Option<&AttributeValue> {
    match (value, step) {
        (AttributeValue::M(fields), Name(name)) => fields.get(name),
        (AttributeValue::L(values), At(index)) => values.get(index),
        _ => None,
    }
}

fn put(value: &mut AttributeValue, steps: &[Step], new: Option<AttributeValue>) {
    let (step, rest) = steps.split_first().unwrap();
    match (value, step) {
        (AttributeValue::M(fields), Name(name)) if rest.is_empty() => {
            fields.remove(*name);
            fields.extend(new.map(|new| ((*name).to_owned(), new)));
        }
        (AttributeValue::M(fields), Name(name)) => put(fields.get_mut(*name).unwrap(), rest, new),
        (AttributeValue::L(values), At(index)) if rest.is_empty() => match (values.get_mut(*index), new) {
            (Some(place), Some(new)) => *place = new,
            (Some(_), None) => drop(values.remove(*index)),
            (None, Some(new)) => values.push(new),
            (None, None) => {}
        },
        (AttributeValue::L(values), At(index)) => put(&mut values[*index], rest, new),
        (value, step) => panic!("no {step:?} in {value:?}"),
    }
}

fn integer(value: &AttributeValue) -> Option<i64> {
    value.as_n().ok()?.parse().ok()
}

/// The elements of a list; empty if there is none.
fn list(value: Option<AttributeValue>) -> Option<Vec<AttributeValue>> {
    value.map_or(Some(Vec::new()), |value| value.as_l().ok().cloned())
}

fn given(values: &pb::AttributeList) -> Vec<AttributeValue> {
    values.values.iter().cloned().map(attribute).collect()
}

fn texts(value: &AttributeValue) -> Option<BTreeSet<String>> {
    value.as_ss().ok().map(|members| members.iter().cloned().collect())
}

/// A set without members does not exist.
fn as_set(members: BTreeSet<String>) -> Option<AttributeValue> {
    (!members.is_empty()).then(|| AttributeValue::Ss(members.into_iter().collect()))
}

fn any_set() -> impl Strategy<Value = AttributeValue> {
    btree_set("[a-d]", 1..4).prop_map(|members| AttributeValue::Ss(members.into_iter().collect()))
}

fn any_number() -> impl Strategy<Value = AttributeValue> {
    (-9..9).prop_map(number)
}

fn any_list() -> impl Strategy<Value = AttributeValue> {
    vec(prop_oneof![any_number(), "[a-z]{0,3}".prop_map(|text| string(&text))], 0..4).prop_map(AttributeValue::L)
}

fn any_map() -> impl Strategy<Value = AttributeValue> {
    (any_number(), any_set(), any_list()).prop_map(|(count, set, list)| {
        let map = AttributeValue::M(item([("count", count.clone())]));
        AttributeValue::M(item([("count", count), ("set", set), ("list", list), ("map", map)]))
    })
}

fn any_rows() -> impl Strategy<Value = AttributeValue> {
    vec(any_map(), 0..3).prop_map(AttributeValue::L)
}

fn any_change() -> impl Strategy<Value = Change> {
    let values = || {
        any_list()
            .prop_map(|list| pb::AttributeList { values: list.as_l().unwrap().iter().cloned().map(value).collect() })
    };
    let anything = || prop_oneof![any_set(), any_number(), any_list(), any_map(), any_rows()].prop_map(value);
    prop_oneof![
        4 => anything().prop_map(Change::Set),
        2 => anything().prop_map(Change::SetIfAbsent),
        2 => (-9..9).prop_map(|addend: i32| Change::Add(addend.to_string())),
        1 => values().prop_map(Change::Append),
        1 => values().prop_map(Change::Prepend),
        2 => Just(Change::Remove(Remove {})),
        1 => any_set().prop_map(|members| Change::AddToSet(value(members))),
        1 => any_set().prop_map(|members| Change::RemoveFromSet(value(members))),
    ]
}

/// A path with a change that usually suits the type implied by its name.
fn any_action() -> impl Strategy<Value = Action> {
    let suited = |names: &'static [usize], change: BoxedStrategy<Change>| {
        (prop::sample::select(names), change).prop_map(|(index, change)| (PLACES[index], change))
    };
    let set_to = |strategy: BoxedStrategy<AttributeValue>| strategy.prop_map(|new| Change::Set(value(new))).boxed();
    let add = (-9..9).prop_map(|addend: i32| Change::Add(addend.to_string())).boxed();
    let extend = any_list()
        .prop_map(|list| {
            Change::Append(pb::AttributeList { values: list.as_l().unwrap().iter().cloned().map(value).collect() })
        })
        .boxed();
    let member = prop_oneof![
        any_set().prop_map(|members| Change::AddToSet(value(members))),
        any_set().prop_map(|members| Change::RemoveFromSet(value(members))),
    ]
    .boxed();
    prop_oneof![
        2 => (prop::sample::select(&PLACES[..]), any_change()),
        3 => suited(&[0, 5, 9, 15], add),
        3 => suited(&[1, 6, 17], extend),
        3 => suited(&[2, 7, 16], member),
        3 => suited(&[4, 8, 12, 13, 14], set_to(any_map().boxed())),
        2 => suited(&[11], set_to(any_rows().boxed())),
    ]
}

async fn random_updates_leave_what_the_model_predicts(world: World) {
    let mut runner = TestRunner::deterministic();
    let documents = (any_map(), vec(any_map(), 1..3).prop_map(AttributeValue::L))
        .prop_map(|(map, rows)| vec![(PLACES[4], Change::Set(value(map))), (PLACES[11], Change::Set(value(rows)))]);
    // Most items start with something to change.
    let sequences = (prop_oneof![3 => documents, 1 => vec(any_action(), 1..4)], vec(vec(any_action(), 1..4), 1..12));
    let (mut applied, mut refused) = (0, 0);
    for index in 0..ITEMS {
        let key = format!("item-{index}");
        let mut before: Option<Item> = None;
        let (first, rest) = sequences.new_tree(&mut runner).unwrap().current();
        for actions in iter::once(first).chain(rest) {
            let absent = item([("pk", string(&key))]);
            let verdict = predict(before.as_ref().unwrap_or(&absent), &actions);
            let case = format!("{actions:?} on {before:?}: {verdict:?}");
            let request = update_of(&key, actions.into_iter().map(|((path, _), change)| (path, change)));
            let answer = update(&world, request).await;
            match verdict {
                Verdict::Leaves(after) => {
                    applied += 1;
                    assert_eq!(answer.map(|answer| answer.outcome()).unwrap(), ItemOutcome::Applied, "{case}");
                    before = Some(after);
                }
                Verdict::NotApplicable => {
                    refused += 1;
                    let (code, reason, _) = refusal(answer);
                    assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "UPDATE_NOT_APPLICABLE"), "{case}");
                }
                Verdict::Overlaps => {
                    refused += 1;
                    let (code, reason, _) = refusal(answer);
                    assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"), "{case}");
                }
            }
            let stored = world.item(&key).await.map(|item| canonical(unversioned(item)));
            assert_eq!(stored, before.clone().map(canonical), "{case}");
        }
    }
    assert!(applied > ITEMS && refused > ITEMS, "{applied} updates happened, {refused} were refused");
}
