//! Finds the field of the caller's request with the expression that DynamoDB refused.

use crate::driver::error::{Error, Upstream};

/// A DynamoDB parameter that holds an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Condition,
    Update,
    Projection,
}

impl Parameter {
    /// The parameter that a ValidationException is about, if its message says so: "Invalid UpdateExpression: ...".
    fn named_in(message: &str) -> Option<Self> {
        [
            (Self::Condition, "Invalid ConditionExpression"),
            (Self::Update, "Invalid UpdateExpression"),
            (Self::Projection, "Invalid ProjectionExpression"),
        ]
        .into_iter()
        .find(|(_, phrase)| message.contains(phrase))
        .map(|(parameter, _)| parameter)
    }
}

/// The fields of a request with expressions of the caller, each with the DynamoDB parameter that it is sent in.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallerFields(Vec<(Parameter, &'static str)>);

impl CallerFields {
    pub(crate) fn new(fields: impl IntoIterator<Item = (Parameter, Option<&'static str>)>) -> Self {
        Self(fields.into_iter().filter_map(|(parameter, field)| Some((parameter, field?))).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field whose expression DynamoDB refused. `None` if it was none of the caller's: then the bug is ours.
    pub(crate) fn refused(&self, upstream: &Upstream) -> Option<&'static str> {
        let named = upstream.message().and_then(Parameter::named_in);
        let is_meant = |parameter| named.is_none_or(|named| named == parameter);
        self.0.iter().find(|(parameter, _)| is_meant(*parameter)).map(|(_, field)| *field)
    }

    /// Turns the error into [`Error::InvalidExpression`] if DynamoDB refused one of these fields.
    pub(crate) fn blame(&self, error: Error) -> Error {
        let field = error.upstream().and_then(|upstream| self.refused(upstream));
        match (error, field) {
            (Error::Internal(upstream), Some(field)) => Error::InvalidExpression { field: field.to_owned(), upstream },
            (other, _) => other,
        }
    }
}
