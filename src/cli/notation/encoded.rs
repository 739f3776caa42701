//! Lines of items straight from their protobuf encoding, without a map and a string for each attribute.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::TYPES;

/// More than DynamoDB allows, and less than would overflow the stack.
const MAX_NESTING: usize = 40;

/// The bytes are no item of the protocol, or of a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an item of the server's answer is not readable")]
pub(in crate::cli) struct UnreadableItem;

impl From<prost::DecodeError> for UnreadableItem {
    fn from(_: prost::DecodeError) -> Self {
        Self
    }
}

impl From<std::str::Utf8Error> for UnreadableItem {
    fn from(_: std::str::Utf8Error) -> Self {
        Self
    }
}

type Result<T> = std::result::Result<T, UnreadableItem>;

/// Appends the line of an item, given as an encoded `AttributeMap`. Leaves out this attribute.
pub(in crate::cli) fn append_line(item: &[u8], without: &str, line: &mut Vec<u8>) -> Result<()> {
    let mut attributes = attributes(item)?;
    attributes.retain(|(name, _)| *name != without);
    append_attributes(&attributes, 1, line)?;
    line.push(b'\n');
    Ok(())
}

/// The content of a field.
enum Field<'a> {
    Bytes(&'a [u8]),
    Varint(u64),
}

impl<'a> Field<'a> {
    fn bytes(self) -> Result<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Varint(_) => Err(UnreadableItem),
        }
    }

    fn text(self) -> Result<&'a str> {
        Ok(std::str::from_utf8(self.bytes()?)?)
    }
}

/// Takes the next field of a message that has no fields of other wire types. None at the end.
fn next<'a>(message: &mut &'a [u8]) -> Result<Option<(u32, Field<'a>)>> {
    while !message.is_empty() {
        let (tag, wire_type) = decode_key(message)?;
        match wire_type {
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(message)?).map_err(|_| UnreadableItem)?;
                let (content, rest) = message.split_at_checked(length).ok_or(UnreadableItem)?;
                *message = rest;
                return Ok(Some((tag, Field::Bytes(content))));
            }
            WireType::Varint => return Ok(Some((tag, Field::Varint(decode_varint(message)?)))),
            other => skip_field(other, tag, message, DecodeContext::default())?,
        }
    }
    Ok(None)
}

/// The content of the field `values` (1) of a list or set.
fn elements(mut message: &[u8]) -> Result<Vec<&[u8]>> {
    let mut elements = Vec::new();
    while let Some((tag, field)) = next(&mut message)? {
        if tag == 1 {
            elements.push(field.bytes()?);
        }
    }
    Ok(elements)
}

/// The names and encoded values of an `AttributeMap`, by name.
fn attributes(map: &[u8]) -> Result<Vec<(&str, &[u8])>> {
    let mut attributes: Vec<(&str, &[u8])> = Vec::with_capacity(8);
    for mut entry in elements(map)? {
        let (mut name, mut value) = ("", &[][..]);
        while let Some((tag, field)) = next(&mut entry)? {
            match tag {
                1 => name = field.text()?,
                2 => value = field.bytes()?,
                _ => {}
            }
        }
        attributes.push((name, value));
    }
    attributes.sort_unstable_by_key(|(name, _)| *name);
    Ok(attributes)
}

fn append_attributes(attributes: &[(&str, &[u8])], level: usize, line: &mut Vec<u8>) -> Result<()> {
    append_all(*b"{}", attributes, line, |(name, value), line| {
        append_text(name, line);
        line.push(b':');
        append_value(value, level + 1, line)
    })
}

fn append_value(mut value: &[u8], level: usize, line: &mut Vec<u8>) -> Result<()> {
    if level > MAX_NESTING {
        return Err(UnreadableItem);
    }
    let (tag, field) = next(&mut value)?.ok_or(UnreadableItem)?;
    match tag {
        1 => append_text(field.text()?, line),
        2 => match field.text()? {
            number if is_json_number(number) => line.extend_from_slice(number.as_bytes()),
            number => append_typed("N", line, |line| append_text(number, line)),
        },
        3 => {
            let bytes = field.bytes()?;
            append_typed("B", line, |line| append_base64(bytes, line));
        }
        4 => match field {
            Field::Varint(0) => line.extend_from_slice(b"false"),
            Field::Varint(_) => line.extend_from_slice(b"true"),
            Field::Bytes(_) => return Err(UnreadableItem),
        },
        5 => line.extend_from_slice(b"null"),
        6 => return append_map(field.bytes()?, level, line),
        7 => {
            let elements = elements(field.bytes()?)?;
            return append_all(*b"[]", &elements, line, |value, line| append_value(value, level + 1, line));
        }
        8 => {
            return append_set("SS", field.bytes()?, line, |text, line| {
                append_text(std::str::from_utf8(text)?, line);
                Ok(())
            });
        }
        9 => {
            return append_set("NS", field.bytes()?, line, |number, line| {
                match std::str::from_utf8(number)? {
                    number if is_json_number(number) => line.extend_from_slice(number.as_bytes()),
                    number => append_text(number, line),
                }
                Ok(())
            });
        }
        10 => {
            return append_set("BS", field.bytes()?, line, |bytes, line| {
                append_base64(bytes, line);
                Ok(())
            });
        }
        _ => return Err(UnreadableItem),
    }
    Ok(())
}

fn append_map(map: &[u8], level: usize, line: &mut Vec<u8>) -> Result<()> {
    let attributes = attributes(map)?;
    let looks_typed = matches!(attributes.as_slice(), [(name, _)] if TYPES.contains(name));
    if !looks_typed {
        return append_attributes(&attributes, level, line);
    }
    let mut result = Ok(());
    append_typed("M", line, |line| result = append_attributes(&attributes, level, line));
    result
}

fn append_set(
    name: &str,
    set: &[u8],
    line: &mut Vec<u8>,
    append: impl Fn(&[u8], &mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    let mut members = elements(set)?;
    members.sort_unstable();
    let mut result = Ok(());
    append_typed(name, line, |line| result = append_all(*b"[]", &members, line, |member, line| append(member, line)));
    result
}

/// Appends elements between brackets.
fn append_all<T: Copy>(
    [opening, closing]: [u8; 2],
    elements: &[T],
    line: &mut Vec<u8>,
    append: impl Fn(T, &mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    line.push(opening);
    for (index, &element) in elements.iter().enumerate() {
        if index > 0 {
            line.push(b',');
        }
        append(element, line)?;
    }
    line.push(closing);
    Ok(())
}

/// Appends a value under DynamoDB's name of its type.
fn append_typed(name: &str, line: &mut Vec<u8>, append: impl FnOnce(&mut Vec<u8>)) {
    line.extend_from_slice(b"{\"");
    line.extend_from_slice(name.as_bytes());
    line.extend_from_slice(b"\":");
    append(line);
    line.push(b'}');
}

fn append_text(text: &str, line: &mut Vec<u8>) {
    // A vector takes everything, and a text is always JSON.
    let _written = serde_json::to_writer(line, text);
}

fn append_base64(bytes: &[u8], line: &mut Vec<u8>) {
    append_text(&BASE64_STANDARD.encode(bytes), line);
}

/// Whether JSON writes this number in the same way; not `.5`, `+5` or `007`.
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(are_digits)
        && exponent.is_none_or(are_digits)
}
