use std::fmt;

use super::check::{Limits, check};
use super::token::{Placed, Token, invalid_at};
use super::{Definitions, Placeholders};
use crate::model::Invalid;

/// What our own part of a projection takes, at most: the key attributes of table and index, and the expiry time.
const OUR_PROJECTION_BYTES: usize = 128;

/// A projection expression of a caller's: paths, with what they refer to.
///
/// The driver adds paths of its own, and DynamoDB refuses paths of which one lies in another; so it has to know where each
/// of the caller's begins.
#[derive(Clone)]
pub struct Projection {
    text: String,
    paths: Vec<(String, bool)>,
    definitions: Definitions,
}

impl Placeholders {
    /// Reads a projection expression.
    ///
    /// # Errors
    /// Says what is wrong and where, or which placeholder is not defined.
    pub fn projection(&mut self, text: &str) -> Result<Projection, Invalid> {
        let tokens = check(text, Limits::DYNAMODB.less(OUR_PROJECTION_BYTES, 0))?.tokens;
        let definitions = self.take_used(&tokens)?;
        let mut paths = Vec::new();
        let mut at = 0;
        for path in tokens.split(|placed| placed.token == Token::Comma) {
            at = path.first().map_or(at, |placed| placed.start);
            paths.push(read_path(path, &definitions).ok_or_else(|| invalid_at(text, at, "what is no path"))?);
        }
        Ok(Projection { text: text.trim_ascii().to_owned(), paths, definitions })
    }
}

/// The attribute in which a path begins, and whether it leads inside.
fn read_path(path: &[Placed<'_>], definitions: &Definitions) -> Option<(String, bool)> {
    let (first, steps) = path.split_first()?;
    let attribute = match first.token {
        Token::Word(attribute) => attribute.to_owned(),
        Token::Name(alias) => definitions.names.get(alias)?.clone(),
        _ => return None,
    };
    let mut rest = steps;
    while let Some((step, behind)) = rest.split_first() {
        rest = match (step.token, behind.split_first()) {
            (Token::Index, _) => behind,
            (Token::Dot, Some((name, behind))) if matches!(name.token, Token::Word(_) | Token::Name(_)) => behind,
            _ => return None,
        };
    }
    Some((attribute, !steps.is_empty()))
}

impl Projection {
    /// The expression.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// For each path the attribute in which it begins, and whether it leads inside that.
    pub fn paths(&self) -> impl Iterator<Item = (&str, bool)> {
        self.paths.iter().map(|(attribute, leads_inside)| (attribute.as_str(), *leads_inside))
    }

    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}

impl fmt::Debug for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projection").field("text", &self.text).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, bool)>, String> {
        let mut placeholders = Placeholders::default();
        placeholders.define_name("#n".to_owned(), "name.with.dots".to_owned()).unwrap();
        let projection = placeholders.projection(text).map_err(|invalid| invalid.problem)?;
        Ok(projection.paths().map(|(attribute, inside)| (attribute.to_owned(), inside)).collect())
    }

    #[test]
    fn each_path_begins_in_an_attribute() {
        let paths = read(" a, #n ,b.c[1][2].#n, d[0] ").unwrap();
        let expected = [("a", false), ("name.with.dots", false), ("b", true), ("d", true)];
        assert_eq!(paths, expected.map(|(name, inside)| (name.to_owned(), inside)));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", " ", ",", "a,", ",a", "a b", "a.", "a.[0]", "[0]", "(a)", "a = :v", "a.:v", "#m", "size(a)"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
