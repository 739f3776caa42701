//! The reader of the compact form reads what the general one reads, or gives up.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::read::{compact, read};
use super::super::write::Json;
use super::any::Any;
use super::{config, recorded};
use crate::driver::store::{AnswerItem, Item};

fn page(body: &str) -> Option<QueryOutput> {
    compact::page(body, &|item: AnswerItem<'_>| item.into_owned()).map(Into::into)
}

fn batch(body: &str) -> Option<BatchGetItemOutput> {
    compact::batch(body, &|item: AnswerItem<'_>| item.into_owned()).map(Into::into)
}

fn written(value: &impl Json) -> String {
    let mut body = Vec::new();
    value.write(&mut body);
    String::from_utf8(body).unwrap()
}

fn general<T: super::super::read::Readable>(body: &str) -> Option<T> {
    read(body.as_bytes()).ok()
}

#[test]
fn what_dynamodb_sends_is_compact() {
    assert_eq!(page(recorded::PAGE), general(recorded::PAGE));
    assert!(page(recorded::PAGE).is_some());
    assert_eq!(batch(recorded::BATCH_GET_ITEM), general(recorded::BATCH_GET_ITEM));
    assert!(batch(recorded::BATCH_GET_ITEM).is_some());
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn items_are_those_of_the_general_reader(items in vec(Item::any(), 0..6), last in Option::<Item>::any()) {
        let (last_key, items) = (last.map_or_else(|| "null".to_owned(), |last| written(&last)), written(&items));
        let of_page = format!(r#"{{"Items":{items},"Count":3,"ScannedCount":3,"LastEvaluatedKey":{last_key}}}"#);
        prop_assert!(page(&of_page).is_some(), "{}", of_page);
        prop_assert_eq!(page(&of_page), general(&of_page));

        let of_batch = format!(r#"{{"Responses":{{"t\u0031":{items}}},"UnprocessedKeys":{{}}}}"#);
        prop_assert!(batch(&of_batch).is_some(), "{}", of_batch);
        prop_assert_eq!(batch(&of_batch), general(&of_batch));
    }

    /// One byte is another, is left out or comes in between.
    #[test]
    fn what_is_damaged_reads_as_in_the_general_reader(
        item in Item::any(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"{}[]:,\"\\ 019.-eNSBLMu\n\x1f".to_vec())],
        damage in 0..3,
    ) {
        let mut body = format!(r#"{{"Items":[{}],"Count":1}}"#, written(&item)).into_bytes();
        let at = at.index(body.len());
        match damage {
            0 => body[at] = byte,
            1 => body.insert(at, byte),
            _ => drop(body.remove(at)),
        }
        if let Ok(body) = str::from_utf8(&body) && let Some(ours) = page(body) {
            prop_assert_eq!(Some(ours), general(body), "{}", body);
        }
    }
}

/// Each place of a string within a word of eight bytes, before each kind of byte that ends the search.
#[test]
fn strings_of_all_lengths() {
    for length in 0..40 {
        let plain = "é~".repeat(length).chars().take(length).collect::<String>();
        for end in ["", "\"", "\\", "\n", "\u{1f}", "\u{7f}", "\u{80}", " ", "\u{10ffff}\""] {
            let text = format!("{plain}{end}");
            let item: Item = HashMap::from([(text.clone(), AttributeValue::S(text))]);
            let body = format!(r#"{{"Items":[{}]}}"#, written(&item));
            assert_eq!(page(&body).unwrap().items.unwrap(), [item], "{body}");
            let raw = format!(r#"{{"Items":[{{"a":{{"S":"{plain}{end}"}}}}]}}"#);
            assert_eq!(page(&raw).is_some(), general::<QueryOutput>(&raw).is_some(), "{raw}");
        }
    }
}

#[test]
fn what_is_not_compact_is_left_to_the_general_reader() {
    for body in [
        "",
        "{",
        "[]",
        "{} ",
        r#"{"Items":null}"#,
        r#"{ "Items":[]}"#,
        r#"{"Items":[ {}]}"#,
        r#"{"Items":[{}],}"#,
        r#"{"Items":[{},]}"#,
        r#"{"Items":[{}]"#,
        r#"{"Items":[{"a":{"S":null}}]}"#,
        r#"{"Items":[{"a":{"S":"b","__type":"c"}}]}"#,
        r#"{"Items":[{"a":{"S":"b","N":"1"}}]}"#,
        r#"{"Items":[{"a":{"New":"b"}}]}"#,
        r#"{"Items":[{"a":{"B":"AA=="}},{"a":{"B":"AA"}}]}"#,
        r#"{"Items":[{"a":{"B":"\u0041A=="}}]}"#,
        r#"{"Items":[{"a":{"S":"\ud83d"}}]}"#,
        r#"{"Items":[{"a":{"S":"\x"}}]}"#,
        r#"{"Items":[{"a":{"S":"\"#,
        r#"{"Items":[{"a":{"BOOL":True}}]}"#,
        r#"{"Items":[{"a":{"L":[null]}}]}"#,
        r#"{"Items":[],"Count":1.0}"#,
        r#"{"Items":[],"Count":null}"#,
        r#"{"Items":[],"Other":1}"#,
    ] {
        assert_eq!(page(body), None, "{body}");
    }
    let deep = |levels: usize| {
        let value = format!("{}{{\"S\":\"\"}}{}", r#"{"L":["#.repeat(levels), "]}".repeat(levels));
        format!(r#"{{"Items":[{{"a":{value}}}]}}"#)
    };
    assert!(page(&deep(32)).is_some());
    assert!(page(&deep(33)).is_none() && page(&deep(100_000)).is_none());
}
