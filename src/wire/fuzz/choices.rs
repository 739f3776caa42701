//! Reads arbitrary bytes as a sequence of choices that build a random request.

use prost::encoding::{WireType, encode_key, encode_varint};

use crate::wire::prescan::schema::{Field, Kind, MessageId, Occurs, Schema};

/// The remaining bytes. When they run out, every choice is 0, which ends the message.
pub(super) struct Choices<'a>(pub(super) &'a [u8]);

/// Maximum nesting of messages: more than the limit for nested values.
const MAX_DEPTH: usize = 110;

impl Choices<'_> {
    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        let choice = (usize::from(self.byte()) << 8) | usize::from(self.byte());
        choice.checked_rem(end).unwrap_or_default()
    }

    /// Builds a message of this type. A handler would accept most of its fields.
    pub(super) fn message(&mut self, schema: &Schema, id: MessageId, depth: usize) -> Vec<u8> {
        let mut message = Vec::new();
        for (number, field) in schema.message(id).fields() {
            let choice = self.byte();
            if choice & 0x60 == 0x60 {
                self.unknown_field(&mut message);
            }
            let most = if matches!(field.occurs, Occurs::Often(_)) { 7 } else { 2 };
            // Mostly once, sometimes several times.
            let occurrences = match choice & 0x07 {
                0 | 1 => 0,
                2..=5 => 1,
                _ => usize::from(choice >> 4).min(most),
            };
            for _ in 0..occurrences {
                self.field(schema, number, field, depth, &mut message);
            }
        }
        message
    }

    fn field(&mut self, schema: &Schema, number: u32, field: &Field, depth: usize, message: &mut Vec<u8>) {
        match field.kind {
            Kind::Varint => {
                encode_key(number, WireType::Varint, message);
                encode_varint(self.number(), message);
            }
            Kind::Fixed32 => {
                encode_key(number, WireType::ThirtyTwoBit, message);
                message.extend([self.byte(), 0, 0, 0]);
            }
            Kind::Fixed64 => {
                encode_key(number, WireType::SixtyFourBit, message);
                message.extend([self.byte(), 0, 0, 0, 0, 0, 0, 0]);
            }
            Kind::Text => delimited(number, self.text(&field.name).as_bytes(), message),
            Kind::Bytes => {
                let bytes = vec![self.byte(); self.length()];
                delimited(number, &bytes, message);
            }
            Kind::Message(id) if depth < MAX_DEPTH => {
                let inner = self.message(schema, id, depth + 1);
                delimited(number, &inner, message);
            }
            Kind::Message(_) => {}
        }
    }

    fn number(&mut self) -> u64 {
        match self.byte() {
            choice @ ..200 => u64::from(choice % 4),
            choice @ 200..250 => u64::from(choice) << self.below(57),
            _ => u64::MAX,
        }
    }

    fn length(&mut self) -> usize {
        match self.byte() {
            choice @ ..240 => usize::from(choice % 20),
            choice => usize::from(choice) * 20,
        }
    }

    fn text(&mut self, field: &str) -> String {
        let choice = self.byte();
        let pick =
            |texts: &[&str]| texts.get(usize::from(choice) % texts.len()).copied().unwrap_or_default().to_owned();
        match field {
            _ if choice >= 240 => "x".repeat(self.length()),
            "table" | "index" | "page_token" => String::new(),
            "request_id" => pick(&["", "", "123e4567-e89b-12d3-a456-426614174000"]),
            "version" | "n" | "add" => pick(&["1", "-2.5", "3E10", "20"]),
            "condition" | "filter" | "key_condition" => {
                pick(&["", "a = :v", "attribute_exists(#a)", "a = :v AND #a = :w"])
            }
            "projection" => pick(&["", "a, b.c[0]", "#a"]),
            "update_expression" => pick(&["SET a = :v", "REMOVE #a", "SET #a = :v ADD b :w"]),
            // The key of a map entry, among others.
            "key" => pick(&["a", "b", "#a", ":v", ":w"]),
            _ => pick(&["a", "b", "c", "d.e", "1", "é", ""]),
        }
    }

    fn unknown_field(&mut self, message: &mut Vec<u8>) {
        let number = 200 + u32::from(self.byte());
        match self.byte() % 4 {
            0 => {
                encode_key(number, WireType::Varint, message);
                encode_varint(self.number(), message);
            }
            1 => {
                encode_key(number, WireType::ThirtyTwoBit, message);
                message.extend([0xff; 4]);
            }
            2 => {
                encode_key(number, WireType::SixtyFourBit, message);
                message.extend([0xff; 8]);
            }
            _ => delimited(number, &[0xff; 3], message),
        }
    }

    /// Damages a message in a few places.
    pub(super) fn damage(&mut self, message: &mut Vec<u8>) {
        for _ in 0..self.byte() % 4 {
            let at = self.below(message.len() + 1);
            match (self.byte() % 4, message.get_mut(at)) {
                (0, Some(byte)) => *byte ^= 1 << (self.byte() % 8),
                (1, Some(byte)) => *byte = self.byte(),
                (2, _) => message.truncate(at),
                _ => message.insert(at, self.byte()),
            }
        }
    }
}

fn delimited(number: u32, bytes: &[u8], message: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, message);
    encode_varint(bytes.len() as u64, message);
    message.extend_from_slice(bytes);
}
