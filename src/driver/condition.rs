//! Conditions and updates as trees, rendered into DynamoDB's expressions in one pass with one table of aliases.

use std::collections::HashMap;
use std::fmt::Write;

use aws_sdk_dynamodb::types::AttributeValue;

use super::layout::{Layout, Role};
use crate::model::{CallerExpression, Millis};

/// What must be true of the stored item for a write to happen.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// DynamoDB holds an item under this key, expired or not.
    Stored,
    /// The expiry time has not passed, or there is none. True of an absent item too.
    Alive,
    Equals(Role, AttributeValue),
    AtLeast(Role, AttributeValue),
    AtMost(Role, AttributeValue),
    IsNumber(Role),
    BeginsWith(Role, String),
    /// What a caller wrote.
    Caller(CallerExpression),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    /// There is such an entry.
    pub(super) fn exists() -> Self {
        Self::All(vec![Self::Stored, Self::Alive])
    }

    /// There is no such entry.
    pub(super) fn absent() -> Self {
        Self::Any(vec![Self::not(Self::Stored), Self::not(Self::Alive)])
    }

    pub(super) fn not(condition: Self) -> Self {
        Self::Not(Box::new(condition))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }
}

/// What an UpdateItem changes.
#[derive(Debug, Clone)]
pub(super) struct Update {
    pub(super) set: Vec<(Role, Operand)>,
    pub(super) remove: Vec<Role>,
}

/// What an attribute is set to.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    Value(AttributeValue),
    /// What it holds, plus this.
    Plus(AttributeValue),
}

/// Expressions with the names and values they refer to.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) condition: Option<String>,
    pub(super) update: Option<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

/// Renders a write's expressions as of `now`.
pub(super) fn render(layout: &Layout, condition: Option<&Condition>, update: Option<&Update>, now: Millis) -> Rendered {
    let mut renderer = Renderer::new(layout, now);
    let update = update.map(|update| renderer.update(update));
    let condition = condition.map(|condition| renderer.condition_text(condition));
    renderer.finish(condition, update)
}

/// The aliases of one request, while its expressions are rendered.
pub(super) struct Renderer<'a> {
    layout: &'a Layout,
    now: Millis,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(layout: &'a Layout, now: Millis) -> Self {
        Self { layout, now, names: HashMap::new(), values: HashMap::new() }
    }

    pub(super) fn finish(self, condition: Option<String>, update: Option<String>) -> Rendered {
        Rendered { condition, update, names: self.names, values: self.values }
    }

    /// Every name is aliased, so that reserved words such as `ttl` need no thought.
    pub(super) fn name(&mut self, role: Role) -> &'static str {
        let alias = match role {
            Role::Key => "#dkv_key",
            Role::Value => "#dkv_value",
            Role::Ttl => "#dkv_ttl",
            Role::TtlMs => "#dkv_ttl_ms",
            Role::Version => "#dkv_version",
        };
        self.names.entry(alias.to_owned()).or_insert_with(|| self.layout.name(role).to_owned());
        alias
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":dkv_{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    pub(super) fn constant(
        &mut self,
        placeholder: &'static str,
        value: impl FnOnce() -> AttributeValue,
    ) -> &'static str {
        self.values.entry(placeholder.to_owned()).or_insert_with(value);
        placeholder
    }

    pub(super) fn condition_text(&mut self, condition: &Condition) -> String {
        let mut text = String::new();
        self.condition(condition, &mut text);
        text
    }

    fn condition(&mut self, condition: &Condition, text: &mut String) {
        match condition {
            Condition::Stored => push(text, &["attribute_exists(", self.name(Role::Key), ")"]),
            Condition::Alive => self.alive(text),
            Condition::Equals(role, value) => self.comparison(*role, " = ", value, text),
            Condition::AtLeast(role, value) => self.comparison(*role, " >= ", value, text),
            Condition::AtMost(role, value) => self.comparison(*role, " <= ", value, text),
            Condition::IsNumber(role) => self.is_number(*role, text),
            Condition::BeginsWith(role, prefix) => {
                let placeholder = self.value(AttributeValue::S(prefix.clone()));
                push(text, &["begins_with(", self.name(*role), ", ", &placeholder, ")"]);
            }
            Condition::Caller(expression) => self.caller(expression, text),
            Condition::Not(inner) => {
                text.push_str("NOT (");
                self.condition(inner, text);
                text.push(')');
            }
            Condition::All(parts) => self.join(parts, " AND ", text),
            Condition::Any(parts) => self.join(parts, " OR ", text),
        }
    }

    /// Each part in parentheses of its own, none around the whole: DynamoDB rejects redundant pairs.
    fn join(&mut self, parts: &[Condition], operator: &str, text: &mut String) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                text.push_str(operator);
            }
            text.push('(');
            self.condition(part, text);
            text.push(')');
        }
    }

    fn comparison(&mut self, role: Role, operator: &str, value: &AttributeValue, text: &mut String) {
        let placeholder = self.value(value.clone());
        push(text, &[self.name(role), operator, &placeholder]);
    }

    fn is_number(&mut self, role: Role, text: &mut String) {
        let number = self.constant(":dkv_n", || AttributeValue::S("N".to_owned()));
        push(text, &["attribute_type(", self.name(role), ", ", number, ")"]);
    }

    /// The expiry rule; `expiry.rs` states it and says why it has this form.
    fn alive(&mut self, text: &mut String) {
        let (seconds, millis) = (self.now.div_euclid(1000), self.now.rem_euclid(1000));
        let ttl = self.name(Role::Ttl);
        let ttl_ms = self.name(Role::TtlMs);
        let now = self.constant(":dkv_now", || AttributeValue::N(format!("{seconds}.{millis:03}")));
        let next = self.constant(":dkv_next", || AttributeValue::N((seconds + 1).to_string()));
        let rest = self.constant(":dkv_rest", || AttributeValue::N((1000 - millis).to_string()));
        text.push_str("(NOT ");
        self.is_number(Role::Ttl, text);
        push(text, &[") OR ", ttl, " > ", next, " OR (", ttl, " > ", now, " AND ((NOT "]);
        self.is_number(Role::TtlMs, text);
        push(text, &[") OR ", ttl_ms, " < ", rest, "))"]);
    }

    fn update(&mut self, update: &Update) -> String {
        let mut text = String::new();
        for (index, (role, operand)) in update.set.iter().enumerate() {
            let name = self.name(*role);
            text.push_str(if index == 0 { "SET " } else { ", " });
            let written = match operand {
                Operand::Value(value) => {
                    let placeholder = self.value(value.clone());
                    write!(text, "{name} = {placeholder}")
                }
                Operand::Plus(value) => {
                    let placeholder = self.value(value.clone());
                    write!(text, "{name} = {name} + {placeholder}")
                }
            };
            debug_assert!(written.is_ok(), "writing to a String cannot fail");
        }
        for (index, role) in update.remove.iter().enumerate() {
            text.push_str(if index == 0 { " REMOVE " } else { ", " });
            text.push_str(self.name(*role));
        }
        text
    }
}

fn push(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}
