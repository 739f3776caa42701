use clap::Parser as _;
use clap::error::ErrorKind;
use dynakv_client::{ItemOutcome, Update};
use serde_json::{json, to_value};

use super::get::Got;
use super::report::{Requested, WriteReport};
use super::*;
use crate::cli::notation::item;
use crate::cli::output::Report as _;

#[derive(Debug, clap::Parser)]
struct Cli {
    #[command(subcommand)]
    item: Item,
}

fn parse(arguments: &[&str]) -> Result<Item, ErrorKind> {
    let cli = Cli::try_parse_from(["item"].iter().chain(arguments)).map_err(|error| error.kind())?;
    Ok(cli.item)
}

#[test]
fn the_documented_forms_are_read() {
    for arguments in [
        &["get", "user-1"][..],
        &["get", "7", "-5", "--partition-type", "N", "--sort-type", "N", "--projection", "#n", "--name", "#n=name"],
        &["put", "{\"pk\": \"a\"}", "--ttl", "1h", "--condition", "#p <> :v", "--name", "#p=pk", "--value", ":v=1"],
        &["put", "--file", "-", "--return-old"],
        &["update", "a", "--set", "x.y=1", "--set", "z={\"a\":\"=\"}", "--add", "n=-1", "--remove", "r"],
        &["update", "a", "b", "--expression", "SET a = :v", "--value", ":v=\"x\"", "--return", "all_new"],
        &["update", "a", "--append", "l=[1]", "--prepend", "k=[\"a\"]", "--add-to-set", "s=[\"a\"]"],
        &["update", "a", "--set-if-absent", "x=null", "--remove-from-set", "s={\"NS\":[1]}"],
        &["delete", "a", "--omit-existed"],
        &["delete", "a", "--return-old", "--condition", "attribute_exists(pk)", "--return-current"],
    ] {
        assert!(parse(arguments).is_ok(), "{arguments:?}: {:?}", parse(arguments).err());
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (arguments, kind) in [
        (&["get"][..], ErrorKind::MissingRequiredArgument),
        (&["get", "a", "--partition-type", "X"], ErrorKind::InvalidValue),
        (&["put"], ErrorKind::MissingRequiredArgument),
        (&["update", "a"], ErrorKind::MissingRequiredArgument),
        (&["update", "a", "--set", "x"], ErrorKind::ValueValidation),
        (&["update", "a", "--set", "x=paid"], ErrorKind::ValueValidation),
        (&["update", "a", "--add", "x=one"], ErrorKind::ValueValidation),
        (&["update", "a", "--append", "x=1"], ErrorKind::ValueValidation),
        (&["update", "a", "--add-to-set", "x=[]"], ErrorKind::ValueValidation),
        (&["update", "a", "--set", "x=1", "--expression", "SET x = 1"], ErrorKind::ArgumentConflict),
        (&["delete", "a", "--value", "v"], ErrorKind::ValueValidation),
        (&["delete", "a", "--omit-existed", "--return-old"], ErrorKind::ArgumentConflict),
        (&["delete", "a", "--omit-existed", "--condition", "c"], ErrorKind::ArgumentConflict),
    ] {
        assert_eq!(parse(arguments).map(|_| ()).unwrap_err(), kind, "{arguments:?}");
    }
}

#[test]
fn an_equals_sign_within_quotes_belongs_to_the_path() {
    let Ok(Item::Update(update)) = parse(&["update", "a", "--set", r#""a\"=b".c=5"#, "--set", r#"d="x=y""#]) else {
        panic!()
    };
    let expected = Update::new().set(r#""a\"=b".c"#, 5).set("d", "x=y");
    assert_eq!(update.update(), expected);
}

#[test]
fn an_item_shows_as_one_line_or_as_many() {
    let got = Got { item: Some(item("{\"pk\": \"a\", \"n\": 1.50}").unwrap()) };
    assert_eq!(got.text(false), b"{\"n\":1.50,\"pk\":\"a\"}\n");
    assert_eq!(got.text(true), b"{\n  \"n\": 1.50,\n  \"pk\": \"a\"\n}\n");
    assert_eq!(serde_json::to_string(&got).unwrap(), "{\"found\":true,\"item\":{\"n\":1.50,\"pk\":\"a\"}}");
    let miss = Got { item: None };
    assert_eq!((miss.text(true), to_value(&miss).unwrap()), (Vec::new(), json!({"found": false})));
}

#[test]
fn a_condition_that_fails_shows_the_item_when_asked() {
    let failed = |current: bool, found: Option<&str>| {
        let current_item = found.map(|text| item(text).unwrap());
        let outcome = ItemOutcome::ConditionFailed { current: current_item };
        WriteReport::written(Requested { attributes: false, current }, outcome)
    };
    assert_eq!(to_value(failed(false, None)).unwrap(), json!({"outcome": "CONDITION_FAILED"}));
    assert_eq!(to_value(failed(true, None)).unwrap(), json!({"outcome": "CONDITION_FAILED", "current": null}));
    let shown = failed(true, Some("{\"pk\": \"a\"}"));
    assert_eq!(to_value(&shown).unwrap(), json!({"outcome": "CONDITION_FAILED", "current": {"pk": "a"}}));
    assert_eq!(shown.text(false), b"{\"pk\":\"a\"}\n");
    assert_eq!(shown.verdict().exit_code(), 1);
}
