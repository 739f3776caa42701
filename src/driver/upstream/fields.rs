//! Finds the field of the caller's request that DynamoDB refused.

use super::validation::Validation;
use crate::driver::error::{Error, Upstream};
use crate::model::{Invalid, Violation};

/// A part of a request to DynamoDB that the caller wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Condition,
    Update,
    /// Typed actions, which the driver renders as an update expression.
    Actions,
    KeyCondition,
    Filter,
    Projection,
}

/// The fields of a request with expressions of the caller, each with the DynamoDB parameter that it is sent in.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallerFields(Vec<(Parameter, &'static str)>);

impl CallerFields {
    pub(crate) fn new(fields: impl IntoIterator<Item = (Parameter, Option<&'static str>)>) -> Self {
        Self(fields.into_iter().filter_map(|(parameter, field)| Some((parameter, field?))).collect())
    }

    /// The field that DynamoDB refused. `None` if it was none of the caller's: then the bug is ours.
    pub(crate) fn refused(&self, upstream: &Upstream) -> Option<(Parameter, &'static str)> {
        let of = |parameter| self.0.iter().find(|(other, _)| *other == parameter).copied();
        // Without a message nothing was sent.
        match Validation::of(upstream.message()?) {
            Validation::Expression(candidates) => candidates.iter().copied().find_map(of),
            Validation::Unknown => self.0.iter().find(|(parameter, _)| *parameter != Parameter::Actions).copied(),
            Validation::ItemTooLarge
            | Validation::NotApplicable
            | Validation::IndexKey
            | Validation::OtherKeySchema
            | Validation::NoSuchIndex
            | Validation::IndexNotActive
            | Validation::Ours => None,
        }
    }

    /// Turns the error for a refused request into one that names the field.
    pub(crate) fn blame(&self, error: Error) -> Error {
        match error {
            Error::Internal(upstream) => self.explain(upstream),
            other => other,
        }
    }

    /// The error for a request that DynamoDB refused.
    pub(crate) fn explain(&self, upstream: Upstream) -> Error {
        match self.refused(&upstream) {
            // Actions are no expression. DynamoDB refuses them only if a path leads into a key attribute.
            Some((Parameter::Actions, field)) => {
                let invalid = Invalid::new("change a key attribute of the table or of an index, or lead into one");
                Error::Invalid(Violation { field: field.to_owned(), invalid })
            }
            Some((_, field)) => Error::InvalidExpression { field: field.to_owned(), upstream },
            None => Error::Internal(upstream),
        }
    }
}
