//! Which command makes which RPC. Tests compare the table with the proto files, with the commands, and with docs/rpcs.md.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use clap::Parser as _;
use prost::Message as _;
use prost_types::method_options::IdempotencyLevel;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::Cli;
use crate::pb::FILE_DESCRIPTOR_SET;

/// The commands that make each RPC, as they are called. An RPC without a command has none, and a reason here.
const COMMANDS: &[(&str, &[&str])] = &[
    ("Get", &["get KEY"]),
    ("Set", &["set KEY VALUE"]),
    ("CompareAndSet", &["cas KEY VALUE --if-version VERSION"]),
    ("Delete", &["del KEY"]),
    ("CompareAndDelete", &["del KEY --if-version VERSION"]),
    ("Exists", &["exists KEY"]),
    ("GetTtl", &["ttl KEY"]),
    ("Expire", &["expire KEY 1h"]),
    ("Persist", &["persist KEY"]),
    ("Increment", &["incr KEY"]),
    ("BatchGet", &["batch get KEY"]),
    ("BatchWrite", &["batch set KEY VALUE", "batch del KEY"]),
    // A snapshot of several keys is for programs; nobody has asked for it in a shell.
    ("TransactGet", &[]),
    ("TransactWrite", &["transact FILE"]),
    ("ListKeys", &["keys"]),
    ("GetItem", &["item get KEY"]),
    ("PutItem", &["item put {}"]),
    ("UpdateItem", &["item update KEY --set PATH=1"]),
    ("DeleteItem", &["item delete KEY"]),
    ("BatchGetItems", &["item batch get KEY"]),
    ("BatchWriteItems", &["item batch put {}", "item batch delete KEY"]),
    ("Query", &["query --key-condition pk=:p --value :p=1"]),
    ("Scan", &["scan"]),
    ("CreateTable", &["table create"]),
    ("DescribeTable", &["table describe"]),
    ("ListTables", &["table list"]),
    ("EnableTtl", &["table enable-ttl"]),
    ("DeleteTable", &["table delete NAME"]),
];

/// The commands that make several RPCs, or none of ours.
const OTHERS: [&str; 6] = ["serve", "config", "completions", "export", "import", "health"];

/// Of a command family, those that make RPCs with a command of their own.
const OTHER_PARTS: [&str; 1] = ["table check"];

/// An RPC as the proto files have it.
struct Rpc {
    service: String,
    name: String,
    about: String,
    idempotency: IdempotencyLevel,
}

fn rpcs() -> Vec<Rpc> {
    let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap().file;
    files.iter().filter(|file| file.package() == "dynakv.v1").flat_map(rpcs_of).collect()
}

fn rpcs_of(file: &FileDescriptorProto) -> Vec<Rpc> {
    // The fields of a file and of a service that hold its services and its methods.
    const SERVICE: i32 = 6;
    const METHOD: i32 = 2;
    let comment = |path: [i32; 4]| {
        let locations = &file.source_code_info.as_ref().unwrap().location;
        locations.iter().find(|location| location.path == path).unwrap().leading_comments().to_owned()
    };
    let mut rpcs = Vec::new();
    for (service_index, service) in (0..).zip(&file.service) {
        for (index, method) in (0..).zip(&service.method) {
            rpcs.push(Rpc {
                service: service.name().to_owned(),
                name: method.name().to_owned(),
                about: first_sentence(&comment([SERVICE, service_index, METHOD, index])),
                idempotency: method.options.clone().unwrap_or_default().idempotency_level(),
            });
        }
    }
    rpcs
}

fn first_sentence(comment: &str) -> String {
    let words = comment.split_whitespace().collect::<Vec<_>>().join(" ");
    let (sentence, _) = words.split_once(". ").unwrap_or((&words, ""));
    sentence.trim_end_matches('.').to_owned()
}

/// The names of all commands that have no commands below them, such as `table list`.
fn leaves(command: &clap::Command, before: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in command.get_subcommands() {
        let name = format!("{before}{}", part.get_name());
        if part.has_subcommands() && !OTHERS.contains(&name.as_str()) {
            found.extend(leaves(part, &format!("{name} ")));
        } else {
            found.insert(name);
        }
    }
    found
}

/// The leaf that a call such as `table delete NAME` is of.
fn leaf_of<'a>(call: &str, leaves: &'a BTreeSet<String>) -> &'a str {
    leaves.iter().find(|leaf| format!("{call} ").starts_with(&format!("{leaf} "))).unwrap_or_else(|| panic!("{call}"))
}

#[test]
fn each_rpc_has_its_row_of_commands() {
    let in_proto: Vec<_> = rpcs().into_iter().map(|rpc| rpc.name).collect();
    for name in &in_proto {
        assert!(COMMANDS.iter().any(|(rpc, _)| rpc == name), "{name} has no row in COMMANDS");
    }
    assert_eq!(COMMANDS.len(), in_proto.len(), "COMMANDS has a row for what is no RPC, or two for one");
}

#[test]
fn each_command_of_a_row_is_read_and_each_command_has_a_row() {
    let leaves = leaves(&super::command(), "");
    let mut unused = leaves.clone();
    for call in COMMANDS.iter().flat_map(|(_, calls)| *calls) {
        let parsed = Cli::try_parse_from(["dynakv"].into_iter().chain(call.split(' ')));
        assert!(parsed.is_ok(), "dynakv {call}: {}", parsed.unwrap_err());
        unused.remove(leaf_of(call, &leaves));
    }
    for other in OTHERS.iter().chain(&OTHER_PARTS) {
        assert!(unused.remove(*other), "{other} is no command, or stands in COMMANDS");
    }
    assert_eq!(unused, BTreeSet::new(), "commands without a row");
}

/// `UPDATE_DOCS=1` writes the page.
#[test]
fn the_page_of_rpcs_is_as_the_proto_files_and_the_commands_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rpcs.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/rpcs.md is stale: UPDATE_DOCS=1 cargo test --lib the_page_of_rpcs");
}

fn page() -> String {
    let mut page = "\
# RPCs

A test makes this page from the comments in [proto/dynakv/v1](../proto/dynakv/v1), which say the rest: consistency, cost, limits and
errors. The last column says whether a call that failed may be sent again with the same `request_id`.
"
    .to_owned();
    let mut service = String::new();
    for rpc in rpcs() {
        if rpc.service != service {
            service.clone_from(&rpc.service);
            let _ = write!(page, "\n## {service}\n\n| RPC | what it does | command | again |\n|---|---|---|---|\n");
        }
        let again = match rpc.idempotency {
            IdempotencyLevel::NoSideEffects => "yes, a read",
            IdempotencyLevel::Idempotent => "yes",
            IdempotencyLevel::IdempotencyUnknown => "no",
        };
        let calls = COMMANDS.iter().find(|(name, _)| *name == rpc.name).map_or(&[][..], |(_, calls)| calls);
        let calls: Vec<_> = calls.iter().map(|call| format!("`dynakv {call}`")).collect();
        let commands = if calls.is_empty() { "none".to_owned() } else { calls.join(", ") };
        let _ = writeln!(page, "| {} | {} | {commands} | {again} |", rpc.name, rpc.about);
    }
    page
}
