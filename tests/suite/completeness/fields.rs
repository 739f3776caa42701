//! The numbers of fields.

use std::collections::BTreeMap;

use super::text;
use crate::support::rpcs::messages;

/// What the table in the proto file has under another name or not at all.
const ALSO: [(&str, u32); 10] = [
    ("tables", 1),
    ("time_to_live", 1),
    ("operations", 2),
    ("deleted", 9),
    ("exists", 9),
    ("items", 10),
    ("previous", 10),
    ("results", 10),
    ("attributes_lost", 13),
    ("next_page_token", 31),
];

/// Messages that number their fields by themselves.
const APART: [&str; 9] = [
    "AttributeList",
    "AttributeRoles",
    "BinarySet",
    "CreateTableRequest",
    "Expected",
    "NumberSet",
    "StringSet",
    "Table",
    "UpdateActions",
];

/// Released with another number than the table has.
const RELEASED: [(&str, &str, u32); 6] = [
    ("BatchGetResult", "index", 1),
    ("BatchWriteResult", "existed", 12),
    ("DeleteResponse", "existed", 9),
    ("GetItemResponse", "item", 10),
    ("TableIndex", "projection", 5),
    ("TransactGetResult", "entry", 1),
];

/// The table at the top of `types.proto`, by name.
fn table() -> BTreeMap<String, u32> {
    let page = text("proto/dynakv/v1/types.proto");
    let lines = page.lines().skip_while(|line| !line.starts_with("// The same thing has the same field number"));
    let mut table: BTreeMap<_, _> = ALSO.map(|(name, number)| (name.to_owned(), number)).into();
    let mut number = None;
    for word in lines.skip(1).map_while(|line| line.strip_prefix("//")).flat_map(str::split_whitespace) {
        match (word.parse(), number) {
            (Ok(next), _) => number = Some(next),
            (Err(_), Some(number)) => {
                let known = table.insert(word.trim_end_matches(',').to_owned(), number);
                assert_eq!(known, None, "{word} is there twice");
            }
            (Err(_), None) => {}
        }
    }
    assert!(table.len() > 40, "{table:?}");
    table
}

#[test]
fn a_field_has_the_number_of_its_name() {
    let table = table();
    let mut wrong = Vec::new();
    for message in messages().filter(|message| !APART.contains(&message.name())) {
        // Any other part of a message may have fields of its own.
        let is_whole = message.name().ends_with("Request") || message.name().ends_with("Response");
        for field in message.fields() {
            let here = (message.name(), field.name(), field.number());
            match table.get(field.name()) {
                _ if RELEASED.contains(&here) => {}
                Some(number) if *number != field.number() => wrong.push(format!("{here:?} should be {number}")),
                None if is_whole => wrong.push(format!("{here:?} is not there")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "against the table at the top of proto/dynakv/v1/types.proto: {wrong:#?}");
}
