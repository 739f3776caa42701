//! Valid requests with a single text replaced, for every place in a request that can have a text.

use std::collections::HashMap;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, MethodDescriptor, ReflectMessage, Value,
};

/// Placeholder for the text.
const BLANK: &str = "\u{1}blank";

/// Maximum nesting of values. Names in a value are places of their own.
const MAX_VALUES: usize = 1;

/// A request with a placeholder.
#[derive(Clone)]
pub(super) struct Sample {
    /// The position of the placeholder.
    pub(super) place: String,
    request: DynamicMessage,
}

/// For each place in the method's requests, a request with the placeholder there.
pub(super) fn samples(method: &MethodDescriptor) -> Vec<Sample> {
    variants(&acceptable(&method.input()), 0)
}

impl Sample {
    pub(super) fn filled_with(&self, text: &str) -> Vec<u8> {
        use prost::Message;
        let mut request = self.request.clone();
        fill_message(&mut request, text);
        request.encode_to_vec()
    }
}

/// A minimal valid message.
fn acceptable(kind: &MessageDescriptor) -> DynamicMessage {
    let mut message = DynamicMessage::new(kind.clone());
    for field in kind.fields() {
        let text = |text: &str| Some(Value::String(text.to_owned()));
        let value = match (field.name(), field.kind()) {
            ("key" | "name", Kind::String) => text("k"),
            ("key" | "partition" | "partition_key" | "actions", Kind::Message(kind)) if !field.is_list() => {
                Some(Value::Message(acceptable(&kind)))
            }
            ("operations" | "actions", Kind::Message(kind)) => {
                Some(Value::List(vec![Value::Message(acceptable(&kind))]))
            }
            ("keys", _) => Some(Value::List(vec![Value::String("k".to_owned())])),
            ("item", Kind::Message(entry)) => Some(entries(&entry, "pk", "k")),
            ("values", Kind::Message(entry)) if kind.name() == "QueryRequest" => Some(entries(&entry, ":k", "k")),
            ("key_condition", _) => text("pk = :k"),
            ("condition", _) if kind.name() == "TransactCheck" => text("attribute_exists(pk)"),
            ("s", _) if kind.name() == "Value" => text("k"),
            ("path", _) => text("a"),
            ("add", _) => text("1"),
            ("ttl", Kind::Message(kind)) => Some(Value::Message(minute(&kind))),
            ("expected", Kind::Message(kind)) => Some(Value::Message(present(&kind))),
            ("type" | "kind" | "projection", Kind::Enum(_)) => Some(Value::EnumNumber(1)),
            _ => None,
        };
        if let Some(value) = value {
            message.set_field(&field, value);
        }
    }
    message
}

fn entries(entry: &MessageDescriptor, key: &str, text: &str) -> Value {
    let Kind::Message(kind) = entry.map_entry_value_field().kind() else { panic!("{}", entry.full_name()) };
    let mut value = DynamicMessage::new(kind);
    value.set_field_by_name("s", Value::String(text.to_owned()));
    Value::Map(HashMap::from([(MapKey::String(key.to_owned()), Value::Message(value))]))
}

fn minute(duration: &MessageDescriptor) -> DynamicMessage {
    let mut message = DynamicMessage::new(duration.clone());
    message.set_field_by_name("seconds", Value::I64(60));
    message
}

fn present(expected: &MessageDescriptor) -> DynamicMessage {
    let mut message = DynamicMessage::new(expected.clone());
    let Kind::Message(present) = expected.get_field_by_name("present").unwrap().kind() else { panic!("a message") };
    message.set_field_by_name("present", Value::Message(DynamicMessage::new(present)));
    message
}

/// This message with the placeholder in each of its places in turn.
fn variants(message: &DynamicMessage, depth: usize) -> Vec<Sample> {
    let mut samples = Vec::new();
    for field in message.descriptor().fields() {
        for (place, value) in field_variants(message, &field, depth) {
            let mut request = message.clone();
            request.set_field(&field, value);
            samples.push(Sample { place: format!(".{}{place}", field.name()), request });
        }
    }
    samples
}

fn field_variants(message: &DynamicMessage, field: &FieldDescriptor, depth: usize) -> Vec<(String, Value)> {
    let present = message.get_field(field).into_owned();
    match (field.kind(), present) {
        (Kind::Message(entry), Value::Map(present)) => map_variants(&entry, &present, depth),
        (kind, Value::List(present)) => {
            let present = present.first().cloned();
            let element = |(place, value)| (format!("[0]{place}"), Value::List(vec![value]));
            value_variants(&kind, present, depth).into_iter().map(element).collect()
        }
        (kind, present) => value_variants(&kind, message.has_field(field).then_some(present), depth),
    }
}

fn map_variants(entry: &MessageDescriptor, present: &HashMap<MapKey, Value>, depth: usize) -> Vec<(String, Value)> {
    let with = |key: &str, value| {
        let mut map = present.clone();
        map.insert(MapKey::String(key.to_owned()), value);
        Value::Map(map)
    };
    let kind = entry.map_entry_value_field().kind();
    // A value without a kind is invalid, and its path contains the key.
    let any = Value::default_value(&kind);
    let mut variants = vec![("{key}".to_owned(), with(BLANK, any))];
    for (place, value) in value_variants(&kind, None, depth) {
        variants.push((format!("{{value}}{place}"), with("x", value)));
    }
    variants
}

fn value_variants(kind: &Kind, present: Option<Value>, depth: usize) -> Vec<(String, Value)> {
    match kind {
        Kind::String => vec![(String::new(), Value::String(BLANK.to_owned()))],
        Kind::Bytes => vec![(String::new(), Value::Bytes(BLANK.into()))],
        Kind::Message(kind) if kind.full_name().starts_with("dynakv.") => {
            let depth = depth + usize::from(kind.name() == "Value");
            if depth > MAX_VALUES {
                return Vec::new();
            }
            let message = match present {
                Some(Value::Message(present)) => present,
                _ => acceptable(kind),
            };
            variants(&message, depth).into_iter().map(|sample| (sample.place, Value::Message(sample.request))).collect()
        }
        _ => Vec::new(),
    }
}

fn fill_message(message: &mut DynamicMessage, text: &str) {
    let fields: Vec<_> = message.fields().map(|(field, _)| field).collect();
    for field in fields {
        fill(message.get_field_mut(&field), text);
    }
}

fn fill(value: &mut Value, text: &str) {
    match value {
        Value::String(blank) if blank == BLANK => text.clone_into(blank),
        Value::Bytes(blank) if blank == BLANK => *blank = text.to_owned().into(),
        Value::Message(message) => fill_message(message, text),
        Value::List(values) => values.iter_mut().for_each(|value| fill(value, text)),
        Value::Map(map) => {
            for value in map.values_mut() {
                fill(value, text);
            }
            if let Some(value) = map.remove(&MapKey::String(BLANK.to_owned())) {
                map.insert(MapKey::String(text.to_owned()), value);
            }
        }
        _ => {}
    }
}
