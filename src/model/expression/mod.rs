//! Callers' expressions in DynamoDB's language, checked before they are combined with ours.
//!
//! A condition is sent as `(ours) AND (theirs)`. The parentheses must be balanced, or a caller could bypass ours with
//! `a = :v) OR (a = :v`. Callers' names and values share maps with ours, so placeholders with our prefix are refused.
//!
//! The grammar and the types of operands are checked as well: the embedded engine lets mistakes pass that DynamoDB refuses.
//! Reserved words and overlapping paths are left to DynamoDB.

mod check;
mod condition;
mod projection;
mod reader;
#[cfg(test)]
mod tests;
mod token;
mod update;

use std::collections::{HashMap, HashSet};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use self::check::{Checked, Limits, check, check_parentheses};
pub(crate) use self::projection::Projected;
pub use self::projection::Projection;
use self::reader::Reader;
use self::token::{Spanned, Token, word};
pub use self::update::CallerUpdate;
pub(crate) use self::update::Clause;
use super::item::check_attribute_name;
use super::{Attributes, Invalid};

/// The prefix of our placeholders, after `#` or `:`.
const OUR_PREFIX: &str = "dkv_";

/// Maximum length of a placeholder in bytes, with its sign. Source: "Quotas in Amazon DynamoDB", expression parameters.
pub(crate) const MAX_PLACEHOLDER_BYTES: usize = 255;

/// Maximum size of our part of a condition or filter: the expiry rule, the nonce, parentheses.
pub(crate) const OUR_CONDITION_BYTES: usize = 320;
pub(crate) const OUR_CONDITION_OPERATORS: usize = 20;

/// Maximum size of our part of an update: the version.
pub(crate) const OUR_UPDATE_BYTES: usize = 64;
pub(crate) const OUR_UPDATE_OPERATORS: usize = 1;

/// The `names` and `values` of a request and the expressions that use them.
///
/// Define all of them, read each expression, then check for [unused](Self::unused) ones, which DynamoDB refuses.
#[derive(Default)]
pub struct Placeholders {
    names: HashMap<String, String>,
    values: Attributes,
    used: HashSet<String>,
}

impl Placeholders {
    /// Defines an alias of an attribute, such as `#name`.
    ///
    /// # Errors
    /// The alias is malformed, too long, or has the server's prefix `#dkv_`.
    pub fn define_name(&mut self, alias: String, attribute: String) -> Result<(), Invalid> {
        check_placeholder(&alias, '#')?;
        check_attribute_name(&attribute)?;
        self.names.insert(alias, attribute);
        Ok(())
    }

    /// Defines a placeholder of a value, such as `:value`.
    ///
    /// # Errors
    /// The placeholder is malformed, too long, or has the server's prefix `:dkv_`.
    pub fn define_value(&mut self, placeholder: String, value: AttributeValue) -> Result<(), Invalid> {
        check_placeholder(&placeholder, ':')?;
        self.values.insert(placeholder, value);
        Ok(())
    }

    /// Reads a condition or a filter, which is combined with the server's own.
    ///
    /// # Errors
    /// The expression is malformed, or a placeholder is not defined.
    pub fn condition(&mut self, text: &str) -> Result<CallerExpression, Invalid> {
        self.expression(text, Limits::DYNAMODB.less(OUR_CONDITION_BYTES, OUR_CONDITION_OPERATORS))
    }

    /// Reads a key condition, which is sent unchanged.
    ///
    /// # Errors
    /// As [`Placeholders::condition`], and if one of its values is empty, which no key attribute is.
    pub fn key_condition(&mut self, text: &str) -> Result<CallerExpression, Invalid> {
        let expression = self.expression(text, Limits::DYNAMODB)?;
        let is_empty = |value: &AttributeValue| match value {
            AttributeValue::S(text) => text.is_empty(),
            AttributeValue::B(blob) => blob.as_ref().is_empty(),
            _ => false,
        };
        if expression.definitions.values.values().any(is_empty) {
            return Err(Invalid::new("compares a key attribute with an empty value"));
        }
        Ok(expression)
    }

    fn expression(&mut self, text: &str, limits: Limits) -> Result<CallerExpression, Invalid> {
        let checked = check(text, limits)?;
        check_parentheses(text, &checked)?;
        let definitions = self.take_used(&checked.tokens)?;
        let mut reader = Reader::new(text, &checked, self);
        condition::read(&mut reader)?;
        let paths = reader.paths().map(|(attribute, is_inside)| (attribute.to_owned(), is_inside)).collect();
        let Checked { tokens, pairs } = checked;
        let within = match (tokens.as_slice(), pairs.last()) {
            // The driver adds a pair around the whole, so one around it already would be redundant.
            ([first, .., last], Some(&(0, close))) if close + 1 == tokens.len() => text.get(first.end..last.start),
            ([first, .., last], _) => text.get(first.start..last.end),
            _ => Some(text),
        };
        let text = within.unwrap_or(text).trim_ascii();
        Ok(CallerExpression { text: text.to_owned(), paths, definitions })
    }

