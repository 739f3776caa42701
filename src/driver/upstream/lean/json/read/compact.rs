//! Reads answers in the form in which DynamoDB writes them: without spaces, and each attribute value with one type. That takes a
//! third of the time that any JSON takes. Everything else it gives up on, by `None`: the general reader then begins at the start,
//! and says what is wrong, if anything is.

use std::borrow::Cow;
use std::collections::HashMap;

use base64_simd::STANDARD;
use serde::de::{Deserialize, DeserializeSeed, Deserializer};

use super::readable::{Readable, Seed};
use crate::driver::store::{AnswerItem, AnswerValue};
use crate::driver::upstream::answers::{BatchGetAnswer, PageAnswer};

/// The levels of lists and maps in an item ("Quotas in Amazon DynamoDB", Amazon DynamoDB Developer Guide).
const MAX_LEVELS: usize = 32;

/// The attributes of the first item of an answer, as a guess.
const ATTRIBUTES: usize = 4;

/// The answer of a Query or Scan.
pub(in super::super) fn page<T>(text: &str, make: &impl Fn(AnswerItem<'_>) -> T) -> Option<PageAnswer<T>> {
    let mut answer = PageAnswer::default();
    Cursor::at_start(text).whole(|name, cursor| {
        match name {
            "Items" => answer.items = Some(cursor.items(make)?),
            "Count" => answer.count = cursor.other()?,
            "ScannedCount" => answer.scanned_count = cursor.other()?,
            "LastEvaluatedKey" => answer.last_evaluated_key = cursor.other()?,
            "ConsumedCapacity" => answer.consumed_capacity = cursor.other()?,
            _ => return None,
        }
        Some(())
    })?;
    Some(answer)
}

/// The answer of a BatchGetItem.
pub(in super::super) fn batch<T>(text: &str, make: &impl Fn(AnswerItem<'_>) -> T) -> Option<BatchGetAnswer<T>> {
    let mut answer = BatchGetAnswer::default();
    Cursor::at_start(text).whole(|name, cursor| {
        match name {
            "Responses" => {
                let mut responses = HashMap::new();
                cursor.object(|table, cursor| {
                    responses.insert(table.to_owned(), cursor.items(make)?);
                    Some(())
                })?;
                answer.responses = Some(responses);
            }
            "UnprocessedKeys" => answer.unprocessed_keys = cursor.other()?,
            "ConsumedCapacity" => answer.consumed_capacity = cursor.other()?,
            _ => return None,
        }
        Some(())
    })?;
    Some(answer)
}

/// A place in a body, always behind a character of ASCII.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn at_start(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> Option<&'a str> {
        self.text.get(self.at..)
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        byte
    }

    /// Passes this token, if it is next.
    #[inline]
    fn passes(&mut self, token: &[u8]) -> bool {
        let is_next = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(token));
        self.at += if is_next { token.len() } else { 0 };
        is_next
    }

    /// Passes this token, or gives up.
    #[inline]
    fn pass(&mut self, token: &[u8]) -> Option<()> {
        self.passes(token).then_some(())
    }

    /// An object that is the whole body.
    fn whole(mut self, field: impl FnMut(&str, &mut Self) -> Option<()>) -> Option<()> {
        self.object(field)?;
        (self.at == self.text.len()).then_some(())
    }

    fn object(&mut self, mut field: impl FnMut(&str, &mut Self) -> Option<()>) -> Option<()> {
        self.pass(b"{")?;
        if self.passes(b"}") {
            return Some(());
        }
        loop {
            self.pass(b"\"")?;
            let name = self.string()?;
            self.pass(b":")?;
            field(&name, self)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.pass(b"[")?;
        if self.passes(b"]") {
            return Some(());
        }
        loop {
            element(self)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    fn items<T>(&mut self, make: &impl Fn(AnswerItem<'_>) -> T) -> Option<Vec<T>> {
        let (mut items, mut attributes) = (Vec::new(), ATTRIBUTES);
        self.array(|cursor| {
            let item = cursor.item(attributes, 0)?;
            // Most items of a table look like the one before.
            attributes = item.attributes().len();
            items.push(make(item));
            Some(())
        })?;
        Some(items)
    }

    fn item(&mut self, attributes: usize, level: usize) -> Option<AnswerItem<'a>> {
        let mut item = AnswerItem::with_capacity(attributes.min(ATTRIBUTES * 4));
        self.pass(b"{")?;
        if self.passes(b"}") {
            return Some(item);
        }
        loop {
            self.pass(b"\"")?;
            let name = self.string()?;
            self.pass(b":")?;
            item.push(name, self.value(level)?);
            match self.next()? {
                b',' => {}
                b'}' => return Some(item),
                _ => return None,
            }
        }
    }

    fn value(&mut self, level: usize) -> Option<AnswerValue<'a>> {
        let value = if self.passes(b"{\"S\":\"") {
            AnswerValue::S(self.string()?)
        } else if self.passes(b"{\"N\":\"") {
            AnswerValue::N(self.string()?)
        } else if self.passes(b"{\"B\":\"") {
            AnswerValue::B(self.binary()?)
        } else {
            self.pass(b"{\"")?;
            self.other_value(level)?
        };
        self.pass(b"}")?;
        Some(value)
    }

    /// A value of a type that is not frequent.
    fn other_value(&mut self, level: usize) -> Option<AnswerValue<'a>> {
        if level == MAX_LEVELS {
            return None;
        }
        let tag = self.string()?;
        self.pass(b":")?;
        Some(match tag.as_ref() {
            "BOOL" => AnswerValue::Bool(self.boolean()?),
            "NULL" => AnswerValue::Null(self.boolean()?),
            "M" => AnswerValue::M(self.item(0, level + 1)?),
            "L" => AnswerValue::L(self.list(|cursor| cursor.value(level + 1))?),
            "SS" => AnswerValue::Ss(self.set(Self::string)?),
            "NS" => AnswerValue::Ns(self.set(Self::string)?),
            "BS" => AnswerValue::Bs(self.set(Self::binary)?),
            _ => return None,
        })
    }

    fn list<T>(&mut self, element: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut list = Vec::new();
        self.array(|cursor| {
            list.push(element(cursor)?);
            Some(())
        })?;
        Some(list)
    }

    /// A list of strings.
    fn set<T>(&mut self, string: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.list(|cursor| {
            cursor.pass(b"\"")?;
            string(cursor)
        })
    }

    fn boolean(&mut self) -> Option<bool> {
        let is_true = self.passes(b"true");
        (is_true || self.passes(b"false")).then_some(is_true)
    }

    /// Binary data in Base64, which needs no escapes.
    fn binary(&mut self) -> Option<Cow<'a, [u8]>> {
        match self.string()? {
            Cow::Borrowed(text) => STANDARD.decode_to_vec(text).ok().map(Cow::Owned),
            Cow::Owned(_) => None,
        }
    }

    /// A string behind its first quotation mark.
    #[inline]
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest()?;
        let end = special(rest.as_bytes());
        match rest.as_bytes().get(end)? {
            b'"' => {
                self.at += end + 1;
                rest.get(..end).map(Cow::Borrowed)
            }
            b'\\' => self.escaped(end),
            _ => None,
        }
    }

    /// The same, with an escape at `end`.
    #[cold]
    fn escaped(&mut self, mut end: usize) -> Option<Cow<'a, str>> {
        let rest = self.rest()?.as_bytes();
        while *rest.get(end)? == b'\\' {
            // What an escape stands for is judged below; its second character is at most the quotation mark.
            end += 2;
            end += special(rest.get(end..)?);
        }
        let quoted = self.text.get(self.at.checked_sub(1)?..=self.at + end)?;
        self.at += end + 1;
        serde_json::from_str(quoted).ok().map(Cow::Owned)
    }

    /// A value of which an answer has few, or that is small.
    fn other<T: Readable>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(self.rest()?).into_iter();
        let Other(value) = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }
}

/// Something for the general reader.
struct Other<T>(T);

impl<'de, T: Readable> Deserialize<'de> for Other<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed::new().deserialize(deserializer).map(Self)
    }
}

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);
const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);

/// The position of the first quotation mark, backslash or control character; the length if there is none.
#[inline]
fn special(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (number, word) in words.iter().enumerate() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return number * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    words.len() * 8 + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The high bits of such bytes in a word. Of the lowest one it is exact; above it, a borrow may set others.
#[inline]
fn specials(word: u64) -> u64 {
    let is_less = |word: u64, than: u64| word.wrapping_sub(than) & !word;
    let (is_quote, is_escape) = (is_less(word ^ QUOTES, ONES), is_less(word ^ BACKSLASHES, ONES));
    (is_quote | is_escape | is_less(word, SPACES)) & HIGH_BITS
}
