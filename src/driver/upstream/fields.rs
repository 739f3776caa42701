//! Finds the field of the caller's request that DynamoDB refused.

use super::validation::{Parameter, Validation};
use crate::driver::error::{Error, Upstream};
use crate::model::{Invalid, Violation};

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
            // A query compares such a value with the key of its index.
            Validation::IndexKey => of(Parameter::KeyCondition),
            Validation::Unknown => self.0.iter().find(|(parameter, _)| *parameter != Parameter::Actions).copied(),
            Validation::ItemTooLarge
            | Validation::NotApplicable
            | Validation::OtherKeySchema
            | Validation::TransactionTooLarge
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
            // Actions are no expression of the caller, but their paths are.
            Some((Parameter::Actions, field)) => {
                let invalid = Invalid::new(format!("were refused: {}", upstream.message().unwrap_or_default()));
                Error::Invalid(Violation { field: field.to_owned(), invalid })
            }
            Some((_, field)) => Error::InvalidExpression { field: field.to_owned(), upstream },
            None => Error::Internal(upstream),
        }
    }
}
