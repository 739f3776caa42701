use std::fmt;
use std::sync::Arc;

use super::item::check_attribute_name;
use super::{Invalid, MAX_NESTING};

/// A path in an item: an attribute, then names of map entries and list indexes, such as `address.lines[0]`.
///
/// The text form quotes names with a dot, a bracket or a quote, as in `"a.b".c`. In quotes, a backslash escapes a quote
/// or a backslash. Two paths are equal if they refer to the same value, however they were written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// Shared, because an expression may use an alias of a long name a thousand times.
    attribute: Arc<str>,
    steps: Vec<Step>,
}

/// The largest list index. Source: the measurement in issue 3073 of floci-io/floci: to a larger one DynamoDB answers "List index
/// is not within the allowable range".
pub(super) const MAX_INDEX: u32 = 4_294_967_294;

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// The entry of a map.
    Name(Arc<str>),
    /// The element of a list, counted from 0.
    Index(u32),
}

impl Path {
    /// Parses a path.
    ///
    /// # Errors
    /// The error names the first invalid character, counted from 1.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut reader = Reader { text, at: 0 };
        let attribute = reader.name()?;
        let mut steps = Vec::new();
        while let Some(next) = reader.next() {
            // Stop early: the text may have megabytes.
            if steps.len() + 1 == MAX_NESTING {
                let problem = format!("has more than {} steps", MAX_NESTING - 1);
                return Err(Invalid::limit(problem, format!("{MAX_NESTING} levels")));
            }
            steps.push(match next {
                '.' => Step::Name(reader.name()?),
                '[' => Step::Index(reader.index()?),
                _ => return Err(reader.invalid_before(next, "a dot, a bracket or the end is expected")),
            });
        }
        Ok(Self { attribute, steps })
    }

    pub(super) fn of(attribute: Arc<str>, steps: Vec<Step>) -> Self {
        Self { attribute, steps }
    }

    /// The attribute that the path starts with.
    #[must_use]
    pub fn attribute(&self) -> &str {
        &self.attribute
    }

    /// The steps into the attribute's value.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Bytes read so far.
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Reads up to the first character that `ends` accepts, or to the end.
    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = rest.find(ends).and_then(|end| rest.get(..end)).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    fn name(&mut self) -> Result<Arc<str>, Invalid> {
        let name = if self.rest().starts_with('"') {
            let _quote = self.next();
            self.quoted()?
        } else {
            self.take_until(needs_quotes).to_owned()
        };
        if name.is_empty() {
            return Err(self.invalid("a name is expected"));
        }
        check_attribute_name(&name)?;
        Ok(name.into())
    }

    fn quoted(&mut self) -> Result<String, Invalid> {
        let mut name = String::new();
        loop {
            name.push_str(self.take_until(|next| matches!(next, '"' | '\\')));
            match self.next() {
                Some('"') => return Ok(name),
                None => return Err(self.invalid("a closing quote is expected")),
                Some(_) => match self.next() {
                    Some(escaped @ ('"' | '\\')) => name.push(escaped),
                    _ => return Err(self.invalid("a backslash escapes only a quote or a backslash")),
                },
            }
        }
    }

    fn index(&mut self) -> Result<u32, Invalid> {
        let digits = self.take_until(|next| !next.is_ascii_digit());
        let index = digits.parse().map_err(|_| self.invalid("a list index is expected, such as [0]"))?;
        if index > MAX_INDEX {
            let problem = format!("has the list index {index}, at most {MAX_INDEX} is allowed");
            return Err(Invalid::limit(problem, format!("0..{MAX_INDEX}")));
        }
        match self.next() {
            Some(']') => Ok(index),
            Some(other) => Err(self.invalid_before(other, "a closing bracket is expected")),
            None => Err(self.invalid("a closing bracket is expected")),
        }
    }

    fn invalid(&self, problem: &str) -> Invalid {
        let read = self.text.get(..self.at).unwrap_or(self.text).chars().count();
        Invalid::new(format!("is not a path at character {}: {problem}", read + 1))
    }

    /// Like [`invalid`](Self::invalid), at the character that was read last.
    fn invalid_before(&mut self, last: char, problem: &str) -> Invalid {
        self.at = self.at.saturating_sub(last.len_utf8());
        self.invalid(problem)
    }
}

fn needs_quotes(character: char) -> bool {
    matches!(character, '.' | '[' | ']' | '"')
}

/// In the form that [`Path::parse`] reads.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_name(&self.attribute, f)?;
        for step in &self.steps {
            match step {
                Step::Name(name) => {
                    f.write_str(".")?;
                    write_name(name, f)?;
                }
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({self})")
    }
}

fn write_name(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !name.contains(needs_quotes) {
        return f.write_str(name);
    }
    write!(f, "\"{}\"", name.replace('\\', r"\\").replace('"', r#"\""#))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> Path {
        Path::parse(text).unwrap()
    }

    fn problem(text: &str) -> String {
        Path::parse(text).unwrap_err().problem
    }

    fn name(name: &str) -> Step {
        Step::Name(name.into())
    }

    #[test]
    fn paths_are_read() {
        let lines = path("address.lines[0]");
        assert_eq!(lines.attribute(), "address");
        assert_eq!(lines.steps(), [name("lines"), Step::Index(0)]);
        assert_eq!(path(r#""a.b".c"#).attribute(), "a.b");
        assert_eq!(path(r#""a\"\\b"[7]"#), Path { attribute: r#"a"\b"#.into(), steps: vec![Step::Index(7)] });
        assert_eq!(path(r#""plain"."c""#), path("plain.c"));
        assert_eq!(path("käse #1:a b.ttl[1][2]").steps(), [name("ttl"), Step::Index(1), Step::Index(2)]);
        assert_eq!(path(r"back\slash").attribute(), r"back\slash");
    }

    #[test]
    fn a_problem_names_its_character() {
        for (text, at) in [
            ("", 1),
            (".a", 1),
            ("[0]", 1),
            (r#""""#, 3),
            ("a.", 3),
            ("a..b", 3),
            ("ä]", 2),
            ("a[", 3),
            ("a[x]", 3),
            ("a[-1]", 3),
            ("a[1", 4),
            ("a[1)", 4),
            ("a[99999999999]", 14),
            ("a[0]b", 5),
            (r#""a"b"#, 4),
            (r#"a"b""#, 2),
            (r#""a"#, 3),
            (r#""a\n""#, 5),
        ] {
            assert!(problem(text).contains(&format!("at character {at}:")), "{text}: {}", problem(text));
        }
    }

    #[test]
    fn paths_reach_the_deepest_level_and_no_further() {
        assert!(Path::parse(&format!("a{}", ".b".repeat(31))).is_ok());
        assert!(Path::parse(&format!("a{}", "[0]".repeat(32))).is_err_and(|invalid| invalid.limit.is_some()));
    }

    fn any_path() -> impl Strategy<Value = Path> {
        let step = prop_oneof![
            "[a-c.\"\\\\\\[\\]ä ]{1,4}".prop_map(|name| Step::Name(name.into())),
            any::<u32>().prop_map(Step::Index)
        ];
        ("\\PC{1,5}|[.\"\\\\\\[\\]]{1,3}", proptest::collection::vec(step, 0..6))
            .prop_map(|(attribute, steps)| Path { attribute: attribute.into(), steps })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(path in any_path()) {
            prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a.\\[\\]\"\\\\0ä]{0,10}|\\PC{0,10}") {
            if let Ok(path) = Path::parse(&text) {
                prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
            }
        }
    }
}
