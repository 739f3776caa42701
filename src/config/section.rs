use std::fmt::Display;
use std::ops::RangeInclusive;

use super::fault::{Fault, Origin};
use super::setting::Setting;
use super::source::{Node, Tree};

/// One section while it is read: hands out values, collects what is wrong and notes what is in effect.
///
/// A faulty value is reported and its default used instead, so that reading goes on to the next fault.
pub(super) struct Section {
    path: String,
    given: Tree,
    known: Vec<&'static str>,
    faults: Vec<Fault>,
    effective: toml::Table,
}

impl Section {
    pub(super) fn root(given: Tree) -> Self {
        Self::at(String::new(), given, Vec::new())
    }

    fn at(path: String, given: Tree, faults: Vec<Fault>) -> Self {
        Self { path, given, known: Vec::new(), faults, effective: toml::Table::new() }
    }

    /// The value of a key that may be absent.
    pub(super) fn optional<T: Setting>(&mut self, key: &'static str) -> Option<T> {
        let (value, origin) = self.take(key)?;
        let Some(setting) = T::read(&value) else {
            self.fault(key, Some(origin), T::MUST_BE);
            return None;
        };
        self.show(key, setting.show());
        Some(setting)
    }

    pub(super) fn get<T: Setting>(&mut self, key: &'static str, default: T) -> T {
        self.optional(key).unwrap_or_else(|| {
            self.show(key, default.show());
            default
        })
    }

    /// As `get`, for a value that has bounds.
    pub(super) fn within<T>(&mut self, key: &'static str, default: T, range: RangeInclusive<T>) -> T
    where
        T: Setting + PartialOrd,
    {
        let origin = self.origin(key);
        let value = self.get(key, default);
        if !range.contains(&value) {
            let shown = |bound: &T| bound.show().as_str().map_or_else(|| bound.show().to_string(), str::to_owned);
            let problem = format!("must be from {} to {}", shown(range.start()), shown(range.end()));
            self.fault(key, origin, problem);
        }
        value
    }

    /// Reads a section below this one.
    pub(super) fn section<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.known.push(key);
        let given = match self.given.0.remove(key) {
            Some(Node::Section(tree)) => tree,
            Some(Node::Value(_, origin)) => {
                self.fault(key, Some(origin), "must be a section with keys of its own");
                Tree::default()
            }
            None => Tree::default(),
        };
        self.descend(key, self.key(key), given, read)
    }

    /// Reads each element of a list of sections.
    ///
    /// From the environment it is TOML (`[{name = "a"}]`) or a list of texts separated by commas. A text stands for
    /// a section with only `shorthand` set.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        shorthand: &'static str,
        mut read: impl FnMut(&mut Self) -> T,
    ) -> Option<Vec<T>> {
        let (value, origin) = self.take(key)?;
        let Some(elements) = elements(value) else {
            self.fault(key, Some(origin), "must be a list");
            return None;
        };
        let mut shown = Vec::new();
        let mut read_elements = Vec::new();
        for (index, element) in elements.into_iter().enumerate() {
            let given = match element {
                toml::Value::Table(table) => Tree::table(table, &origin),
                element => {
                    let mut tree = Tree::default();
                    tree.insert(&[shorthand], element, &origin);
                    tree
                }
            };
            read_elements.push(self.descend(key, format!("{}[{index}]", self.key(key)), given, &mut read));
            shown.extend(self.effective.remove(key));
        }
        self.show(key, shown.into());
        Some(read_elements)
    }

    fn descend<T>(&mut self, key: &str, path: String, given: Tree, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut section = Self::at(path, given, std::mem::take(&mut self.faults));
        let value = read(&mut section);
        section.refuse_the_rest();
        self.faults = section.faults;
        if !section.effective.is_empty() {
            self.effective.insert(key.to_owned(), section.effective.into());
        }
        value
    }

    /// Reports a fault of a key of this section.
    pub(super) fn fault(&mut self, key: &str, origin: Option<Origin>, problem: impl Display) {
        let fault = Fault { key: self.key(key), origin, problem: problem.to_string() };
        self.faults.push(fault);
    }

    /// Where a key that was not read yet is given.
    pub(super) fn origin(&self, key: &str) -> Option<Origin> {
        match self.given.0.get(key)? {
            Node::Value(_, origin) => Some(origin.clone()),
            Node::Section(_) => None,
        }
    }

    /// Notes what is in effect for a key, for `config print`.
    pub(super) fn show(&mut self, key: &str, value: toml::Value) {
        self.effective.insert(key.to_owned(), value);
    }

    /// Reports the keys that nobody asked for, and ends the reading.
    pub(super) fn finish(mut self) -> (toml::Table, Vec<Fault>) {
        self.refuse_the_rest();
        (self.effective, self.faults)
    }

    fn refuse_the_rest(&mut self) {
        let rest = std::mem::take(&mut self.given);
        for (key, node) in rest.0 {
            let likeness = |known: &&&str| strsim::jaro_winkler(known, &key);
            let close = self.known.iter().filter(|known| likeness(known) > 0.8);
            let nearest = close.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            let hint = nearest.map(|known| format!("; did you mean {}?", self.key(known))).unwrap_or_default();
            let origin = match node {
                Node::Value(_, origin) => Some(origin),
                Node::Section(tree) => tree.any_origin(),
            };
            self.fault(&key, origin, format!("is no setting{hint}"));
        }
    }

    fn take(&mut self, key: &'static str) -> Option<(toml::Value, Origin)> {
        self.known.push(key);
        match self.given.0.remove(key)? {
            Node::Value(value, origin) => Some((value, origin)),
            Node::Section(tree) => {
                self.fault(key, tree.any_origin(), "must be a value, not a section");
                None
            }
        }
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

fn elements(value: toml::Value) -> Option<Vec<toml::Value>> {
    match value {
        toml::Value::Array(elements) => Some(elements),
        toml::Value::String(text) if text.trim_start().starts_with('[') => {
            format!("list = {text}").parse::<toml::Table>().ok()?.remove("list").and_then(elements)
        }
        toml::Value::String(text) => Some(text.split(',').map(|part| part.trim().into()).collect()),
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Table(_) => None,
    }
}
