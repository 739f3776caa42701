//! The places that a new RPC needs, beyond those that the compiler asks for. Each test compares one kind of place with the
//! proto files. CONTRIBUTING.md lists them all.

mod clients;
mod fields;
mod writes;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dynakv_abuse::message::METHODS;
use prost_reflect::MethodDescriptor;

use crate::faults::{BESIDE_MATRIX, IN_MATRIX};
use crate::support::rpcs::{methods, path, writes};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// All files below a folder that end so, as one text.
fn texts(folder: &str, ending: &str) -> String {
    files(&root().join(folder), ending).iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            // What is fetched or built.
        } else if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// The name of an RPC, such as `get_ttl`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The words of a text.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect()
}

/// Fails and names the RPCs for which something is missing.
fn assert_none_missing(what: &str, has: impl Fn(&MethodDescriptor) -> bool) {
    let missing: Vec<_> = methods().into_iter().filter(|rpc| !has(rpc)).map(|rpc| rpc.name().to_owned()).collect();
    assert!(missing.is_empty(), "{what}: {missing:?}");
}

#[test]
fn each_rpc_says_whether_it_may_be_sent_again() {
    assert_none_missing("no idempotency_level in the proto", |rpc| {
        let options = rpc.method_descriptor_proto().options.as_ref();
        options.is_some_and(|options| options.idempotency_level.is_some())
    });
}

/// A write whose answer is lost is never guessed about.
#[test]
fn each_write_is_tested_with_a_lost_answer() {
    let tested: BTreeSet<_> = IN_MATRIX.iter().copied().chain(BESIDE_MATRIX.map(|(rpc, _)| rpc)).collect();
    let places =
        "no row in writes! of tests/suite/faults/ambiguous/write.rs, nor in BESIDE_MATRIX of tests/suite/faults/mod.rs";
    assert_none_missing(places, |rpc| !writes(rpc) || tested.contains(rpc.name()));
    let methods = methods();
    let written: BTreeSet<_> = methods.iter().filter(|rpc| writes(rpc)).map(MethodDescriptor::name).collect();
    let others: Vec<_> = tested.difference(&written).collect();
    assert!(others.is_empty(), "tested in tests/suite/faults, but no write of the proto files: {others:?}");
}

/// The table of writes in the architecture page says what the driver does after an ambiguous attempt.
#[test]
fn each_write_has_its_row_in_the_architecture() {
    let page = text("docs/architecture.md");
    let firsts: String = page.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next()).collect();
    let named = words(&firsts);
    assert_none_missing("no row in docs/architecture.md", |rpc| !writes(rpc) || named.contains(rpc.name()));
}

#[test]
fn each_rpc_is_in_the_changelog() {
    let page = text("CHANGELOG.md");
    let named = words(&page);
    assert_none_missing("not in CHANGELOG.md", |rpc| named.contains(rpc.name()));
}

/// Each backend runs the conformance tests. They call an RPC by the client, or by its request.
#[test]
fn each_rpc_is_called_by_the_conformance_tests() {
    let tests = texts("tests/suite/conformance", ".rs");
    let named = words(&tests);
    assert_none_missing("in no conformance test", |rpc| {
        named.contains(rpc.input().name()) || tests.contains(&format!(".{}(", snake(rpc.name())))
    });
}

#[test]
fn each_rpc_is_attacked() {
    assert_none_missing("not in METHODS of abuse/src/message.rs", |rpc| METHODS.contains(&path(rpc).as_str()));
    let ours = METHODS.iter().filter(|method| method.starts_with("/dynakv.")).count();
    assert_eq!(ours, methods().len(), "METHODS of abuse/src/message.rs has what is no RPC, or one twice");
}

/// Paths in the list of places that no longer exist would send contributors nowhere.
#[test]
fn the_places_in_contributing_exist() {
    let page = text("CONTRIBUTING.md");
    let quoted = page.split('`').skip(1).step_by(2);
    let is_path = |quoted: &&str| !quoted.contains(' ') && (quoted.contains('/') || quoted.contains(".md"));
    let paths: Vec<_> = quoted.filter(is_path).collect();
    assert!(paths.len() > 20, "{paths:?}");
    let missing: Vec<_> = paths.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
