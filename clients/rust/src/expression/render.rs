use std::collections::{HashMap, HashSet};

use super::condition::{Node, Operand};
use super::path::{Step, steps};
use super::{Condition, Rendered};
use crate::{Value, pb};

/// The text of a condition in a request that has these aliases and placeholders already.
pub(super) fn render(condition: Condition, aliases: HashSet<String>, placeholders: HashSet<String>) -> Rendered {
    let mut renderer = Renderer { aliases, placeholders, names: HashMap::new(), values: HashMap::new() };
    let text = renderer.condition(condition);
    let names = renderer.names.into_iter().map(|(name, alias)| (alias, name)).collect();
    Rendered { text, names, values: renderer.values }
}

struct Renderer {
    /// All that are taken, those that are made here among them.
    aliases: HashSet<String>,
    placeholders: HashSet<String>,
    /// The alias of each name that is named here.
    names: HashMap<String, String>,
    values: HashMap<String, pb::Value>,
}

impl Renderer {
    fn condition(&mut self, Condition(node): Condition) -> String {
        match node {
            Node::Compare { left, operator, right } => {
                let left = self.operand(&left);
                format!("{left} {operator} {}", self.value(right))
            }
            Node::Between { path, low, high } => {
                let path = self.path(&path);
                format!("{path} BETWEEN {} AND {}", self.value(low), self.value(high))
            }
            Node::In { path, values } => {
                let path = self.path(&path);
                let values: Vec<_> = values.into_iter().map(|value| self.value(value)).collect();
                format!("{path} IN ({})", values.join(", "))
            }
            Node::Function { name, path, argument } => {
                let path = self.path(&path);
                match argument {
                    Some(argument) => format!("{name}({path}, {})", self.value(argument)),
                    None => format!("{name}({path})"),
                }
            }
            Node::Several { operator, conditions } => {
                let parts: Vec<_> = conditions.into_iter().map(|condition| self.part(condition)).collect();
                parts.join(&format!(" {operator} "))
            }
            Node::Not(condition) => format!("NOT {}", self.part(*condition)),
        }
    }

    /// As a part of another condition: in parentheses, unless nothing in it could be torn apart.
    fn part(&mut self, condition: Condition) -> String {
        let is_single = !matches!(condition.0, Node::Several { .. } | Node::Not(_));
        let text = self.condition(condition);
        if is_single { text } else { format!("({text})") }
    }

    fn operand(&mut self, operand: &Operand) -> String {
        match operand {
            Operand::Path(path) => self.path(path),
            Operand::Size(path) => format!("size({})", self.path(path)),
        }
    }

    /// What is no path stays as it is, behind a quote, which no expression of DynamoDB's may have: the server refuses it.
    fn path(&mut self, text: &str) -> String {
        let Some(steps) = steps(text) else { return format!("\"{text}") };
        let mut path = String::new();
        for step in steps {
            match step {
                Step::Name(name) if path.is_empty() => path = self.alias(name),
                Step::Name(name) => path = format!("{path}.{}", self.alias(name)),
                Step::Index(index) => path = format!("{path}[{index}]"),
            }
        }
        path
    }

    fn alias(&mut self, name: String) -> String {
        let aliases = &mut self.aliases;
        self.names.entry(name).or_insert_with(|| free("#attr", aliases)).clone()
    }

    fn value(&mut self, value: Value) -> String {
        let placeholder = free(":attr", &mut self.placeholders);
        self.values.insert(placeholder.clone(), value.into());
        placeholder
    }
}

/// Takes one that nobody has taken: the caller's own may begin like ours.
fn free(prefix: &str, taken: &mut HashSet<String>) -> String {
    let mut number = taken.len();
    while taken.contains(&format!("{prefix}{number}")) {
        number += 1;
    }
    let made = format!("{prefix}{number}");
    taken.insert(made.clone());
    made
}
