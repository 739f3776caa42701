//! Expressions of callers put beside our own. `model` has checked that they stay what they are there.

use super::condition::Renderer;
use super::layout::Role;
use super::nonce::Nonce;
use crate::model::{CallerExpression, CallerUpdate, Clause, Definitions};

impl Renderer<'_> {
    pub(super) fn caller(&mut self, expression: &CallerExpression, text: &mut String) {
        self.define(expression.definitions());
        text.push_str(expression.text());
    }

    /// The caller's update, which also writes the version.
    pub(super) fn caller_update(&mut self, update: &CallerUpdate, nonce: Nonce) -> String {
        self.define(update.definitions());
        let version = self.version(nonce);
        let mut clauses = vec![format!("SET {version}")];
        for (clause, actions) in update.clauses() {
            match (clause, clauses.first_mut()) {
                (Clause::Set, Some(set)) => *set = format!("SET {actions}, {version}"),
                _ => clauses.push(format!("{} {actions}", clause.keyword())),
            }
        }
        clauses.join(" ")
    }

    /// The action that writes the version.
    pub(super) fn version(&mut self, nonce: Nonce) -> String {
        let value = self.constant(":dkv_nonce", || nonce.to_attribute());
        format!("{} = {value}", self.name(Role::Version))
    }

    /// Placeholders of callers cannot be ours: `Placeholders` refuses our prefix.
    fn define(&mut self, definitions: &Definitions) {
        let Definitions { names, values } = definitions;
        self.names.extend(names.iter().map(|(alias, name)| (alias.clone(), name.clone())));
        self.values.extend(values.iter().map(|(placeholder, value)| (placeholder.clone(), value.clone())));
    }
}
