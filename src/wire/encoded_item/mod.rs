//! Items as the bytes of their message, made of an answer without a map of attributes in between.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};

use super::value;
use crate::driver::{AnswerItem, AnswerValue, ItemForm};
use crate::pb;

/// The bytes of a [`pb::AttributeMap`].
#[derive(Clone)]
pub(crate) struct EncodedItem(pub(crate) Bytes);

impl ItemForm for EncodedItem {
    fn of(item: AnswerItem<'_>, bytes: usize) -> Self {
        let mut message = Vec::with_capacity(bytes);
        attribute_map(&item, &mut message);
        Self(message.into())
    }

    fn attribute(&self, name: &str) -> Option<AttributeValue> {
        let pb::AttributeMap { mut fields } = pb::AttributeMap::decode(self.0.clone()).ok()?;
        value::attribute(fields.remove(name)?, name).ok()
    }
}

/// The numbers of the fields in `types.proto`.
mod number {
    /// Of a map entry.
    pub(super) const KEY: u32 = 1;
    pub(super) const VALUE: u32 = 2;
    /// Of `AttributeMap`.
    pub(super) const FIELDS: u32 = 1;
    /// Of `AttributeList` and of the sets.
    pub(super) const VALUES: u32 = 1;
    /// Of `Value`.
    pub(super) const S: u32 = 1;
    pub(super) const N: u32 = 2;
    pub(super) const B: u32 = 3;
    pub(super) const BOOL: u32 = 4;
    pub(super) const NULL: u32 = 5;
    pub(super) const M: u32 = 6;
    pub(super) const L: u32 = 7;
    pub(super) const SS: u32 = 8;
    pub(super) const NS: u32 = 9;
    pub(super) const BS: u32 = 10;
}

/// The bytes of the length of a message of 32 MB.
const LENGTH_BYTES: usize = 4;

/// Writes the content of an `AttributeMap`.
fn attribute_map(item: &AnswerItem<'_>, out: &mut Vec<u8>) {
    for (name, value) in item.attributes() {
        message(number::FIELDS, out, |out| {
            bytes(number::KEY, name.as_bytes(), out);
            message(number::VALUE, out, |out| attribute_value(value, out));
        });
    }
}

/// Writes the content of a `Value`.
fn attribute_value(value: &AnswerValue<'_>, out: &mut Vec<u8>) {
    match value {
        AnswerValue::S(text) => bytes(number::S, text.as_bytes(), out),
        AnswerValue::N(text) => bytes(number::N, text.as_bytes(), out),
        AnswerValue::B(blob) => bytes(number::B, blob, out),
        AnswerValue::Bool(truth) => boolean(number::BOOL, *truth, out),
        AnswerValue::Null(null) => boolean(number::NULL, *null, out),
        AnswerValue::M(fields) => message(number::M, out, |out| attribute_map(fields, out)),
        AnswerValue::L(values) => message(number::L, out, |out| {
            for value in values {
                message(number::VALUES, out, |out| attribute_value(value, out));
            }
        }),
        AnswerValue::Ss(texts) => message(number::SS, out, |out| set(texts, out)),
        AnswerValue::Ns(texts) => message(number::NS, out, |out| set(texts, out)),
        AnswerValue::Bs(blobs) => message(number::BS, out, |out| {
            for blob in blobs {
                bytes(number::VALUES, blob, out);
            }
        }),
        // A value without a kind.
        AnswerValue::Unknown(_) => {}
    }
}

fn set(texts: &[Cow<'_, str>], out: &mut Vec<u8>) {
    for text in texts {
        bytes(number::VALUES, text.as_bytes(), out);
    }
}

fn bytes(number: u32, content: &[u8], out: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, out);
    encode_varint(content.len() as u64, out);
    out.extend_from_slice(content);
}

fn boolean(number: u32, truth: bool, out: &mut Vec<u8>) {
    encode_key(number, WireType::Varint, out);
    out.push(truth.into());
}

/// Writes a message with this content. Its length stands before it and is known after it: most have one byte, which is kept free.
/// For a longer one, the content moves.
fn message(number: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    encode_key(number, WireType::LengthDelimited, out);
    let place = out.len();
    out.push(0);
    write(out);
    let length = out.len() - place - 1;
    if let (Ok(short @ ..0x80), Some(free)) = (u8::try_from(length), out.get_mut(place)) {
        *free = short;
    } else {
        let mut varint = Vec::with_capacity(LENGTH_BYTES);
        encode_varint(length as u64, &mut varint);
        out.splice(place..=place, varint);
    }
}

#[cfg(test)]
mod tests;
