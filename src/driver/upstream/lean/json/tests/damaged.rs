//! Answers that are cut, or that have other bytes in them.

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemInputBuilder;
use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::transact_get_items::builders::TransactGetItemsInputBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde::de::IgnoredAny;

use super::super::{Action, lean_answers};
use super::config;
use super::recorded;
use super::sdk::{Sdk, SdkAction};

/// Reads what the SDK reads, or refuses a body for one of the reasons that the module lists.
fn agree<A: SdkAction>(sdk: &Sdk, body: &[u8]) -> Result<(), TestCaseError> {
    let theirs = sdk.reads::<A>(body);
    if let Ok(ours) = A::read(body) {
        // NaN is not equal to itself, and the order of a map is random.
        prop_assert!(Some(&ours) == theirs.as_ref() || body.windows(3).any(|part| part == b"NaN"), "{:?}", body);
        return Ok(());
    }
    let Some(theirs) = theirs else { return Ok(()) };
    let is_valid = serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let has_unknown_type = format!("{theirs:?}").contains("Unknown");
    let has_odd_count = [".", "e", "E", "-0"].iter().any(|odd| String::from_utf8_lossy(body).contains(odd));
    prop_assert!(!is_valid || has_unknown_type || has_odd_count, "{}", String::from_utf8_lossy(body));
    Ok(())
}

fn damage<A: SdkAction>(recorded: &str) {
    let sdk = Sdk::new();
    let recorded = recorded.as_bytes();
    for end in 0..recorded.len() {
        let cut = &recorded[..end];
        assert!(A::read(cut).is_err(), "{}", String::from_utf8_lossy(cut));
        agree::<A>(&sdk, cut).unwrap();
    }
    // Often a byte that has a meaning.
    let byte = prop_oneof![any::<u8>(), proptest::sample::select(b"{}[]:,\"\\ 019.-eNSBLMu".to_vec())];
    let result = TestRunner::new(config(600)).run(&(0..recorded.len(), byte, any::<bool>()), |(at, byte, replace)| {
        let mut body = recorded.to_vec();
        if replace {
            body[at] = byte;
        } else {
            body.insert(at, byte);
        }
        agree::<A>(&sdk, &body)
    });
    result.unwrap();
}

macro_rules! damage {
    ($($test:ident: $action:ty = $recorded:ident;)*) => {$(
        #[test]
        fn $test() {
            damage::<$action>(recorded::$recorded);
        }
    )*};
}

damage! {
    batch_get_item: BatchGetItemInputBuilder = BATCH_GET_ITEM;
    batch_write_item: BatchWriteItemInputBuilder = BATCH_WRITE_ITEM;
    get_item: GetItemInputBuilder = GET_ITEM;
    query: QueryInputBuilder = PAGE;
    transact_get_items: TransactGetItemsInputBuilder = TRANSACT_GET_ITEMS;
    transact_write_items: TransactWriteItemsInputBuilder = TRANSACT_WRITE_ITEMS;
    update_item: UpdateItemInputBuilder = WRITE_ITEM;
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn arbitrary_bytes(body in proptest::collection::vec(any::<u8>(), 0..60)) {
        lean_answers(&body, |_| {});
        agree::<GetItemInputBuilder>(&Sdk::new(), &body)?;
    }

    #[test]
    fn arbitrary_json(body in r#"([{}\[\]:,]|"(Item|Items|Count|Responses|a|S|L|M|B|SS)"|[0-9]|null|true){0,30}"#) {
        lean_answers(body.as_bytes(), |_| {});
    }

    #[test]
    fn arbitrary_items(body in r#"\{"Item":\{("a":\{("(S|N|B)":"(AA==|a|)"|"(L|SS)":\[\]|"M":\{\}|"BOOL":true)\},){0,3}"b":\{"S":"c"\}\}\}"#) {
        lean_answers(body.as_bytes(), |_| {});
        prop_assert!(GetItemInputBuilder::read(body.as_bytes()).is_ok() || body.contains(r#""B":"a""#), "{body}");
    }
}

#[test]
fn an_error_says_where_and_not_what() {
    for (body, expected) in [
        ("", "the answer is unreadable: it ends early at line 1, column 0"),
        ("{\n\"Item\":", "the answer is unreadable: it ends early at line 2, column 7"),
        (r#"{"Item":{"secret":{"S":"secret" x"#, "the answer is unreadable: invalid JSON at line 1, column 33"),
        (r#"{"Item":"secret"}"#, "the answer is unreadable: another type of value than expected at line 1, column 16"),
        (
            r#"{"Item":{"a":{"secret":1}}}"#,
            "the answer is unreadable: another type of value than expected at line 1, column 25",
        ),
    ] {
        let error = GetItemInputBuilder::read(body.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!format!("{error:?}").contains("secret"));
    }
    let error = GetItemInputBuilder::read(b"{\n\"\xff\":1}").unwrap_err();
    assert_eq!(error.to_string(), "the answer is unreadable: invalid UTF-8 at line 2, column 2");
}
