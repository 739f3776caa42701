//! Callers' expressions in DynamoDB's language, checked as far as needed to combine them with ours.
//!
//! A condition is sent as `(ours) AND (theirs)`. The parentheses must be balanced, or a caller could bypass ours with
//! `a = :v) OR (a = :v`. Callers' names and values share maps with ours, so placeholders with our prefix are refused.
//! Everything else is left to DynamoDB.

mod check;
mod projection;
#[cfg(test)]
mod tests;
mod token;

use std::collections::{HashMap, HashSet};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use self::check::{Checked, Limits, check, check_condition};
pub(crate) use self::projection::Projected;
pub use self::projection::Projection;
use self::token::{Spanned, Token, invalid_at, word};
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
    /// As [`Placeholders::condition`].
    pub fn key_condition(&mut self, text: &str) -> Result<CallerExpression, Invalid> {
        self.expression(text, Limits::DYNAMODB)
    }

    fn expression(&mut self, text: &str, limits: Limits) -> Result<CallerExpression, Invalid> {
        let checked = check(text, limits)?;
        check_condition(text, &checked)?;
        let Checked { tokens, pairs } = checked;
        let definitions = self.take_used(&tokens)?;
        let within = match (tokens.as_slice(), pairs.last()) {
            // The driver adds a pair around the whole, so one around it already would be redundant.
            ([first, .., last], Some(&(0, close))) if close + 1 == tokens.len() => text.get(first.end..last.start),
            ([first, .., last], _) => text.get(first.start..last.end),
            _ => Some(text),
        };
        let text = within.unwrap_or(text).trim_ascii();
        if text.is_empty() {
            return Err(Invalid::new("has empty parentheses"));
        }
        Ok(CallerExpression { text: text.to_owned(), definitions })
    }

    /// Reads an update expression, to which the server adds the version.
    ///
    /// # Errors
    /// Like [`Placeholders::condition`], and if it does not consist of SET, REMOVE, ADD and DELETE, each at most once.
    pub fn update(&mut self, text: &str) -> Result<CallerUpdate, Invalid> {
        let Checked { tokens, .. } = check(text, Limits::DYNAMODB.less(OUR_UPDATE_BYTES, OUR_UPDATE_OPERATORS))?;
        let definitions = self.take_used(&tokens)?;
        let (clauses, targets, entered, assigned) = Default::default();
        let mut update = CallerUpdate { clauses, targets, entered, assigned, definitions };
        let mut rest = tokens.as_slice();
        while let Some((keyword, behind)) = rest.split_first() {
            let clause = Clause::of(keyword.token)
                .ok_or_else(|| invalid_at(text, keyword.start, "something other than SET, REMOVE, ADD or DELETE"))?;
            let length = behind.iter().position(|spanned| Clause::of(spanned.token).is_some()).unwrap_or(behind.len());
            let (actions, next) = behind.split_at_checked(length).unwrap_or((behind, &[]));
            if update.clauses.iter().any(|(other, _)| *other == clause) {
                return Err(invalid_at(text, keyword.start, "a second clause of the same kind"));
            }
            update.read_targets(text, (keyword, clause), actions)?;
            let written = actions.first().zip(actions.last()).and_then(|(first, last)| text.get(first.start..last.end));
            update.clauses.push((clause, written.unwrap_or_default().to_owned()));
            rest = next;
        }
        Ok(update)
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
}

/// Values never reach a log.
impl fmt::Debug for CallerExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerExpression").field("text", &self.text).finish_non_exhaustive()
    }
}

/// A clause of an update expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause {
    Set,
    Remove,
    Add,
    Delete,
}

impl Clause {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Set => "SET",
            Self::Remove => "REMOVE",
            Self::Add => "ADD",
            Self::Delete => "DELETE",
        }
    }

    fn of(token: Token<'_>) -> Option<Self> {
        [Self::Set, Self::Remove, Self::Add, Self::Delete].into_iter().find(|clause| token.is(clause.keyword()))
    }
}

/// A caller's update expression, split into its clauses, with the definitions that it uses.
#[derive(Clone)]
pub struct CallerUpdate {
    clauses: Vec<(Clause, String)>,
    /// The changed attributes as written. They are not resolved, because a thousand aliases may stand for one long
    /// name.
    targets: Vec<String>,
    /// Those of which it changes a value inside.
    entered: Vec<String>,
    /// Those that it sets to a value as a whole, with its placeholder.
    assigned: Vec<(String, String)>,
    definitions: Definitions,
}

impl CallerUpdate {
    /// The attributes that it changes in whole or in part.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|target| self.resolve(target))
    }

    /// Whether it changes a value inside of this attribute.
    pub(crate) fn leads_into(&self, attribute: &str) -> bool {
        self.entered.iter().any(|target| self.resolve(target) == attribute)
    }

    /// The value that it gives this attribute, whatever is stored.
    pub(crate) fn assigned(&self, attribute: &str) -> Option<&AttributeValue> {
        let (_, value) = self.assigned.iter().find(|(target, _)| self.resolve(target) == attribute)?;
        self.definitions.values.get(value)
    }

    fn resolve<'a>(&'a self, target: &'a String) -> &'a str {
        self.definitions.names.get(target).unwrap_or(target)
    }

    /// Its clauses in order: the actions of each, without the keyword.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = (Clause, &str)> {
        self.clauses.iter().map(|(clause, actions)| (*clause, actions.as_str()))
    }

    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Every action starts with the attribute that it changes. Commas outside of parentheses separate actions.
    fn read_targets(
        &mut self,
        text: &str,
        (keyword, clause): (&Spanned<'_>, Clause),
        actions: &[Spanned<'_>],
    ) -> Result<(), Invalid> {
        let mut depth = 0_usize;
        let is_separator = |spanned: &Spanned<'_>| {
            match spanned.token {
                Token::Open => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && spanned.token == Token::Comma
        };
        let mut at = keyword.start;
        for action in actions.split(is_separator) {
            let target = match action.first().map(|spanned| spanned.token) {
                Some(Token::Word(target) | Token::Name(target)) => Some(target),
                _ => None,
            };
            at = action.first().map_or(at, |spanned| spanned.start);
            let target = target.ok_or_else(|| invalid_at(text, at, "an action without an attribute"))?;
            self.targets.push(target.to_owned());
            let mut behind = action.iter().skip(1).map(|spanned| spanned.token);
            match (clause, behind.next(), behind.next(), behind.next()) {
                (_, Some(Token::Dot | Token::Index), _, _) => self.entered.push(target.to_owned()),
                (Clause::Set, Some(Token::Comparator), Some(Token::Value(value)), None) => {
                    self.assigned.push((target.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Values never reach a log.
impl fmt::Debug for CallerUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerUpdate").field("clauses", &self.clauses).finish_non_exhaustive()
    }
}
