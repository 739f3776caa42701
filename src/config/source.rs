use std::collections::BTreeMap;
use std::path::Path;

use super::fault::{Fault, Origin};

/// The prefix of environment variables with settings, and the separator between the parts of a key.
const PREFIX: &str = "DYNAKV__";
const SEPARATOR: &str = "__";

/// Settings by key, each with its origin.
#[derive(Debug, Default)]
pub(super) struct Tree(pub(super) BTreeMap<String, Node>);

/// A section or a value. A list is a value: it is replaced as a whole.
#[derive(Debug)]
pub(super) enum Node {
    Section(Tree),
    Value(toml::Value, Origin),
}

impl Tree {
    /// Reads a TOML file.
    pub(super) fn file(path: &Path) -> Result<Self, Fault> {
        let fault = |problem| Fault { key: "config".into(), origin: Some(Origin::File(path.to_owned())), problem };
        let text = std::fs::read_to_string(path).map_err(|error| fault(format!("cannot be read: {error}")))?;
        let table = text.parse::<toml::Table>().map_err(|error| fault(toml_problem(&error, &text, 0)))?;
        Ok(Self::table(table, &Origin::File(path.to_owned())))
    }

    /// Reads the settings from the environment. An empty variable counts as absent, as in the AWS tools.
    pub(super) fn environment(variables: &BTreeMap<String, String>) -> Self {
        let mut tree = Self::default();
        for (name, value) in variables.iter().filter(|(_, value)| !value.is_empty()) {
            if let Some(path) = name.strip_prefix(PREFIX) {
                let path = path.to_ascii_lowercase();
                let parts: Vec<&str> = path.split(SEPARATOR).collect();
                tree.insert(&parts, value.clone().into(), &Origin::Environment(name.clone()));
            }
        }
        tree
    }

    pub(super) fn table(table: toml::Table, origin: &Origin) -> Self {
        let node = |value| match value {
            toml::Value::Table(table) => Node::Section(Self::table(table, origin)),
            value => Node::Value(value, origin.clone()),
        };
        Self(table.into_iter().map(|(key, value)| (key, node(value))).collect())
    }

    /// Sets a key, given as its parts.
    pub(super) fn insert(&mut self, path: &[&str], value: toml::Value, origin: &Origin) {
        let Some((first, rest)) = path.split_first() else { return };
        if rest.is_empty() {
            self.0.insert((*first).to_owned(), Node::Value(value, origin.clone()));
            return;
        }
        let mut section = match self.0.remove(*first) {
            Some(Node::Section(section)) => section,
            Some(Node::Value(..)) | None => Self::default(),
        };
        section.insert(rest, value, origin);
        self.0.insert((*first).to_owned(), Node::Section(section));
    }

    /// Merges `over` into this: sections are merged, values are replaced.
    pub(super) fn overlay(&mut self, over: Self) {
        for (key, node) in over.0 {
            match (self.0.get_mut(&key), node) {
                (Some(Node::Section(ours)), Node::Section(theirs)) => ours.overlay(theirs),
                (_, node) => {
                    self.0.insert(key, node);
                }
            }
        }
    }

    /// The origin of any of these settings, to name one for all of them.
    pub(super) fn any_origin(&self) -> Option<Origin> {
        self.0.values().find_map(|node| match node {
            Node::Value(_, origin) => Some(origin.clone()),
            Node::Section(tree) => tree.any_origin(),
        })
    }

    /// The value of a top-level key, if it is a text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key)? {
            Node::Value(value, _) => value.as_str(),
            Node::Section(_) => None,
        }
    }
}

/// The problem of a document whose first `prefix` bytes are ours, to be read after the key. The error's own text is not
/// used: it quotes the line, which may contain a secret.
pub(super) fn toml_problem(error: &toml::de::Error, document: &str, prefix: usize) -> String {
    let problem = format!("is not valid TOML: {}", error.message());
    let Some(before) = error.span().and_then(|span| document.get(prefix..span.start.max(prefix))) else {
        return problem;
    };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{problem} (line {line}, column {column})")
}
