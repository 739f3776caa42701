//! Expressions of callers put beside our own. `model` has checked that they stay what they are there.

use super::aws_error::Parameter;
use super::condition::Renderer;
use super::error::{Error, Upstream};
use super::layout::Role;
use super::nonce::Nonce;
use crate::model::{CallerExpression, CallerUpdate, Clause, Definitions};

/// The fields of a request that hold expressions of the caller's, with the parameter in which each is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct CallerFields(Vec<(Parameter, &'static str)>);

impl CallerFields {
    pub(super) fn new(fields: impl IntoIterator<Item = (Parameter, Option<&'static str>)>) -> Self {
        Self(fields.into_iter().filter_map(|(parameter, field)| Some((parameter, field?))).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field whose expression DynamoDB refused. If it was none of the caller's, the fault is ours.
    pub(super) fn refused(&self, upstream: &Upstream) -> Option<&'static str> {
        let named = upstream.message().and_then(Parameter::named_in);
        let is_meant = |parameter| named.is_none_or(|named| named == parameter);
        self.0.iter().find(|(parameter, _)| is_meant(*parameter)).map(|(_, field)| *field)
    }

    /// The error, as the caller's own if it is a refusal of one of these fields.
    pub(super) fn blame(&self, error: Error) -> Error {
        let field = error.upstream().and_then(|upstream| self.refused(upstream));
        match (error, field) {
            (Error::Internal(upstream), Some(field)) => Error::InvalidExpression { field: field.to_owned(), upstream },
            (other, _) => other,
        }
    }
}

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
