//! Renders conditions and updates in one pass, with one table of aliases.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::condition::Condition;
use super::update::{Operand, Update};
use crate::driver::store::{Digest, Layout, Nonce, Role};
use crate::model::{CallerExpression, CallerUpdate, Clause, Definitions, Millis};

/// Rendered expressions with their names and values.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) condition: Option<String>,
    pub(crate) update: Option<String>,
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Rendered {
    pub(crate) fn digest(&self, digest: &mut Digest) {
        for text in [&self.condition, &self.update] {
            digest.bytes(text.as_deref().unwrap_or_default().as_bytes());
        }
        digest.names(&self.names);
        digest.attributes(&self.values);
    }
}

/// Names and values of most writes of entries: the maps need not grow.
const NAMES: usize = 7;
const VALUES: usize = 14;

/// Bytes of most conditions and updates of entries: the texts need not grow.
const CONDITION_BYTES: usize = 384;
const UPDATE_BYTES: usize = 128;

/// The placeholders of the first values.
const PLACEHOLDERS: [&str; 8] = [":dkv_0", ":dkv_1", ":dkv_2", ":dkv_3", ":dkv_4", ":dkv_5", ":dkv_6", ":dkv_7"];

/// Renders the expressions of one request and collects their aliases.
pub(crate) struct Renderer<'a> {
    layout: &'a Layout,
    now: Millis,
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: HashMap<String, AttributeValue>,
    /// The roles that have their alias among the names: a bit for each.
    named: u8,
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(layout: &'a Layout, now: Millis) -> Self {
        Self { layout, now, names: HashMap::with_capacity(NAMES), values: HashMap::with_capacity(VALUES), named: 0 }
    }

    pub(super) fn finish(mut self, condition: Option<&Condition>, update: Option<String>) -> Rendered {
        let condition = condition.map(|condition| self.condition_text(condition));
        Rendered { condition, update, names: self.names, values: self.values }
    }

    /// Every name is aliased, since some are reserved words.
    pub(super) fn name(&mut self, role: Role) -> &'static str {
        let alias = match role {
            Role::Key => "#dkv_key",
            Role::Value => "#dkv_val",
            Role::Ttl => "#dkv_ttl",
            Role::TtlMs => "#dkv_ms",
            Role::Version => "#dkv_ver",
        };
        let bit = 1 << role as u8;
        if self.named & bit == 0 {
            self.named |= bit;
            self.names.insert(alias.to_owned(), self.layout.name(role).to_owned());
        }
        alias
    }

    /// The attribute with this role.
    pub(super) fn attribute(&self, role: Role) -> &'a str {
        self.layout.name(role)
    }

    fn value(&mut self, value: AttributeValue) -> Cow<'static, str> {
        let index = self.values.len();
        let placeholder: Cow<'static, str> =
            PLACEHOLDERS.get(index).map_or_else(|| format!(":dkv_{index}").into(), |text| (*text).into());
        self.values.insert(placeholder.clone().into_owned(), value);
        placeholder
    }

    /// Defines a value that several parts of the expressions may use.
    pub(crate) fn constant(
        &mut self,
        placeholder: &'static str,
        value: impl FnOnce() -> AttributeValue,
    ) -> &'static str {
        self.values.entry(placeholder.to_owned()).or_insert_with(value);
        placeholder
    }

    pub(crate) fn condition_text(&mut self, condition: &Condition) -> String {
        let mut text = String::with_capacity(CONDITION_BYTES);
        self.condition(condition, &mut text);
        text
    }

    fn condition(&mut self, condition: &Condition, text: &mut String) {
        match condition {
            Condition::Stored => push(text, &["attribute_exists(", self.name(Role::Key), ")"]),
            Condition::Alive => self.alive(text),
            Condition::OwnVersion => {
                push(text, &["attribute_not_exists(", self.name(Role::Version), ") OR "]);
                self.version_from(Nonce::floor, text);
            }
            Condition::CounterVersion => self.version_from(Nonce::counter_floor, text),
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

    /// Puts parentheses around each part but not around the whole: DynamoDB refuses redundant pairs.
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

    /// The expiry rule, which `store/expiry.rs` explains.
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

    /// A comparison of different types is false, so this refuses every type but N.
    fn version_from(&mut self, least: fn() -> AttributeValue, text: &mut String) {
        let version = self.name(Role::Version);
        let least = self.constant(":dkv_v1", least);
        let most = self.constant(":dkv_v2", Nonce::ceiling);
        push(text, &[version, " BETWEEN ", least, " AND ", most]);
    }

    pub(super) fn update(&mut self, update: &Update) -> String {
        let mut text = String::with_capacity(UPDATE_BYTES);
        for (index, (role, operand)) in update.set.iter().enumerate() {
            let name = self.name(*role);
            text.push_str(if index == 0 { "SET " } else { ", " });
            match operand {
                Operand::Value(value) => push(&mut text, &[name, " = ", &self.value(value.clone())]),
                Operand::Plus(value) => push(&mut text, &[name, " = ", name, " + ", &self.value(value.clone())]),
            }
        }
        for (index, role) in update.remove.iter().enumerate() {
            text.push_str(if index == 0 { " REMOVE " } else { ", " });
            text.push_str(self.name(*role));
        }
        text
    }

    /// Adds a caller's expression. `model` has checked that it cannot change the meaning of ours.
    pub(crate) fn caller(&mut self, expression: &CallerExpression, text: &mut String) {
        self.define(expression.definitions());
        text.push_str(expression.text());
    }

    /// A caller's update expression, extended by the action that writes the version and, if asked to, by the removal of the
    /// expiry time's remainder.
    pub(crate) fn caller_update(&mut self, update: &CallerUpdate, nonce: Nonce, drops_remainder: bool) -> String {
        self.define(update.definitions());
        let version = self.version(nonce);
        let remainder = drops_remainder.then(|| self.name(Role::TtlMs));
        let has_remove = update.clauses().any(|(clause, _)| clause == Clause::Remove);
        let mut clauses = vec![format!("SET {version}")];
        if let Some(remainder) = remainder.filter(|_| !has_remove) {
            clauses.push(format!("REMOVE {remainder}"));
        }
        for (clause, actions) in update.clauses() {
            match (clause, clauses.first_mut(), remainder) {
                (Clause::Set, Some(set), _) => *set = format!("SET {actions}, {version}"),
                (Clause::Remove, _, Some(remainder)) => clauses.push(format!("REMOVE {actions}, {remainder}")),
                _ => clauses.push(format!("{} {actions}", clause.keyword())),
            }
        }
        clauses.join(" ")
    }

    /// The action that writes the version.
    pub(crate) fn version(&mut self, nonce: Nonce) -> String {
        let value = self.constant(":dkv_nonce", || nonce.to_attribute());
        format!("{} = {value}", self.name(Role::Version))
    }

    /// A caller's placeholders never collide with ours: `Placeholders` refuses our prefix.
    fn define(&mut self, definitions: &Definitions) {
        let Definitions { names, values } = definitions;
        self.names.extend(names.iter().map(|(alias, name)| (alias.clone(), name.clone())));
        self.values.extend(values.iter().map(|(placeholder, value)| (placeholder.clone(), value.clone())));
    }
}

fn push(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}
