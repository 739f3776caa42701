use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use dynakv_client::{Code, Entry, Error as ClientError, Failure, Swap, TtlOutcome, Uuid, pb};
use serde_json::{json, to_value};
use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt as _};

use super::output::Report;
use super::read::Got;
use super::ttl::Lifetime;
use super::write::CasReport;
use super::*;

fn parse(arguments: &[&str]) -> Result<Cli, ErrorKind> {
    Cli::try_parse_from(["dynakv"].iter().chain(arguments)).map_err(|error| error.kind())
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn the_documented_forms_are_read() {
    for arguments in [
        &["get", "k"][..],
        &["get", "--json", "--table", "t", "--address", "unix:/run/dynakv.sock", "k", "--consistent"],
        &["get", "--", "-k"],
        &["set", "k", "v"],
        &["set", "k", "-"],
        &["set", "k", "-5"],
        &["set", "k", "", "--ttl", "1h30m", "--return-previous"],
        &["set", "k", "--file", "-", "--keep-ttl"],
        &["cas", "k", "v", "--if-absent", "--ttl", "60ms"],
        &["cas", "k", "--if-version", "17", "--file", "f"],
        &["cas", "k", "v", "--if-value", "-1"],
        &["cas", "k", "v", "--if-present", "--return-current"],
        &["del", "k"],
        &["del", "k", "--if-value", "me"],
        &["del", "k", "--omit-existed"],
        &["exists", "a", "b"],
        &["ttl", "k"],
        &["expire", "k", "7d"],
        &["persist", "k", "--request-id", "0190163d-8694-739b-aea5-966c26f8ad91"],
        &["incr", "k"],
        &["incr", "k", "-3", "--initial", "-10", "--ttl", "1d"],
        &["health"],
        &["health", "dynakv.v1.KeyValueService", "--timeout", "500ms"],
        &["completions", "bash"],
    ] {
        assert!(parse(arguments).is_ok(), "{arguments:?}: {:?}", parse(arguments).err());
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (arguments, kind) in [
        (&["set", "k"][..], ErrorKind::MissingRequiredArgument),
        (&["set", "k", "v", "--file", "f"], ErrorKind::ArgumentConflict),
        (&["set", "k", "v", "--ttl", "1s", "--keep-ttl"], ErrorKind::ArgumentConflict),
        (&["set", "k", "v", "--ttl", "5"], ErrorKind::ValueValidation),
        (&["cas", "k", "v"], ErrorKind::MissingRequiredArgument),
        (&["cas", "k", "v", "--if-absent", "--if-present"], ErrorKind::ArgumentConflict),
        (&["del", "k", "--if-present", "--if-version", "1"], ErrorKind::ArgumentConflict),
        (&["del", "k", "--if-absent"], ErrorKind::UnknownArgument),
        (&["del", "k", "--omit-existed", "--if-present"], ErrorKind::ArgumentConflict),
        (&["exists"], ErrorKind::MissingRequiredArgument),
        (&["incr", "k", "1.5"], ErrorKind::ValueValidation),
        (&["persist", "k", "--request-id", "7"], ErrorKind::ValueValidation),
    ] {
        assert_eq!(parse(arguments).map(|_| ()).unwrap_err(), kind, "{arguments:?}");
    }
}

#[test]
fn a_change_of_a_table_whose_outcome_is_unknown_says_how_to_find_out() {
    let source = Box::new(Failure::from(Status::unavailable("connection reset")));
    let error = Error::of_table(ClientError::OutcomeUnknown { request_id: Uuid::nil(), source });
    assert_eq!(error.exit_code(), 4);
    assert!(error.text().ends_with("dynakv table describe tells"), "{}", error.text());
    let report = to_value(error.report()).unwrap();
    assert_eq!((&report["error"]["outcome"], report["error"].get("request_id")), (&json!("UNKNOWN"), None));
}

#[test]
fn a_token_is_never_shown() {
    let cli = parse(&["get", "k", "--token", "s3cret"]).unwrap();
    assert!(!format!("{cli:?}").contains("s3cret"));
}

fn failed(code: Code) -> Failure {
    let metadata = HashMap::from([("outcome".to_owned(), "NOT_APPLIED".to_owned())]);
    let mut details = ErrorDetails::with_error_info("INVALID_FIELD", "dynakv", metadata);
    details.add_bad_request_violation("key", "must not be empty");
    Status::with_error_details(code, "the request is not valid", details).into()
}

#[test]
fn each_kind_of_error_has_its_exit_code() {
    let exit_code = |error: ClientError| Error::from(error).exit_code();
    assert_eq!(exit_code(ClientError::Failed(Box::new(failed(Code::InvalidArgument)))), 2);
    assert_eq!(exit_code(ClientError::Failed(Box::new(failed(Code::Unavailable)))), 3);
    let source = Box::new(failed(Code::InvalidArgument));
    assert_eq!(exit_code(ClientError::OutcomeUnknown { request_id: Uuid::nil(), source }), 4);
}

#[test]
fn an_error_names_the_field_and_the_reason() {
    let error = Error::from(ClientError::Failed(Box::new(failed(Code::InvalidArgument))));
    assert_eq!(error.text(), "the request is not valid (INVALID_FIELD); key: must not be empty");
    assert_eq!(
        to_value(error.report()).unwrap(),
        json!({"error": {
            "message": "the request is not valid (INVALID_FIELD); key: must not be empty",
            "code": "INVALID_ARGUMENT",
            "reason": "INVALID_FIELD",
            "fields": [{"field": "key", "description": "must not be empty"}],
        }})
    );
}

#[test]
fn an_unknown_outcome_says_how_to_find_out() {
    let source = Box::new(Failure::from(Status::unavailable("connection reset")));
    let error = Error::from(ClientError::OutcomeUnknown { request_id: Uuid::nil(), source });
    assert!(error.text().contains("--request-id 00000000-0000-0000-0000-000000000000"), "{}", error.text());
    assert_eq!(to_value(error.report()).unwrap()["error"]["outcome"], "UNKNOWN");
}

fn entry(value: &'static [u8]) -> Entry {
    let expire_time = (UNIX_EPOCH + Duration::from_millis(1_500)).into();
    pb::Entry {
        key: "k".to_owned(),
        value: Some(value.into()),
        version: Some("7".to_owned()),
        expire_time: Some(expire_time),
    }
    .try_into()
    .unwrap()
}

#[test]
fn an_entry_shows_as_text_or_else_as_base64() {
    let text = Got::new("k".to_owned(), Some(entry("é\n".as_bytes())));
    assert_eq!(
        to_value(&text).unwrap(),
        json!({"key": "k", "found": true, "value": "é\n", "version": "7", "expire_time": "1970-01-01T00:00:01.500Z"})
    );
    let bytes = Got::new("k".to_owned(), Some(entry(&[0xff, 0])));
    assert_eq!(to_value(&bytes).unwrap()["value_base64"], "/wA=");
    assert!(to_value(&bytes).unwrap().get("value").is_none());
}

#[test]
fn a_value_is_written_byte_for_byte() {
    let got = Got::new("k".to_owned(), Some(entry(&[0xff, 0])));
    assert_eq!(got.text(false), [0xff, 0]);
    assert_eq!(got.text(true), [0xff, 0, b'\n']);
}

#[test]
fn a_miss_has_no_text_and_its_own_verdict() {
    let miss = Got::new("k".to_owned(), None);
    assert_eq!((miss.text(true), to_value(&miss).unwrap()), (Vec::new(), json!({"key": "k", "found": false})));
    assert!(matches!(miss.verdict(), Verdict::Missed(_)));
}

#[test]
fn a_lost_race_shows_the_current_entry_when_asked() {
    let lost = |current| Swap::NotSwapped { current };
    let report = |asked, swap| to_value(CasReport::new("k".to_owned(), asked, swap)).unwrap();
    assert_eq!(report(false, lost(None)), json!({"key": "k", "outcome": "NOT_SWAPPED"}));
    assert_eq!(report(true, lost(None)), json!({"key": "k", "outcome": "NOT_SWAPPED", "current": null}));
    assert_eq!(report(true, lost(Some(entry(b"v"))))["current"]["value"], "v");
    let swapped = Swap::Swapped { version: "8".into(), expire_time: None };
    assert_eq!(report(true, swapped), json!({"key": "k", "outcome": "SWAPPED", "version": "8"}));
}

#[test]
fn a_ttl_shows_in_units_and_in_milliseconds() {
    let (ttl, expire_time) = (Duration::from_millis(61_500), UNIX_EPOCH);
    let lifetime = Lifetime::of("k".to_owned(), &TtlOutcome::Ttl { ttl, expire_time });
    assert_eq!(lifetime.text(false), b"1m 1s 500ms\n");
    assert_eq!(
        to_value(&lifetime).unwrap(),
        json!({"key": "k", "outcome": "TTL", "ttl_ms": 61_500, "expire_time": "1970-01-01T00:00:00.000Z"})
    );
}
