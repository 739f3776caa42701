//! What the five clients have for each RPC.

use std::collections::BTreeSet;

use super::{assert_none_missing, snake, text, texts, words};
use crate::support::rpcs::may_be_sent_again;

/// The names that are declared in a source, by how such a line begins and what stands behind the name.
fn declared(source: &str, before: &[&str], after: &[char]) -> BTreeSet<String> {
    let name = |line: &str| {
        let rest = before.iter().find_map(|before| line.strip_prefix(before))?;
        let (name, _) = rest.split_once(after)?;
        (!name.starts_with(' ')).then(|| plain(name.rsplit(' ').next().unwrap()))
    };
    source.lines().filter_map(name).collect()
}

/// A name without what languages differ in: `get_ttl`, `getTtl` and `GetTTL` are the same.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

fn assert_methods(client: &str, declared: &BTreeSet<String>) {
    assert_none_missing(&format!("no method of the client in {client}"), |rpc| declared.contains(&plain(rpc.name())));
}

#[test]
fn each_rpc_is_a_method_of_the_rust_client() {
    let source = texts("clients/rust/src", ".rs");
    assert_methods("clients/rust", &declared(&source, &["    pub fn ", "    pub async fn "], &['(', '<']));
}

#[test]
fn each_rpc_is_a_method_of_the_go_client() {
    let source = texts("clients/go", ".go");
    assert_methods("clients/go", &declared(&source, &["func (c *Client) "], &['(', '[']));
}

#[test]
fn each_rpc_is_a_method_of_both_python_clients() {
    for file in ["clients/python/src/dynakv/client.py", "clients/python/src/dynakv/aio.py"] {
        let source = text(file);
        let methods = declared(&source, &["    def ", "    async def "], &['(']);
        let assigned = source.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(" = "));
        let methods = methods.into_iter().chain(assigned.map(|(name, _)| plain(name))).collect();
        assert_methods(file, &methods);
    }
}

#[test]
fn each_rpc_is_a_method_of_the_typescript_client() {
    let source = text("clients/typescript/src/client.ts");
    assert_methods("clients/typescript", &declared(&source, &["  async ", "  "], &['(', '<']));
}

#[test]
fn each_rpc_is_a_method_of_the_java_client() {
    let source = text("clients/java/src/main/java/dev/dynakv/client/DynaKvClient.java");
    assert_methods("clients/java", &declared(&source, &["  public "], &['(']));
}

/// The types in these parts of a source: its words with a capital, without those that come from elsewhere.
fn types<'a>(parts: impl Iterator<Item = &'a str>, foreign: &[&str]) -> BTreeSet<&'a str> {
    let types = parts.flat_map(words).filter(|word| word.starts_with(char::is_uppercase) && !foreign.contains(word));
    types.collect()
}

/// Fails and names the types that methods give to callers who cannot name them.
fn assert_exported(types: &BTreeSet<&str>, file: &str) {
    assert!(types.len() > 10, "{types:?}");
    let source = text(file);
    let exported = words(&source);
    let missing: Vec<_> = types.iter().filter(|name| !exported.contains(*name)).collect();
    assert!(missing.is_empty(), "outcomes of methods that {file} does not export: {missing:?}");
}

#[test]
fn each_outcome_is_exported_by_the_rust_client() {
    let source = texts("clients/rust/src", ".rs");
    let outputs = source.lines().filter_map(|line| line.trim_start().strip_prefix("type Output = "));
    let foreign = ["Option", "Vec", "String", "Result", "Self", "R", "Output"];
    assert_exported(&types(outputs, &foreign), "clients/rust/src/lib.rs");
}

#[test]
fn each_outcome_is_exported_by_the_python_client() {
    let source = texts("clients/python/src/dynakv", ".py");
    let starts = [") -> Call[", ") -> Script[", ") -> Paged["];
    let outcomes = source.lines().filter(|line| starts.iter().any(|start| line.starts_with(start)));
    let types = types(outcomes, &["Call", "Script", "Paged", "Optional", "None"]);
    assert_exported(&types, "clients/python/src/dynakv/__init__.py");
    let source = text("clients/python/src/dynakv/__init__.py");
    let all = source.split_once("__all__").unwrap().1;
    let missing: Vec<_> = types.iter().filter(|name| !all.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "not in __all__ of clients/python/src/dynakv/__init__.py: {missing:?}");
}

#[test]
fn each_outcome_is_exported_by_the_typescript_client() {
    let source = text("clients/typescript/src/client.ts");
    let outcomes = source.lines().filter_map(|line| Some(line.rsplit_once("): ")?.1));
    let stubs = ["KeyValueServiceClient", "ItemServiceClient", "TableServiceClient"];
    let types = types(outcomes, &[&["Promise", "AsyncIterable"], stubs.as_slice()].concat());
    assert_exported(&types, "clients/typescript/src/index.ts");
}

/// The steps of `retries.yaml` with a fault. Only they prove that each client sends a call again, or does not.
#[test]
fn each_rpc_has_a_vector_of_its_retries() {
    let file = "clients/vectors/retries.yaml";
    let vectors = text(file);
    let steps: Vec<_> = vectors.split("- call: ").filter(|step| step.contains("\n        fault: ")).collect();
    let has = |name: &str, outcome: &str| {
        steps.iter().any(|step| step.starts_with(&format!("\"{name}\"\n")) && step.contains(outcome))
    };
    assert_none_missing(&format!("no vector with a fault in {file}"), |rpc| {
        let outcome =
            if may_be_sent_again(rpc) { "\n        expect: " } else { "\n        error: {kind: \"outcome_unknown\"" };
        has(&snake(rpc.name()), outcome)
    });
}

#[test]
fn each_rpc_is_described_for_those_who_run_vectors() {
    let page = text("clients/vectors/README.md");
    assert_none_missing("not in clients/vectors/README.md", |rpc| page.contains(&format!("`{}`", snake(rpc.name()))));
}

#[cfg(feature = "faults")]
#[test]
fn each_rpc_has_vectors() {
    let called = crate::vectors::calls_made();
    assert_none_missing("no vector in clients/vectors", |rpc| called.contains(&snake(rpc.name())));
}
