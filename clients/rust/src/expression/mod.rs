//! Conditions, filters and key conditions made by methods, which number their aliases and placeholders themselves.

mod condition;
mod path;
mod render;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use condition::{Attr, AttributeType, Condition, Size, attr};

use crate::item::Values;
use crate::pb;

/// A condition, filter or key condition: DynamoDB's text, or a [`Condition`] made by methods.
///
/// The text's aliases and placeholders are given beside it, by [`name`](crate::Call::name) and [`value`](crate::Call::value).
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Text(String),
    Made(Condition),
}

impl From<&str> for Expression {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.to_owned()))
    }
}

impl From<String> for Expression {
    fn from(text: String) -> Self {
        Self(Kind::Text(text))
    }
}

impl From<Condition> for Expression {
    fn from(condition: Condition) -> Self {
        Self(Kind::Made(condition))
    }
}

impl Expression {
    /// Its text in this request, which gets the aliases and placeholders.
    pub(crate) fn into_text(self, request: &mut impl Values) -> String {
        let condition = match self.0 {
            Kind::Text(text) => return text,
            Kind::Made(condition) => condition,
        };
        let names = request.names().keys().cloned().collect();
        let values = request.values().keys().cloned().collect();
        let rendered = render::render(condition, names, values);
        request.names().extend(rendered.names);
        request.values().extend(rendered.values);
        rendered.text
    }
}

/// What a condition becomes.
struct Rendered {
    text: String,
    names: HashMap<String, String>,
    values: HashMap<String, pb::Value>,
}
