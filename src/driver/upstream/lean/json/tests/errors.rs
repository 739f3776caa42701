//! What the SDK finds in the body of an error is found in it here.

use std::cell::Cell;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::types::{CancellationReason, ThrottlingReason};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::super::{error_code, read_error};
use super::config;
use super::sdk::Sdk;
use super::{recorded, shapes};
use crate::driver::store::Item;

/// The details that the SDK gives with the code of an error.
#[derive(Debug, PartialEq, Default)]
struct Details {
    item: Option<Item>,
    reasons: Vec<CancellationReason>,
    throttling: Vec<String>,
}

fn of_put(error: PutItemError) -> Option<Details> {
    let details = match error {
        PutItemError::ConditionalCheckFailedException(error) => Details { item: error.item, ..Details::default() },
        PutItemError::ProvisionedThroughputExceededException(error) => throttled(error.throttling_reasons),
        PutItemError::RequestLimitExceeded(error) => throttled(error.throttling_reasons),
        PutItemError::ThrottlingException(error) => throttled(error.throttling_reasons),
        _ => return None,
    };
    Some(details)
}

fn of_transaction(error: TransactWriteItemsError) -> Option<Details> {
    let TransactWriteItemsError::TransactionCanceledException(error) = error else { return None };
    Some(Details { reasons: error.cancellation_reasons.unwrap_or_default(), ..Details::default() })
}

fn throttled(reasons: Option<Vec<ThrottlingReason>>) -> Details {
    let throttling = reasons.unwrap_or_default().into_iter().filter_map(|reason| reason.reason).collect();
    Details { throttling, ..Details::default() }
}

/// How the SDK reads the details depends on the code: what it does not look at there is left out of the comparison.
fn agree<E: ProvideErrorMetadata + std::error::Error + 'static>(
    body: &str,
    error: SdkError<E>,
    details: fn(E) -> Option<Details>,
) -> Result<bool, TestCaseError> {
    let ours = read_error(body.as_bytes());
    prop_assert_eq!(ours.code.as_deref(), error.code(), "{}", body);
    if error.code().is_some() {
        // Without a code, the SDK drops the message.
        prop_assert_eq!(ours.message.as_deref(), error.message(), "{}", body);
    }
    let SdkError::ServiceError(context) = error else { return Ok(false) };
    let Some(theirs) = details(context.into_err()) else { return Ok(false) };
    let item = ours.item.filter(|_| ours.code.as_deref() == Some("ConditionalCheckFailedException"));
    let reasons = if ours.code.as_deref() == Some("TransactionCanceledException") { ours.reasons } else { Vec::new() };
    let list = match ours.code.as_deref() {
        Some("ProvisionedThroughputExceededException" | "RequestLimitExceeded") => "\"ThrottlingReasons\"",
        Some("ThrottlingException") => "\"throttlingReasons\"",
        _ => "no list",
    };
    let throttling = if body.contains(list) { ours.throttling } else { Vec::new() };
    prop_assert_eq!(Details { item, reasons, throttling }, theirs, "{}", body);
    Ok(true)
}

#[test]
fn recorded_errors() {
    let sdk = Sdk::new();
    for body in [recorded::CONDITION_FAILED, recorded::THROTTLED, recorded::THROTTLED_BY_CONTROL_PLANE] {
        let error = sdk.refuses::<PutItemInputBuilder>(body.as_bytes());
        assert!(agree(body, error, of_put).unwrap(), "{body}");
    }
    let error = sdk.refuses::<TransactWriteItemsInputBuilder>(recorded::CANCELLED.as_bytes());
    assert!(agree(recorded::CANCELLED, error, of_transaction).unwrap());
}

#[test]
fn what_recorded_errors_say() {
    let failed = read_error(recorded::CONDITION_FAILED.as_bytes());
    assert_eq!(failed.code.as_deref(), Some("ConditionalCheckFailedException"));
    assert_eq!(failed.message.as_deref(), Some("The conditional request failed"));
    assert_eq!(failed.item.unwrap()["k"].as_s().unwrap(), "v");
    let cancelled = read_error(recorded::CANCELLED.as_bytes());
    let codes: Vec<_> = cancelled.reasons.iter().map(CancellationReason::code).collect();
    assert_eq!(codes, [Some("ConditionalCheckFailed"), Some("None")]);
    let throttled = read_error(recorded::THROTTLED.as_bytes());
    assert_eq!(throttled.throttling, ["TableReadProvisionedThroughputExceeded"]);
    assert_eq!(read_error(recorded::THROTTLED_BY_CONTROL_PLANE.as_bytes()).throttling, ["r"]);
}

/// With both spellings of the list of reasons, the SDK reads the one that belongs to the code. DynamoDB sends one.
#[test]
fn random_errors() {
    let sdk = Sdk::new();
    let mut runner = TestRunner::new(config(400));
    let compared = Cell::new(0);
    let result = runner.run(&shapes::error(), |body| {
        let body = body.to_string();
        let lists = ["\"ThrottlingReasons\"", "\"throttlingReasons\""].map(|list| body.contains(list));
        prop_assume!(lists != [true, true]);
        let put = agree(&body, sdk.refuses::<PutItemInputBuilder>(body.as_bytes()), of_put)?;
        let transaction = agree(&body, sdk.refuses::<TransactWriteItemsInputBuilder>(body.as_bytes()), of_transaction)?;
        compared.set(compared.get() + usize::from(put || transaction));
        Ok(())
    });
    result.unwrap();
    assert!(compared.get() > 50, "{} of 400 errors have details", compared.get());
}

#[test]
fn bodies_that_say_nothing() {
    let cut = &recorded::CONDITION_FAILED.as_bytes()[..recorded::CONDITION_FAILED.len() - 1];
    let bodies: [&[u8]; 8] =
        [b"", b"{}", b"null", b"[]", b"\xff", b"<html>503</html>", br#"{"code":1,"message":{}}"#, cut];
    for body in bodies {
        let error = read_error(body);
        assert!(error.code.is_none() && error.message.is_none() && error.item.is_none());
        assert!(error.reasons.is_empty() && error.throttling.is_empty());
    }
}

#[test]
fn cut_errors_never_say_anything() {
    for recorded in [recorded::CONDITION_FAILED, recorded::CANCELLED, recorded::THROTTLED] {
        for end in 0..recorded.len() {
            assert!(read_error(&recorded.as_bytes()[..end]).code.is_none());
        }
    }
}

#[test]
fn codes() {
    for (text, code) in [
        ("FooError", "FooError"),
        ("aws.protocoltests.restjson#FooError", "FooError"),
        ("FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/", "FooError"),
        ("aws.protocoltests.restjson#FooError:http://internal.amazon.com/#x", "FooError"),
        ("", ""),
        ("#", ""),
        (":", ""),
    ] {
        assert_eq!(error_code(text), code);
    }
}
