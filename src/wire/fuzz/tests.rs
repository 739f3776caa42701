//! Runs the fuzz targets for a few seconds on a stable compiler, over random bytes and over the corpus.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::lean_answers::check;
use super::requests::{REQUESTS, Request};
use super::{expression, lean_answers, page_token, prescan, prescan_of_structure, requested};
use crate::driver::AnswerItem;
use crate::wire::prescan::compiled;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 5] = [
    ("expression", expression),
    ("lean_answers", lean_answers),
    ("page_token", page_token),
    ("prescan", prescan),
    ("prescan_of_structure", prescan_of_structure),
];

#[test]
fn every_method_is_fuzzed() {
    let methods = compiled().unwrap().methods().map(|(path, _)| path);
    let missing: Vec<_> = methods.filter(|path| !REQUESTS.iter().any(|request| request.method == *path)).collect();
    assert!(missing.is_empty(), "no row in REQUESTS of src/wire/fuzz/requests.rs: {missing:?}");
}

/// The first byte of an input chooses the method: a new one comes last in `REQUESTS`, and has a file of its own.
#[test]
fn every_method_is_in_the_corpus() {
    // Without a schema no input makes a request, and every method would seem to be missing.
    compiled().unwrap();
    let folder = "fuzz/corpus/prescan_of_structure";
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let inputs = fs::read_dir(corpus).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    let methods: Vec<_> = inputs.filter_map(|input| Some(requested(&input)?.0.method)).collect();
    let missing: Vec<_> =
        REQUESTS.iter().map(|request| request.method).filter(|path| !methods.contains(path)).collect();
    assert!(missing.is_empty(), "no file of their own in {folder}: {missing:?}");
}

/// Makes sure that the fuzzers reach accepted requests at all. For some methods, random requests are almost never
/// valid; the corpus has valid ones.
#[test]
fn requests_are_accepted_at_times() {
    let mut runner = TestRunner::deterministic();
    let choices = proptest::collection::vec(any::<u8>(), 400);
    let mut accepts = |index: u8, request: &Request| {
        let mut input = choices.new_tree(&mut runner).unwrap().current();
        input[0] = index;
        let (made, message) = requested(&input).unwrap();
        assert_eq!(made.method, request.method);
        (request.accept)(&message) == Ok(true)
    };
    let accepted = (0..).zip(REQUESTS).filter(|(index, request)| (0..500).any(|_| accepts(*index, request))).count();
    assert!(accepted * 2 > REQUESTS.len(), "{accepted} of {} methods", REQUESTS.len());
}

#[test]
fn what_was_worth_keeping() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in TARGETS {
        let files: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty(), "{name}");
        for file in &files {
            target(&fs::read(file).unwrap());
        }
    }
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

/// An item in DynamoDB's JSON.
fn item() -> impl Strategy<Value = String> {
    let scalar = r#""[SN]":"(x|\\u00e9|\\n|\\ud83d\\ude00){0,100}"|"B":"(AAEC){0,60}"|"(BOOL|NULL)":(true|false)"#;
    let set = r#""SS":\["","\\t"\]|"NS":\[\]|"BS":\["","AA=="\]"#;
    let nested = format!(
        r#""[LM]":null,("L":\[(\{{({scalar})\}},){{0,3}}\{{"M":\{{\}}\}}\]|"M":\{{("[ab]":\{{({scalar})\}},){{0,3}}"b":\{{"L":\[\]\}}\}})"#
    );
    let attribute = format!(r#""(a|\\u0061|b|)":\{{("__type":1,)?({scalar}|{set}|{nested})\}}"#);
    proptest::string::string_regex(&format!(r"\{{({attribute},){{0,4}}{attribute}\}}")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_bytes_are_no_request(input in bytes(60)) {
        prescan(&input);
    }

    #[test]
    fn arbitrary_requests(input in bytes(600)) {
        prescan_of_structure(&input);
    }

    #[test]
    fn arbitrary_texts_are_no_expression(input in r"([#:]?(a|b|v|w|dkv_now|AND|OR|NOT|IN|size|SET|REMOVE|ADD)|[()<>=.,+\[\] 0-9-]|\PC){0,40}") {
        expression(input.as_bytes());
    }

    #[test]
    fn arbitrary_bytes_are_no_answer(input in bytes(200)) {
        lean_answers(&input);
    }

    /// Items with escapes, with names that come twice, and with lengths of one and of two bytes.
    #[test]
    fn items_of_a_page_are_their_messages(items in prop::collection::vec(item(), 1..4)) {
        let body = format!(r#"{{"Items":[{}]}}"#, items.join(","));
        let seen = Cell::new(0);
        crate::driver::lean_answers(body.as_bytes(), |item: AnswerItem<'_>| {
            seen.set(seen.get() + 1);
            check(item);
        });
        // The general reader begins at the start if the one of the compact form gives up.
        prop_assert!(seen.get() >= items.len(), "{}", body);
    }

    #[test]
    fn arbitrary_bytes_are_no_token(input in bytes(200)) {
        page_token(&input);
    }
}
