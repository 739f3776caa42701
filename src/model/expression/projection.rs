use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Placeholders;
use super::check::{Limits, check};
use super::reader::is_keyword;
use super::token::{Spanned, Token, invalid_at};
use crate::model::{Invalid, Path, Step};

/// Maximum size of our part of a projection: the key attributes of table and index, and the expiry time.
const OUR_PROJECTION_BYTES: usize = 128;

/// A caller's projection expression: its paths as written.
///
/// The driver adds attributes, and DynamoDB refuses overlapping paths, so the driver needs the parsed paths.
#[derive(Clone)]
pub struct Projection {
    places: Vec<Projected>,
    /// The aliases that the paths use.
    names: HashMap<String, String>,
}

/// A path of a projection.
#[derive(Clone)]
pub(crate) struct Projected {
    /// As the caller wrote it.
    pub(crate) text: String,
    /// The aliases in the text.
    pub(crate) aliases: Vec<String>,
    pub(crate) path: Path,
}

impl Placeholders {
    /// Reads a projection expression.
    ///
    /// # Errors
    /// The expression is malformed, or a placeholder is not defined.
    pub fn projection(&mut self, text: &str) -> Result<Projection, Invalid> {
        let tokens = check(text, Limits::DYNAMODB.less(OUR_PROJECTION_BYTES, 0))?.tokens;
        let names = self.take_used(&tokens)?.names;
        let shared: Names<'_> = names.iter().map(|(alias, name)| (alias.as_str(), name.as_str().into())).collect();
        let mut places = Vec::new();
        let mut at = 0;
        for tokens in tokens.split(|spanned| spanned.token == Token::Comma) {
            at = tokens.first().map_or(at, |spanned| spanned.start);
            places.push(Projected::read(text, tokens, &shared).ok_or_else(|| invalid_at(text, at, "an invalid path"))?);
        }
        Ok(Projection { places, names })
    }
}

/// The names behind aliases, shared by all paths that use them.
type Names<'a> = HashMap<&'a str, Arc<str>>;

impl Projected {
    fn read(text: &str, tokens: &[Spanned<'_>], names: &Names<'_>) -> Option<Self> {
        let (first, last) = (tokens.first()?, tokens.last()?);
        let mut aliases = Vec::new();
        let mut name = |token: Token<'_>| match token {
            Token::Word(attribute) if !is_keyword(attribute) => Some(attribute.into()),
            Token::Name(alias) => {
                aliases.push(alias.to_owned());
                names.get(alias).cloned()
            }
            _ => None,
        };
        let attribute = name(first.token)?;
        let mut steps = Vec::new();
        let mut rest = tokens.get(1..)?;
        while let Some((step, behind)) = rest.split_first() {
            rest = match (step.token, behind.split_first()) {
                (Token::Index, _) => {
                    steps.push(Step::Index(text.get(step.start + 1..step.end - 1)?.trim_ascii().parse().ok()?));
                    behind
                }
                (Token::Dot, Some((next, behind))) => {
                    steps.push(Step::Name(name(next.token)?));
                    behind
                }
                _ => return None,
            };
        }
        let text = text.get(first.start..last.end)?.to_owned();
        Some(Self { text, aliases, path: Path::of(attribute, steps) })
    }
}

impl Projection {
    /// Its paths in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.places.iter().map(|projected| &projected.path)
    }

    pub(crate) fn places(&self) -> &[Projected] {
        &self.places
    }

    pub(crate) fn names(&self) -> &HashMap<String, String> {
        &self.names
    }
}

impl fmt::Debug for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.paths()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut placeholders = Placeholders::default();
        placeholders.define_name("#n".to_owned(), "name.with.dots".to_owned()).unwrap();
        let projection = placeholders.projection(text).map_err(|invalid| invalid.problem)?;
        Ok(projection.paths().map(Path::to_string).collect())
    }

    #[test]
    fn each_path_is_read() {
        let paths = read(" a, #n ,b.c[1] [2].#n, d[0] ").unwrap();
        assert_eq!(paths, ["a", r#""name.with.dots""#, r#"b.c[1][2]."name.with.dots""#, "d[0]"]);
    }

    #[test]
    fn each_place_has_its_own_aliases() {
        let mut placeholders = Placeholders::default();
        for alias in ["#a", "#b"] {
            placeholders.define_name(alias.to_owned(), alias.to_owned()).unwrap();
        }
        let projection = placeholders.projection("#a.x, y.#b[0]").unwrap();
        let aliases: Vec<_> = projection.places().iter().map(|place| place.aliases.clone()).collect();
        assert_eq!(aliases, [["#a"], ["#b"]]);
    }

    #[test]
    fn anything_else_is_refused() {
        let too_large = "a[99999999999]";
        for text in
            ["", " ", ",", "a,", ",a", "a b", "a.", "a.[0]", "[0]", "(a)", "a = :v", "a.:v", "#m", "size(a)", too_large]
        {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
