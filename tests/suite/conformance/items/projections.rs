//! Parts of items.

use aws_sdk_dynamodb::types::AttributeValue;
use dynakv_client::pb;

use super::super::on_every_backend;
use super::{assert_invalid, get, item, key_of, names};
use crate::support::{Item, World, number, string};

on_every_backend!(what_is_asked_for_is_shown, ours_stay_out_of_sight, bad_projections_are_refused);

async fn project(world: &World, key: &str, projection: &str) -> Result<Option<Item>, tonic::Status> {
    let aliases = names([("#t", "ttl"), ("#m", "dkv_ttl_ms"), ("#d", "a.b"), ("#s", "size")]);
    let names = aliases.into_iter().filter(|(alias, _)| projection.contains(alias)).collect();
    let request = pb::GetItemRequest { key: key_of(key), projection: projection.into(), names, ..Default::default() };
    get(world, request).await
}

fn list(numbers: impl IntoIterator<Item = i32>) -> AttributeValue {
    AttributeValue::L(numbers.into_iter().map(number).collect())
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) -> AttributeValue {
    AttributeValue::M(item(fields))
}

async fn what_is_asked_for_is_shown(world: World) {
    let nested = || map([("x", number(1)), ("y", list([10, 11, 12])), ("size", string("l"))]);
    world.put("key", [("a", nested()), ("a.b", string("dotted")), ("c", number(3))]).await;
    let cases = [
        ("c", item([("c", number(3))])),
        ("c, pk", item([("c", number(3)), ("pk", string("key"))])),
        ("a.x", item([("a", map([("x", number(1))]))])),
        ("a.y[2], a.y[0]", item([("a", map([("y", list([10, 12]))]))])),
        ("a.#s , #d", item([("a", map([("size", string("l"))])), ("a.b", string("dotted"))])),
        ("absent", item([])),
        ("c.inside", item([])),
    ];
    for (projection, expected) in cases {
        assert_eq!(project(&world, "key", projection).await.unwrap(), Some(expected), "{projection}");
    }
    assert_eq!(project(&world, "none", "c").await.unwrap(), None);
}

/// The attributes that the server reads for the expiry rule are returned only on request.
async fn ours_stay_out_of_sight(world: World) {
    let ttl = world.seconds() + 60;
    world.put("mortal", [("ttl", number(ttl)), ("dkv_ttl_ms", number(5)), ("c", number(3))]).await;
    let cases = [
        ("c", item([("c", number(3))])),
        ("#t", item([("ttl", number(ttl))])),
        ("#m, c", item([("dkv_ttl_ms", number(5)), ("c", number(3))])),
        ("#t.a, c", item([("c", number(3))])),
        ("pk.a", item([])),
    ];
    for (projection, expected) in cases {
        assert_eq!(project(&world, "mortal", projection).await.unwrap(), Some(expected), "{projection}");
    }
    // Another program uses that attribute for something else.
    let document = map([("a", list([10, 11, 12])), ("b", number(1)), ("c", map([("d", number(2))]))]);
    world.put("foreign", [("ttl", document.clone()), ("c", number(3))]).await;
    let cases = [
        ("c", item([("c", number(3))])),
        ("#t", item([("ttl", document)])),
        ("#t.b, c", item([("ttl", map([("b", number(1))])), ("c", number(3))])),
        ("#t.a[0], #t.a[2]", item([("ttl", map([("a", list([10, 12]))]))])),
        ("#t.c.d, #t.e, #t[0]", item([("ttl", map([("c", map([("d", number(2))]))]))])),
    ];
    for (projection, expected) in cases {
        assert_eq!(project(&world, "foreign", projection).await.unwrap(), Some(expected), "{projection}");
    }
}

async fn bad_projections_are_refused(world: World) {
    world.put("key", [("a", number(1))]).await;
    for projection in [" ", ",", "a,", "a b", "a = b", "a.", "a[x]", "(a)", "#undefined", ":v", "a[-1]"] {
        assert_invalid(project(&world, "key", projection).await, "INVALID_FIELD", "projection");
    }
    for projection in ["a, a", "a.b, a", "status"] {
        assert_invalid(project(&world, "key", projection).await, "INVALID_EXPRESSION", "projection");
    }
    for (projection, alias) in [("a", "#t"), ("", "#t")] {
        let names = names([(alias, "ttl")]);
        let request =
            pb::GetItemRequest { key: key_of("key"), projection: projection.into(), names, ..Default::default() };
        assert_invalid(get(&world, request).await, "INVALID_FIELD", r##"names["#t"]"##);
    }
}
