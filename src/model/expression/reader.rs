//! What conditions and updates share: paths, values, calls of functions, parentheses.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Placeholders;
use super::check::Checked;
use super::token::{Spanned, Token, invalid_at};
use crate::model::{Invalid, MAX_NESTING, type_name};

/// Reads the tokens of an expression from left to right.
pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Spanned<'a>],
    at: usize,
    /// For each token that opens a parenthesis, the token that closes it.
    closes: Vec<usize>,
    placeholders: &'a Placeholders,
    /// Each path that was read: its attribute as written, and whether the path leads into the attribute's value.
    paths: Vec<(&'a str, bool)>,
}

/// An operand of a comparison, of a function or of an addition.
pub(super) enum Operand<'a> {
    Path(Vec<Part<'a>>),
    Value(&'a AttributeValue),
    /// The result of this function.
    Call(&'a str),
}

/// A part of a path. Names are resolved, so that equal paths are equal.
#[derive(PartialEq, Eq)]
pub(super) enum Part<'a> {
    Name(&'a str),
    Index(&'a str),
}

impl Operand<'_> {
    /// The type of a value in the request, which is known before the item is.
    pub(super) fn value_type(&self) -> Option<&'static str> {
        match self {
            Self::Value(value) => Some(type_name(value)),
            Self::Path(_) | Self::Call(_) => None,
        }
    }

    /// The type of the operand, if it is known before the item is.
    pub(super) fn known_type(&self) -> Option<&'static str> {
        match self {
            Self::Call("size") => Some("N"),
            Self::Value(_) | Self::Path(_) | Self::Call(_) => self.value_type(),
        }
    }

    pub(super) fn is_same_path(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Path(one), Self::Path(other)) if one == other)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, checked: &'a Checked<'a>, placeholders: &'a Placeholders) -> Self {
        let mut closes = vec![0; checked.tokens.len()];
        for &(open, close) in &checked.pairs {
            if let Some(slot) = closes.get_mut(open) {
                *slot = close;
            }
        }
        Self { text, tokens: &checked.tokens, at: 0, closes, placeholders, paths: Vec::new() }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&'a str, bool)> {
        self.paths.iter().copied()
    }

    pub(super) fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).map(|spanned| spanned.token)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The token after the parenthesis that closes the one which comes next. `None` if none opens here.
    #[expect(clippy::option_option, reason = "there may be no group, or nothing behind it")]
    pub(super) fn behind_group(&self) -> Option<Option<Token<'a>>> {
        (self.peek() == Some(Token::Open)).then(|| {
            let close = self.closes.get(self.at)?;
            self.tokens.get(close + 1).map(|spanned| spanned.token)
        })
    }

    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// Takes the next token if it is this one.
    pub(super) fn takes(&mut self, token: Token<'_>) -> bool {
        let is_next = self.peek() == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes the next token if it is this keyword.
    pub(super) fn takes_word(&mut self, keyword: &str) -> bool {
        let is_next = self.peek().is_some_and(|token| token.is(keyword));
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect(&mut self, token: Token<'_>, name: &str) -> Result<(), Invalid> {
        if self.takes(token) { Ok(()) } else { Err(self.unexpected(name)) }
    }

    /// The place of the next token.
    pub(super) fn place(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.len(), |spanned| spanned.start)
    }

    /// The end of the token that was taken last.
    pub(super) fn place_behind(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |spanned| spanned.end)
    }

    /// The error for something other than what the grammar asks for.
    pub(super) fn unexpected(&self, expected: &str) -> Invalid {
        if self.at_end() {
            return Invalid::new(format!("ends where {expected} is expected"));
        }
        invalid_at(self.text, self.place(), &format!("something other than {expected}"))
    }

    pub(super) fn invalid(&self, place: usize, problem: &str) -> Invalid {
        invalid_at(self.text, place, problem)
    }

    /// Reads an operand. `judge` checks the arguments of each function in it.
    pub(super) fn operand(&mut self, judge: Judge) -> Result<Operand<'a>, Invalid> {
        if self.takes(Token::Open) {
            let operand = self.operand(judge)?;
            self.expect(Token::Close, "a closing parenthesis")?;
            return Ok(operand);
        }
        match (self.peek(), self.tokens.get(self.at + 1).map(|spanned| spanned.token)) {
            (Some(Token::Word(function)), Some(Token::Open)) if !is_keyword(function) => self.call(function, judge),
            (Some(Token::Value(placeholder)), _) => {
                let value = self.placeholders.values.get(placeholder);
                let value = value.ok_or_else(|| self.unexpected("a value that is defined"))?;
                self.at += 1;
                Ok(Operand::Value(value))
            }
            _ => self.path().map(Operand::Path),
        }
    }

    fn call(&mut self, function: &'a str, judge: Judge) -> Result<Operand<'a>, Invalid> {
        let place = self.place();
        self.at += 2;
        let mut arguments = vec![self.operand(judge)?];
        while self.takes(Token::Comma) {
            arguments.push(self.operand(judge)?);
        }
        self.expect(Token::Close, "a comma or a closing parenthesis")?;
        match judge(function, &arguments) {
            Ok(()) => Ok(Operand::Call(function)),
            Err(problem) => Err(invalid_at(self.text, place, &problem)),
        }
    }

    /// Reads the path of an attribute or of a value in it.
    pub(super) fn path(&mut self) -> Result<Vec<Part<'a>>, Invalid> {
        let place = self.place();
        let attribute = self.tokens.get(self.at).map(|spanned| spanned.token);
        let mut parts = vec![Part::Name(self.name("an attribute or a value")?)];
        loop {
            let spanned = self.tokens.get(self.at);
            match spanned.map(|spanned| (spanned.token, self.text.get(spanned.start..spanned.end))) {
                Some((Token::Index, index)) => {
                    self.at += 1;
                    parts.push(Part::Index(
                        index.unwrap_or_default().trim_matches(|other: char| !other.is_ascii_digit()),
                    ));
                }
                Some((Token::Dot, _)) => {
                    self.at += 1;
                    parts.push(Part::Name(self.name("a name")?));
                }
                _ => break,
            }
        }
        if parts.len() > MAX_NESTING {
            return Err(invalid_at(self.text, place, &format!("a path of more than {MAX_NESTING} levels")));
        }
        if let Some(Token::Word(written) | Token::Name(written)) = attribute {
            self.paths.push((written, parts.len() > 1));
        }
        Ok(parts)
    }

    /// A name in a path, resolved if it is an alias.
    fn name(&mut self, expected: &str) -> Result<&'a str, Invalid> {
        let name = match self.peek() {
            Some(Token::Word(name)) if !is_keyword(name) => Some(name),
            Some(Token::Name(alias)) => self.placeholders.names.get(alias).map(String::as_str),
            _ => None,
        };
        let name = name.ok_or_else(|| self.unexpected(expected))?;
        self.at += 1;
        Ok(name)
    }
}

/// Checks the arguments of a function. The error completes the sentence "the expression has at character 5 ...".
pub(super) type Judge = fn(&str, &[Operand<'_>]) -> Result<(), String>;

/// Refuses a call with another number of arguments.
pub(super) fn takes_arguments(function: &str, count: usize, arguments: &[Operand<'_>]) -> Result<(), String> {
    if arguments.len() == count {
        return Ok(());
    }
    Err(format!("{function} with {} arguments instead of {count}", arguments.len()))
}

/// The keywords of all expressions. In every one of them DynamoDB refuses each as a name.
pub(super) fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 9] = ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"];
    KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}