    /// The first unused placeholder in alphabetical order.
    #[must_use]
    pub fn unused(&self) -> Option<&str> {
        self.names
            .keys()
            .chain(self.values.keys())
            .filter(|placeholder| !self.used.contains(*placeholder))
            .min()
            .map(String::as_str)
    }

    /// Collects the definitions that the tokens use.
    fn take_used(&mut self, tokens: &[Spanned<'_>]) -> Result<Definitions, Invalid> {
        let mut definitions = Definitions::default();
        for spanned in tokens {
            let (placeholder, is_defined) = match spanned.token {
                Token::Name(alias) => (alias, definitions.take_name(alias, &self.names)),
                Token::Value(value) => (value, definitions.take_value(value, &self.values)),
                _ => continue,
            };
            if !is_defined {
                // Our own placeholders are not defined either: callers cannot use them.
                return Err(Invalid::new(format!("uses {placeholder}, which is not defined")));
            }
            self.used.insert(placeholder.to_owned());
        }
        Ok(definitions)
    }
}

fn check_placeholder(placeholder: &str, sign: char) -> Result<(), Invalid> {
    if placeholder.len() > MAX_PLACEHOLDER_BYTES {
        let problem = format!("has {} bytes, at most {MAX_PLACEHOLDER_BYTES} are allowed", placeholder.len());
        return Err(Invalid::limit(problem, format!("{MAX_PLACEHOLDER_BYTES} bytes")));
    }
    match placeholder.strip_prefix(sign) {
        Some(name) if name.starts_with(OUR_PREFIX) => {
            Err(Invalid::new(format!("begins with {sign}{OUR_PREFIX}, which is reserved for the server")))
        }
        Some(name) if !name.is_empty() && word(name) == name => Ok(()),
        _ => Err(Invalid::new(format!("must be {sign} followed by letters, digits and underscores"))),
    }
}

/// Shows only counts: values must not be logged.
impl fmt::Debug for Placeholders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { names, values, used } = self;
        write!(f, "Placeholders({} names, {} values, {} used)", names.len(), values.len(), used.len())
    }
}

/// The names and values that an expression uses.
#[derive(Clone, Default)]
pub(crate) struct Definitions {
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Attributes,
}

impl Definitions {
    /// The attribute behind a name as written.
    fn name<'a>(&'a self, written: &'a str) -> &'a str {
        self.names.get(written).map_or(written, String::as_str)
    }

    fn take_name(&mut self, alias: &str, from: &HashMap<String, String>) -> bool {
        let definition = from.get(alias);
        if let Some(attribute) = definition.filter(|_| !self.names.contains_key(alias)) {
            self.names.insert(alias.to_owned(), attribute.clone());
        }
        definition.is_some()
    }

    fn take_value(&mut self, placeholder: &str, from: &Attributes) -> bool {
        let definition = from.get(placeholder);
        if let Some(value) = definition.filter(|_| !self.values.contains_key(placeholder)) {
            self.values.insert(placeholder.to_owned(), value.clone());
        }
        definition.is_some()
    }
}

/// A caller's condition, filter or key condition, with the definitions that it uses.
///
/// Its parentheses are balanced and none enclose the whole, so it keeps its meaning within a pair of ours.
#[derive(Clone)]
pub struct CallerExpression {
    text: String,
    /// The attribute of each path as written, and whether the path leads into its value. Not resolved, because a thousand
    /// aliases may stand for one long name.
    paths: Vec<(String, bool)>,
    definitions: Definitions,
}

impl CallerExpression {
    /// The expression without enclosing parentheses.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// The attributes that it reads, in whole or in part.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(|(written, _)| self.definitions.name(written))
    }

    /// Refuses a path into the value of one of these key attributes, which are scalars.
    pub(crate) fn check_keys<'k>(&self, mut keys: impl Iterator<Item = &'k str>) -> Result<(), Invalid> {
        let is_inside = |key: &&str| {
            self.paths.iter().any(|(written, is_inside)| *is_inside && self.definitions.name(written) == *key)
        };
        match keys.find(is_inside) {
            Some(key) => Err(Invalid::new(format!("has a path into the key attribute {key:?}, which is a scalar"))),
            None => Ok(()),
        }
    }
}

/// Values never reach a log.
impl fmt::Debug for CallerExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerExpression").field("text", &self.text).finish_non_exhaustive()
    }
}
