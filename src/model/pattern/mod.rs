mod segment;
#[cfg(test)]
mod tests;

use std::fmt;

use self::segment::{Class, Needle, One, ends_with, strip};
use super::{Invalid, Key};

/// Which keys a listing shows.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyPattern {
    /// All.
    All,
    /// Those that begin with this.
    Prefix(String),
    /// Those that match this as a whole.
    Glob(Glob),
}

impl KeyPattern {
    /// Keys that begin with this; with nothing, all.
    ///
    /// # Errors
    /// More than 2,048 bytes: no key is as long.
    pub fn prefix(prefix: String) -> Result<Self, Invalid> {
        check_length(&prefix)?;
        Ok(if prefix.is_empty() { Self::All } else { Self::Prefix(prefix) })
    }
}

/// Parts of keys may name people; they never reach a log.
impl fmt::Debug for KeyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::Prefix(prefix) => write!(f, "Prefix({} bytes)", prefix.len()),
            Self::Glob(glob) => glob.fmt(f),
        }
    }
}

/// A pattern of whole keys.
///
/// `*` stands for any characters, none included, `?` for one, `[abc]`, `[a-z]` and `[!a-z]` for one of those or one of the
/// others, and a backslash takes the meaning off the next character. No character is special beside these: unlike in the
/// globs of file systems, `*` and `?` stand for a slash and for a leading dot too.
#[derive(Clone)]
pub struct Glob {
    text: String,
    literal_prefix: String,
    /// What lies before the first star.
    first: Vec<One>,
    /// None without a star.
    behind: Option<Behind>,
}

/// What follows the first star.
#[derive(Clone)]
struct Behind {
    /// What lies between two stars, where anything does.
    between: Vec<Needle>,
    /// What lies behind the last star.
    last: Vec<One>,
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Nothing at all, more than 2,048 bytes, a bracket that is not closed or has nothing in it, a range that runs
    /// backwards, `[^`, or a backslash at the end.
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
                '?' => One::Any,
                '[' => reader.class(position)?,
                '\\' => One::Literal(reader.escaped(position)?),
                char => One::Literal(char),
            };
            if let Some(segment) = segments.last_mut() {
                segment.push(one);
            }
        }
        let mut segments = segments.into_iter();
        let first = segments.next().unwrap_or_default();
        let literal_prefix = first.iter().map_while(One::literal).collect();
        let behind = segments.next_back().map(|last| Behind {
            between: segments.filter(|ones| !ones.is_empty()).map(|ones| Needle::new(&ones)).collect(),
            last,
        });
        Ok(Self { text: text.to_owned(), literal_prefix, first, behind })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What every key that matches begins with.
    #[must_use]
    pub fn literal_prefix(&self) -> &str {
        &self.literal_prefix
    }

    /// Whether a key matches.
    ///
    /// What lies between two stars is taken where it occurs first: no later place would leave more to the rest. So no part of
    /// the key is searched twice.
    ///
    /// # Cost
    /// Steps in proportion to the key and the pattern together; where a part between stars has wildcards, to the characters
    /// of the key times one for every 64 of that part.
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        let Some(mut rest) = strip(&self.first, key) else { return false };
        let Some(Behind { between, last }) = &self.behind else { return rest.is_empty() };
        for needle in between {
            let Some(after) = needle.strip_first(rest) else { return false };
            rest = after;
        }
        ends_with(last, rest)
    }
}

/// The rest follows from the text.
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

/// The characters of a pattern with their positions, counted from 1.
struct Reader<'a>(std::iter::Peekable<std::iter::Zip<std::ops::RangeFrom<usize>, std::str::Chars<'a>>>);

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self((1..).zip(text.chars()).peekable())
    }

    fn next(&mut self) -> Option<(usize, char)> {
        self.0.next()
    }

    /// The character behind a backslash.
    fn escaped(&mut self, backslash: usize) -> Result<char, Invalid> {
        let (_, char) = self.next().ok_or_else(|| malformed(backslash, "a backslash with nothing behind it"))?;
        Ok(char)
    }

    /// What is within brackets.
    fn class(&mut self, open: usize) -> Result<One, Invalid> {
        let unclosed = || malformed(open, "a [ that is not closed");
        let negated = self.0.next_if(|(_, char)| *char == '!').is_some();
        let mut ranges = Vec::new();
        loop {
            let (position, char) = self.next().ok_or_else(unclosed)?;
            let start = match char {
                ']' if ranges.is_empty() => {
                    return Err(malformed(open, "brackets with nothing in them; a ] among them needs a backslash"));
                }
                ']' => return Ok(One::Class(Class::new(ranges, negated))),
                // Other globs negate with it: whoever writes it should not get the opposite of what was meant.
                '^' if ranges.is_empty() && !negated => {
                    return Err(malformed(position, "a ^ that begins a class; write ! for the others, or \\^"));
                }
                '\\' => self.escaped(position)?,
                char => char,
            };
            let end = self.range_end()?.unwrap_or(start);
            if end < start {
                return Err(malformed(position, "a range that runs backwards"));
            }
            ranges.push(start..=end);
        }
    }

    /// The end of a range, if a hyphen follows. One before the closing bracket is meant as such.
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
