use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use blake3::Hasher;

use super::item::Item;
use crate::model::{CallerExpression, Definitions, Projection, RequestId};

/// A hash of a request, for nonces and tokens.
#[derive(Debug, Default)]
pub(crate) struct Digest(Hasher);

impl Digest {
    pub(crate) fn new(request_id: RequestId) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(request_id.as_bytes());
        Self(hasher)
    }

    /// Adds a condition, filter or key condition, with its names and values. An expression is never empty, so empty text means
    /// that there is none.
    pub(crate) fn expression(&mut self, expression: Option<&CallerExpression>) {
        self.bytes(expression.map_or("", CallerExpression::text).as_bytes());
        if let Some(expression) = expression {
            let Definitions { names, values } = expression.definitions();
            self.names(names);
            self.attributes(values);
        }
    }

    /// Adds the paths of a projection. A projection has at least one, so zero paths mean that there is none.
    pub(crate) fn projection(&mut self, projection: Option<&Projection>) {
        let places = projection.map(Projection::places).unwrap_or_default();
        self.count(places.len());
        for place in places {
            self.bytes(place.text.as_bytes());
        }
        if let Some(projection) = projection {
            self.names(projection.names());
        }
    }

    /// Adds names in the order of their aliases, since a map has no order.
    pub(crate) fn names(&mut self, names: &HashMap<String, String>) {
        let mut names: Vec<_> = names.iter().collect();
        names.sort();
        self.count(names.len());
        for (alias, name) in names {
            self.bytes(alias.as_bytes());
            self.bytes(name.as_bytes());
        }
    }

    /// A ClientRequestToken, by which DynamoDB recognises a transaction for ten minutes. It has at most 36 characters.
    pub(crate) fn into_token(self) -> String {
        let mut hex = self.0.finalize().to_hex().to_string();
        hex.truncate(32);
        hex
    }

    pub(crate) fn into_request_id(self) -> RequestId {
        let mut hash = [0; 16];
        self.0.finalize_xof().fill(&mut hash);
        RequestId::from_hash(hash)
    }

    pub(crate) fn into_hash(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    pub(crate) fn into_bits(self) -> i64 {
        let mut bits = [0; 8];
        self.0.finalize_xof().fill(&mut bits);
        i64::from_le_bytes(bits)
    }

    /// Adds a number of parts. In 64 bits on every machine: copies of the server must hash a request alike.
    pub(crate) fn count(&mut self, count: usize) {
        self.bytes(&(count as u64).to_le_bytes());
    }

    /// Adds a part and its length, so that two different requests never hash the same bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// Adds attributes in the order of their names, since a map has no order.
    pub(crate) fn attributes(&mut self, attributes: &Item) {
        let mut attributes: Vec<_> = attributes.iter().collect();
        attributes.sort_by_key(|(name, _)| name.as_str());
        self.count(attributes.len());
        for (name, value) in attributes {
            self.bytes(name.as_bytes());
            self.value(value);
        }
    }

    fn value(&mut self, value: &AttributeValue) {
        let mut all = |kind: &str, members: Vec<&[u8]>| {
            self.bytes(kind.as_bytes());
            self.count(members.len());
            for member in members {
                self.bytes(member);
            }
        };
        match value {
            AttributeValue::S(text) => all("S", vec![text.as_bytes()]),
            AttributeValue::N(number) => all("N", vec![number.as_bytes()]),
            AttributeValue::B(blob) => all("B", vec![blob.as_ref()]),
            AttributeValue::Bool(truth) => all("BOOL", vec![&[u8::from(*truth)]]),
            AttributeValue::Ss(set) => all("SS", set.iter().map(String::as_bytes).collect()),
            AttributeValue::Ns(set) => all("NS", set.iter().map(String::as_bytes).collect()),
            AttributeValue::Bs(set) => all("BS", set.iter().map(AsRef::as_ref).collect()),
            AttributeValue::M(map) => {
                self.bytes(b"M");
                self.attributes(map);
            }
            AttributeValue::L(list) => {
                self.bytes(b"L");
                self.count(list.len());
                for value in list {
                    self.value(value);
                }
            }
            // NULL, the only other type. It has one value.
            _ => all("NULL", Vec::new()),
        }
    }
}
