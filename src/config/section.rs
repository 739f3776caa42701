use std::fmt::Display;
use std::ops::RangeInclusive;

use super::fault::{Fault, Origin};
use super::setting::Setting;
use super::source::{Node, Tree, toml_problem};

/// Sections with secrets. An unknown key in them may itself be a secret, so it is not shown.
const CONFIDENTIAL: [&str; 2] = ["auth", "page_tokens"];

/// Maximum length of a key that is shown. Something longer may be a misplaced secret.
const MAX_SHOWN_KEY: usize = 30;

/// A section that is being read: returns values, and collects faults and effective settings.
///
/// An invalid value is reported and replaced by its default, so that further faults are found.
pub(super) struct Section {
    path: String,
    given: Tree,
    known: Vec<&'static str>,
    findings: Findings,
}

/// The result of reading a section.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) effective: toml::Table,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

impl Section {
    pub(super) fn root(given: Tree) -> Self {
        Self::at(String::new(), given, Findings::default())
    }

    fn at(path: String, given: Tree, findings: Findings) -> Self {
        Self { path, given, known: Vec::new(), findings }
    }

    /// Reads an optional key.
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

    /// Like `get`, for a value with a range.
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

    /// Reads a nested section.
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
    /// In the environment it is TOML (`[{name = "a"}]`) or a list of texts separated by commas. A text stands for a
    /// section with only `shorthand` set.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        shorthand: &'static str,
        mut read: impl FnMut(&mut Self) -> T,
    ) -> Option<Vec<T>> {
        let (value, origin) = self.take(key)?;
        let elements = elements(value).map_err(|problem| self.fault(key, Some(origin.clone()), problem)).ok()?;
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
            shown.extend(self.findings.effective.remove(key));
        }
        self.show(key, shown.into());
        Some(read_elements)
    }

    fn descend<T>(&mut self, key: &str, path: String, given: Tree, read: impl FnOnce(&mut Self) -> T) -> T {
        let Findings { faults, warnings, .. } = &mut self.findings;
        let (faults, warnings) = (std::mem::take(faults), std::mem::take(warnings));
        let mut section = Self::at(path, given, Findings { effective: toml::Table::new(), faults, warnings });
        let value = read(&mut section);
        let Findings { effective, faults, warnings } = section.finish();
        (self.findings.faults, self.findings.warnings) = (faults, warnings);
        if !effective.is_empty() {
            self.show(key, effective.into());
        }
        value
    }

    /// Reports a fault of a key in this section.
    pub(super) fn fault(&mut self, key: &str, origin: Option<Origin>, problem: impl Display) {
        let fault = Fault { key: self.key(key), origin, problem: problem.to_string() };
        self.findings.faults.push(fault);
    }

    /// Adds a warning.
    pub(super) fn warn(&mut self, key: &str, origin: Option<Origin>, problem: impl Display) {
        let warning = Fault { key: self.key(key), origin, problem: problem.to_string() };
        self.findings.warnings.push(warning);
    }

    /// The origin of a key that was not read yet.
    pub(super) fn origin(&self, key: &str) -> Option<Origin> {
        match self.given.0.get(key)? {
            Node::Value(_, origin) => Some(origin.clone()),
            Node::Section(_) => None,
        }
    }

    /// Records the effective value of a key, for `config print`.
    pub(super) fn show(&mut self, key: &str, value: toml::Value) {
        self.findings.effective.insert(key.to_owned(), value);
    }

    /// Reports unknown keys and returns the findings.
    pub(super) fn finish(mut self) -> Findings {
        self.refuse_unknown();
        self.findings
    }

    fn refuse_unknown(&mut self) {
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
            if self.may_be_shown(&key) {
                self.fault(&key, origin, format!("is an unknown setting{hint}"));
            } else {
                let key = if self.path.is_empty() { "the top level" } else { &self.path }.to_owned();
                let problem = format!("has an unknown setting{hint}");
                self.findings.faults.push(Fault { key, origin, problem });
            }
        }
    }

    /// Whether an unknown key looks like a setting's name, in a section without secrets.
    fn may_be_shown(&self, key: &str) -> bool {
        let section = self.path.split(['.', '[']).next().unwrap_or_default();
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        !CONFIDENTIAL.contains(&section) && key.len() <= MAX_SHOWN_KEY && key.bytes().all(is_name)
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

/// The elements of a list, or the problem.
fn elements(value: toml::Value) -> Result<Vec<toml::Value>, String> {
    /// Prefix that makes a TOML document of a list.
    const KEY: &str = "list = ";

    match value {
        toml::Value::Array(elements) => Ok(elements),
        toml::Value::String(text) if text.trim_start().starts_with('[') => {
            let document = format!("{KEY}{text}");
            let mut table: toml::Table =
                document.parse().map_err(|error| toml_problem(&error, &document, KEY.len()))?;
            table.remove("list").map_or_else(|| Ok(Vec::new()), elements)
        }
        toml::Value::String(text) => Ok(text.split(',').map(|part| part.trim().into()).collect()),
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Table(_) => Err("must be a list".to_owned()),
    }
}
