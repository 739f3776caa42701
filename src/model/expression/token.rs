use crate::model::Invalid;
use crate::model::path::MAX_INDEX;

/// A token of DynamoDB's expression language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, a function or an attribute.
    Word(&'a str),
    /// `#name`, with its sign.
    Name(&'a str),
    /// `:value`, with its sign.
    Value(&'a str),
    /// `[0]`, with blanks inside or without.
    Index,
    /// `=`, `<>`, `<`, `<=`, `>` or `>=`.
    Comparator(&'a str),
    /// `+` or `-`.
    Sign,
    Open,
    Close,
    Dot,
    Comma,
}

impl Token<'_> {
    /// Whether it is this keyword, in upper or lower case.
    pub(super) fn is(self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// A token and its byte range in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spanned<'a> {
    pub(super) token: Token<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Splits an expression into tokens. The language has no literals and no comments: everything else is refused.
pub(super) fn tokens(text: &str) -> Result<Vec<Spanned<'_>>, Invalid> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start_matches(is_blank).len();
        if blank > 0 {
            start += blank;
            continue;
        }
        let (token, length) = token(rest).ok_or_else(|| invalid_at(text, start, "an unexpected character"))?;
        let end = start + length;
        if token == Token::Index && !is_allowed(rest.get(1..length - 1).unwrap_or_default().trim_matches(is_blank)) {
            return Err(invalid_at(text, start, &format!("a list index above {MAX_INDEX}")));
        }
        tokens.push(Spanned { token, start, end });
        start = end;
    }
    Ok(tokens)
}

/// What may stand between tokens.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// The token at the start of a text and its length in bytes. A word starts with a letter: other names need an alias.
fn token(text: &str) -> Option<(Token<'_>, usize)> {
    let token = match text.as_bytes() {
        [b'<', b'=' | b'>', ..] | [b'>', b'=', ..] => return Some((Token::Comparator(text.get(..2)?), 2)),
        [b'<' | b'>' | b'=', ..] => Token::Comparator(text.get(..1)?),
        [b'+' | b'-', ..] => Token::Sign,
        [b'(', ..] => Token::Open,
        [b')', ..] => Token::Close,
        [b'.', ..] => Token::Dot,
        [b',', ..] => Token::Comma,
        [b'[', ..] => return index(text),
        [b'#', ..] => return placeholder(text).map(|name| (Token::Name(name), name.len())),
        [b':', ..] => return placeholder(text).map(|value| (Token::Value(value), value.len())),
        [b'a'..=b'z' | b'A'..=b'Z', ..] => {
            let word = word(text);
            return Some((Token::Word(word), word.len()));
        }
        _ => return None,
    };
    Some((token, 1))
}

fn index(text: &str) -> Option<(Token<'_>, usize)> {
    let (inside, _) = text.strip_prefix('[')?.split_once(']')?;
    let digits = inside.trim_matches(is_blank);
    let is_index = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let has_padding = digits.len() > 1 && digits.starts_with('0');
    (is_index && !has_padding).then_some((Token::Index, inside.len() + 2))
}

/// Whether DynamoDB allows the list index with these digits.
fn is_allowed(digits: &str) -> bool {
    digits.parse::<u32>().is_ok_and(|index| index <= MAX_INDEX)
}

/// A sign and the name after it.
fn placeholder(text: &str) -> Option<&str> {
    let name = word(text.get(1..)?);
    if name.is_empty() { None } else { text.get(..=name.len()) }
}

/// The letters, digits and underscores at the start of a text.
pub(super) fn word(text: &str) -> &str {
    let end = text.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// An error with its position: the number of the character, counted from 1.
pub(super) fn invalid_at(text: &str, byte: usize, problem: &str) -> Invalid {
    let before = text.get(..byte).unwrap_or(text).chars().count();
    Invalid::new(format!("has at character {} {problem}", before + 1))
}
