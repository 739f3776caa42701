//! What the five clients have for each RPC.

use std::collections::BTreeSet;

use super::{assert_none_missing, snake, text, texts};

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
