use clap::Parser as _;
use clap::error::ErrorKind;

use super::columns::table;
use super::*;
use crate::cli::notation::item;

#[derive(Debug, clap::Parser)]
enum Cli {
    Query(Query),
    Scan(Scan),
    Keys(Keys),
}

fn parse(arguments: &[&str]) -> Result<Cli, ErrorKind> {
    Cli::try_parse_from(["dynakv"].iter().chain(arguments)).map_err(|error| error.kind())
}

#[test]
fn the_documented_forms_are_read() {
    for arguments in [
        &["query", "--key-condition", "pk = :p", "--value", ":p=\"x\""][..],
        &["query", "--key-condition", "#p = :p", "--name", "#p=pk", "--value", ":p=1", "--index", "I", "--descending"],
        &["query", "--key-condition", "pk = :p", "--value", ":p=1", "--count", "--filter", "a = :p", "--consistent"],
        &["scan"],
        &["scan", "--segments", "32", "--all", "--projection", "pk"],
        &["scan", "--limit", "5", "--page-token", "t"],
        &["keys"],
        &["keys", "user:*", "--all"],
        &["keys", "--prefix", "user:", "--limit", "1"],
    ] {
        assert!(parse(arguments).is_ok(), "{arguments:?}: {:?}", parse(arguments).err());
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (arguments, kind) in [
        (&["query"][..], ErrorKind::MissingRequiredArgument),
        (&["query", "--key-condition", "pk = :p", "--value", ":p=x"], ErrorKind::ValueValidation),
        (&["scan", "--segments", "33"], ErrorKind::ValueValidation),
        (&["scan", "--limit", "0"], ErrorKind::ValueValidation),
        (&["scan", "--limit", "5", "--all"], ErrorKind::ArgumentConflict),
        (&["scan", "--count", "--all"], ErrorKind::ArgumentConflict),
        (&["keys", "a*", "--prefix", "a"], ErrorKind::ArgumentConflict),
    ] {
        assert_eq!(parse(arguments).map(|_| ()).unwrap_err(), kind, "{arguments:?}");
    }
}

fn shown(items: &[&str], width: usize) -> String {
    table(&items.iter().map(|text| item(text).unwrap()).collect::<Vec<_>>(), width)
}

#[test]
fn items_show_in_columns() {
    let items = [
        r#"{"pk": "user-1", "name": "Ada", "total": 5, "tags": {"SS": ["a", "b"]}}"#,
        r#"{"pk": "user-22", "total": 1250, "address": {"city": "Łódź"}}"#,
    ];
    assert_eq!(
        shown(&items, 80),
        "address          name  pk       tags              total\n\
         \u{20}                Ada   user-1   {\"SS\":[\"a\",\"b\"]}      5\n\
         {\"city\":\"Łódź\"}        user-22                     1250\n"
    );
    assert_eq!(table(&[], 80), "");
}

#[test]
fn the_widest_columns_give_way() {
    let text = "x".repeat(100);
    let shown = shown(&[&format!("{{\"a\": \"{text}\", \"b\": \"short\", \"c\": \"{text}\"}}")], 40);
    assert!(shown.lines().all(|line| line.chars().count() <= 40), "{shown}");
    assert_eq!(shown.lines().last().unwrap().chars().count(), 40, "all of the width is used: {shown}");
    assert!(shown.contains("short") && shown.contains('…'), "{shown}");
}

#[test]
fn no_text_commands_the_terminal() {
    let shown = shown(&[r#"{"a": "\u001b[2Jx\ny", "\u001b[31m": "\u009b"}"#], 80);
    assert!(shown.chars().all(|char| char == '\n' || !char.is_control()), "{shown:?}");
    assert_eq!(shown.lines().count(), 2);
}

#[test]
fn many_columns_fit_any_terminal() {
    let fields: Vec<_> = (0..100).map(|n| format!("\"attribute-{n}\": \"value-{n}\"")).collect();
    let item = format!("{{{}}}", fields.join(","));
    for width in [1, 7, 20, 80, 10_000] {
        let shown = shown(&[&item], width);
        assert!(shown.lines().all(|line| line.chars().count() <= width), "{width}: {shown}");
    }
}
