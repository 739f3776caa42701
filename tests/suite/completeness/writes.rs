//! Tests that go through the writes one by one.

use super::{assert_none_missing, snake, text, texts, words};
use crate::support::rpcs::writes;

/// They have no `request_id`.
const WITHOUT_REQUEST_ID: [&str; 3] = ["CreateTable", "EnableTtl", "DeleteTable"];

/// No test there makes the second call. For `TransactWrite` one in `tests/suite/faults/transactions` does; for all of them
/// `tests/suite/faults` tests the attempts after a lost answer.
const NOT_REPEATED: [&str; 8] = [
    "Delete",
    "CompareAndDelete",
    "BatchWrite",
    "TransactWrite",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItems",
];

#[test]
fn each_write_is_repeated_with_its_request_id() {
    let file = "tests/suite/conformance/retries.rs";
    let tests = text(file);
    assert_none_missing(&format!("no call with a request_id in {file}"), |rpc| {
        let call = format!(".{}(", snake(rpc.name()));
        let is_repeated = tests.split(';').any(|part| part.contains(&call) && part.contains(".request_id("));
        let has_exception = WITHOUT_REQUEST_ID.contains(&rpc.name()) || NOT_REPEATED.contains(&rpc.name());
        assert!(!(is_repeated && has_exception), "{} needs no exception", rpc.name());
        !writes(rpc) || is_repeated || has_exception
    });
}

/// `CreateTable` has a test for itself there; of the other two no test exists.
const OF_TABLES: [&str; 3] = ["CreateTable", "EnableTtl", "DeleteTable"];

#[test]
fn each_write_is_tried_without_room() {
    let folder = "tests/suite/server/full_disk";
    let tests = texts(folder, ".rs");
    assert_none_missing(&format!("no call in is_full of {folder}"), |rpc| {
        let call = format!(".{}(", snake(rpc.name()));
        let is_tried = tests.split(';').any(|part| part.contains("is_full(") && part.contains(&call));
        !writes(rpc) || is_tried || OF_TABLES.contains(&rpc.name())
    });
}

/// Writes that replace or delete the whole item, and those of a table.
const OF_THE_WHOLE: [&str; 9] = [
    "Delete",
    "CompareAndDelete",
    "BatchWrite",
    "PutItem",
    "DeleteItem",
    "BatchWriteItems",
    "CreateTable",
    "EnableTtl",
    "DeleteTable",
];

#[test]
fn each_update_meets_a_version_of_somebody_else() {
    let file = "tests/suite/conformance/own_versions.rs";
    let tests = text(file);
    let named = words(&tests);
    assert_none_missing(&format!("no call in {file}"), |rpc| {
        let meets = named.contains(rpc.input().name()) || tests.contains(&format!(".{}(", snake(rpc.name())));
        !writes(rpc) || meets || OF_THE_WHOLE.contains(&rpc.name())
    });
}

/// The version that a write stores is a digest, of the `request_id` and the name of the write among others. Under the same name
/// one write would be taken for another.
#[test]
fn each_write_has_a_name_of_its_own_in_its_nonce() {
    let source = texts("src/driver", ".rs");
    let calls = source.split(".nonce(").skip(1).map(|call| call.split(';').next().unwrap());
    let names: Vec<_> = calls.filter_map(|call| call.split('"').nth(1)).collect();
    assert!(names.len() > 5, "{names:?}");
    let twice: Vec<_> = names.iter().filter(|name| names.iter().filter(|other| other == name).count() > 1).collect();
    assert!(twice.is_empty(), "in more than one call of nonce in src/driver: {twice:?}");
}
