//! Values that cannot be a key of an index of the table.

use super::*;
use crate::support::binary;

on_every_backend!(
    they_are_refused_before_they_are_sent,
    an_update_that_sets_one_is_refused_too,
    what_fits_is_accepted,
    what_depends_on_the_stored_item_is_not_applicable,
);

/// Attributes with values that do not fit.
fn misfits() -> Vec<(&'static str, AttributeValue)> {
    vec![
        ("status", string("")),
        ("status", number(1)),
        ("status", AttributeValue::Null(true)),
        ("status", AttributeValue::Bool(true)),
        ("status", AttributeValue::L(Vec::new())),
        ("status", AttributeValue::Ss(vec!["a".to_owned()])),
        ("status", string(&"s".repeat(2049))),
        ("at", string("1")),
        ("at", AttributeValue::Null(true)),
        ("blob", binary(&[])),
        ("blob", binary(&[1; 2049])),
        ("blob", string("text")),
        ("tag", string(&"t".repeat(1025))),
        ("rank", string(&"r".repeat(1025))),
        ("rank", string("")),
    ]
}

async fn they_are_refused_before_they_are_sent(world: World) {
    prepare(&world).await;
    for (name, misfit) in misfits() {
        assert_refused(&world, Write::put(name, misfit), "INVALID_FIELD", &format!("item[{name:?}]")).await;
    }
    for action in ["PutItem", "TransactWriteItems"] {
        assert_eq!(world.faults.calls(action), 0, "{action}");
    }
    // Once for the keys, and once to be sure that the index is still there.
    assert_eq!(world.faults.calls("DescribeTable"), 2);
}

async fn an_update_that_sets_one_is_refused_too(world: World) {
    prepare(&world).await;
    for (name, misfit) in misfits() {
        assert_refused(&world, Write::set(name, misfit.clone()), "INVALID_FIELD", "actions.actions[0].set").await;
        let expression = Write::express(&format!("SET other = :v, #{name} = :v"), Some(misfit));
        assert_refused(&world, expression, "INVALID_FIELD", "update_expression").await;
    }
    let remove = || pb::update_action::Kind::Remove(pb::update_action::Remove {});
    for inside in ["status.x", "status[0]", "rank.x"] {
        assert_refused(&world, Write::set(inside, number(1)), "INVALID_FIELD", "actions.actions[0].path").await;
        assert_refused(&world, Write::act(inside, remove()), "INVALID_FIELD", "actions.actions[0].path").await;
    }
    for (inside, new) in [("SET #status.x = :v", Some(number(1))), ("REMOVE #status[0]", None)] {
        assert_refused(&world, Write::express(inside, new), "INVALID_FIELD", "update_expression").await;
    }
    for action in ["UpdateItem", "TransactWriteItems"] {
        assert_eq!(world.faults.calls(action), 0, "{action}");
    }
}

async fn what_fits_is_accepted(world: World) {
    prepare(&world).await;
    for (name, fit) in [
        ("status", string(&"s".repeat(2048))),
        ("at", number(0)),
        ("blob", binary(&[1; 2048])),
        ("tag", string(&"t".repeat(1024))),
        ("rank", string("r")),
        ("other", string("")),
        ("other", AttributeValue::Null(true)),
    ] {
        for write in [Write::put(name, fit.clone()), Write::set(name, fit.clone())] {
            write.clone().send(&world).await.unwrap();
            write.send_in_transaction(&world).await.unwrap();
        }
        Write::express(&format!("SET #{name} = :v"), Some(fit)).send(&world).await.unwrap();
    }
    // Without these attributes, an item is not in the indexes.
    Write::express("REMOVE #status, #rank, #blob", None).send(&world).await.unwrap();
}

async fn what_depends_on_the_stored_item_is_not_applicable(world: World) {
    use pb::update_action::Kind::{AddToSet, Append};
    prepare(&world).await;
    let set = value(AttributeValue::Ss(vec!["a".to_owned()]));
    for write in [
        Write::express("SET #owner = #items", None),
        Write::express("SET #owner = list_append(#items, #items)", None),
        Write::act("owner", AddToSet(set)),
        Write::act("owner", Append(pb::AttributeList { values: Vec::new() })),
    ] {
        let (code, reason, _) = refusal(write.clone().send(&world).await);
        assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "UPDATE_NOT_APPLICABLE"), "{write:?}");
    }
}
