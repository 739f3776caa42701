mod segment;
#[cfg(test)]
mod tests;

use std::fmt;

use self::segment::{CharPattern, Class, Infix, ends_with, strip};
use super::{Invalid, Key};

/// Selects the keys of a listing.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyPattern {
    /// All keys.
    All,
    /// Keys with this prefix.
    Prefix(String),
    /// Keys that match this pattern.
    Glob(Glob),
}

impl KeyPattern {
    /// Keys with this prefix; all keys if it is empty.
    ///
    /// # Errors
    /// The prefix is longer than a key can be, 2,048 bytes.
    pub fn prefix(prefix: String) -> Result<Self, Invalid> {
        check_length(&prefix)?;
        Ok(if prefix.is_empty() { Self::All } else { Self::Prefix(prefix) })
    }
}

/// Hides the text: keys may contain personal data and must not be logged.
impl fmt::Debug for KeyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::Prefix(prefix) => write!(f, "Prefix({} bytes)", prefix.len()),
            Self::Glob(glob) => glob.fmt(f),
        }
    }
}

/// A glob pattern for whole keys.
///
/// `*` matches any number of characters, `?` matches one, `[abc]`, `[a-z]` and `[!a-z]` match one character in or
/// outside of a class, and a backslash escapes the next character. Nothing else is special: unlike in file globs, `*`
/// and `?` match slashes and leading dots too.
#[derive(Clone)]
pub struct Glob {
    text: String,
    literal_prefix: String,
    /// The part before the first star.
    first: Vec<CharPattern>,
    /// The rest, if there is a star.
    after_star: Option<AfterStar>,
}

/// The part after the first star.
#[derive(Clone)]
struct AfterStar {
    /// The non-empty parts between two stars.
    between: Vec<Infix>,
    /// The part after the last star.
    last: Vec<CharPattern>,
}

impl Glob {
    /// Parses a pattern.
    ///
    /// # Errors
    /// The pattern is empty or longer than 2,048 bytes, has an unclosed or empty bracket, a reversed range or `[^`, or
    /// ends with a backslash.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check_length(text)?;
        if text.is_empty() {
            return Err(Invalid::new("must not be empty; * stands for all keys"));
        }
        let mut segments = vec![Vec::new()];
        let mut reader = Reader::new(text);
        while let Some((position, char)) = reader.next() {
            let one = match char {
                '*' => {
                    segments.push(Vec::new());
                    continue;
                }
                '?' => CharPattern::Any,
                '[' => reader.class(position)?,
                '\\' => CharPattern::Literal(reader.escaped(position)?),
                char => CharPattern::Literal(char),
            };
            if let Some(segment) = segments.last_mut() {
                segment.push(one);
            }
        }
        let mut segments = segments.into_iter();
        let first = segments.next().unwrap_or_default();
        let literal_prefix = first.iter().map_while(CharPattern::literal).collect();
        let after_star = segments.next_back().map(|last| AfterStar {
            between: segments.filter(|ones| !ones.is_empty()).map(|ones| Infix::new(&ones)).collect(),
            last,
        });
        Ok(Self { text: text.to_owned(), literal_prefix, first, after_star })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The prefix of every matching key.
    #[must_use]
    pub fn literal_prefix(&self) -> &str {
        &self.literal_prefix
    }

    /// Whether a key matches.
    ///
    /// A part between two stars is matched at its first occurrence: a later one would only leave less for the rest. So
    /// no part of the key is searched twice.
    ///
    /// # Cost
    /// Linear in the length of key and pattern. A part between stars with wildcards takes one step per character of the
    /// key and 64 characters of the part.
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        let Some(mut rest) = strip(&self.first, key) else { return false };
        let Some(AfterStar { between, last }) = &self.after_star else { return rest.is_empty() };
        for needle in between {
            let Some(after) = needle.strip_first(rest) else { return false };
            rest = after;
        }
        ends_with(last, rest)
    }
}

/// The other fields follow from the text.
impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Glob {}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({} bytes)", self.text.len())
    }
}

fn check_length(text: &str) -> Result<(), Invalid> {
    if text.len() <= Key::MAX_BYTES {
        return Ok(());
    }
    let problem = format!("has {} bytes, at most {} are allowed", text.len(), Key::MAX_BYTES);
    Err(Invalid::limit(problem, format!("{} bytes", Key::MAX_BYTES)))
}

/// The characters of a pattern and their positions, counted from 1.
struct Reader<'a>(std::iter::Peekable<std::iter::Zip<std::ops::RangeFrom<usize>, std::str::Chars<'a>>>);

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self((1..).zip(text.chars()).peekable())
    }

    fn next(&mut self) -> Option<(usize, char)> {
        self.0.next()
    }

    /// The character after a backslash.
    fn escaped(&mut self, backslash: usize) -> Result<char, Invalid> {
        let (_, char) = self.next().ok_or_else(|| malformed(backslash, "a backslash at the end"))?;
        Ok(char)
    }

    /// Parses the content of brackets.
    fn class(&mut self, open: usize) -> Result<CharPattern, Invalid> {
        let unclosed = || malformed(open, "a [ that is not closed");
        let negated = self.0.next_if(|(_, char)| *char == '!').is_some();
        let mut ranges = Vec::new();
        loop {
            let (position, char) = self.next().ok_or_else(unclosed)?;
            let start = match char {
                ']' if ranges.is_empty() => {
                    return Err(malformed(open, "empty brackets; escape a ] in them with a backslash"));
                }
                ']' => return Ok(CharPattern::Class(Class::new(ranges, negated))),
                // Other glob dialects negate with `^`: refuse it instead of matching the opposite.
                '^' if ranges.is_empty() && !negated => {
                    return Err(malformed(position, "a ^ that begins a class; write ! to negate, or \\^"));
                }
                '\\' => self.escaped(position)?,
                char => char,
            };
            let end = self.range_end()?.unwrap_or(start);
            if end < start {
                return Err(malformed(position, "a reversed range"));
            }
            ranges.push(start..=end);
        }
    }

    /// The end of a range, if a hyphen follows. A hyphen before the closing bracket is literal.
    fn range_end(&mut self) -> Result<Option<char>, Invalid> {
        let mut ahead = self.0.clone();
        let is_range =
            ahead.next().is_some_and(|(_, char)| char == '-') && ahead.next().is_some_and(|(_, char)| char != ']');
        if !is_range {
            return Ok(None);
        }
        self.next();
        match self.next() {
            Some((position, '\\')) => self.escaped(position).map(Some),
            other => Ok(other.map(|(_, char)| char)),
        }
    }
}

fn malformed(position: usize, what: &str) -> Invalid {
    Invalid::new(format!("has, at character {position}, {what}"))
}
