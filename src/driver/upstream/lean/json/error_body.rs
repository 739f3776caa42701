//! The bodies of errors.

use std::fmt;

use aws_sdk_dynamodb::types::{CancellationReason, ThrottlingReason};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::read::{Readable, objects, read};
use crate::driver::store::Item;

/// What the body of an error says. Without [`fmt::Debug`]: it holds items.
#[derive(Default)]
pub(in crate::driver::upstream) struct ErrorBody {
    pub(in crate::driver::upstream) code: Option<String>,
    pub(in crate::driver::upstream) message: Option<String>,
    /// The item that a condition failed on.
    pub(in crate::driver::upstream) item: Option<Item>,
    /// Why a transaction was cancelled, for each of its operations.
    pub(in crate::driver::upstream) reasons: Vec<CancellationReason>,
    /// Why a call was throttled.
    pub(in crate::driver::upstream) throttling: Vec<String>,
}

/// Reads the body of an error. If it cannot be read as a whole, nothing is known from it: a proxy may have sent it.
pub(in crate::driver::upstream) fn read_error(body: &[u8]) -> ErrorBody {
    let Said { code, kind, message, item, reasons, throttling } = read(body).unwrap_or_default();
    ErrorBody {
        code: code.or(kind).map(|code| error_code(&code).to_owned()),
        message,
        item,
        reasons: reasons.unwrap_or_default(),
        throttling: throttling.unwrap_or_default().into_iter().filter_map(|reason| reason.reason).collect(),
    }
}

/// The code in `__type` or in the header `x-amzn-errortype`, which may have a namespace before it and a URL behind it
/// (Smithy, "AWS JSON 1.0 protocol", "Operation error serialization").
pub(in crate::driver::upstream) fn error_code(header_or_type: &str) -> &str {
    let code = header_or_type.split_once(':').map_or(header_or_type, |(code, _)| code);
    code.split_once('#').map_or(code, |(_, code)| code)
}

#[derive(Default)]
struct Said {
    code: Option<String>,
    kind: Option<String>,
    message: Option<String>,
    item: Option<Item>,
    reasons: Option<Vec<CancellationReason>>,
    throttling: Option<Vec<ThrottlingReason>>,
}

impl Said {
    /// What is no string is passed over.
    fn set_code(self, Text(code): Text) -> Self {
        Self { code: code.or(self.code), ..self }
    }

    fn set_kind(self, Text(kind): Text) -> Self {
        Self { kind: kind.or(self.kind), ..self }
    }

    fn set_message(self, Text(message): Text) -> Self {
        Self { message: message.or(self.message), ..self }
    }

    fn set_item(self, item: Option<Item>) -> Self {
        Self { item, ..self }
    }

    fn set_reasons(self, reasons: Option<Vec<CancellationReason>>) -> Self {
        Self { reasons, ..self }
    }

    fn set_throttling(self, throttling: Option<Vec<ThrottlingReason>>) -> Self {
        Self { throttling, ..self }
    }
}

objects! {
    Said = Said {
        "code" => set_code,
        "__type" => set_kind,
        "message" => set_message,
        "Message" => set_message,
        "errorMessage" => set_message,
        "Item" => set_item,
        "CancellationReasons" => set_reasons,
        "ThrottlingReasons" => set_throttling,
        "throttlingReasons" => set_throttling,
    } Ok;
}

/// A string; `None` for any other value.
struct Text(Option<String>);

impl Readable for Text {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Text, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}
