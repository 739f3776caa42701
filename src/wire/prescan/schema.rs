//! The messages of all requests as tables, built from the compiled descriptors, so new fields and RPCs are included.
//!
//! [`limits`](super::limits) and [`cost`](super::cost) add what the descriptors do not contain. A missing or
//! superfluous row there is an [`Error`]: the server does not start and the tests fail.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::method_options::IdempotencyLevel;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet, MethodDescriptorProto};

use super::cost::{self, ElementCost};
use super::limits::{FIELDS, FieldLimit, METHODS};
use crate::pb;
use crate::wire::status::Access;

/// The structure of all requests.
#[derive(Debug)]
pub(crate) struct Schema {
    /// By HTTP/2 path, sorted with [`by_length`].
    methods: Vec<(String, Method)>,
    messages: Vec<Message>,
    nothing: Message,
}

/// An RPC as the pre-scan knows it.
#[derive(Debug)]
pub(crate) struct Method {
    /// Whether it reads or writes.
    pub(crate) access: Access,
    /// Whether the server streams its responses.
    pub(crate) streams: bool,
    /// Maximum size of a request.
    pub(crate) max_bytes: usize,
    pub(super) max_values: usize,
    pub(in crate::wire) request: MessageId,
}

/// The index of a message in its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire) struct MessageId(usize);

#[derive(Debug, Default)]
pub(in crate::wire) struct Message {
    pub(super) role: Role,
    /// By number, in ascending order.
    fields: Vec<Field>,
    /// How many of the fields are repeated.
    pub(super) repeated: usize,
}

/// How the scan treats a message.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    #[default]
    Plain,
    /// An entry of a map field.
    Entry,
    /// An attribute's value.
    Value,
    /// A list or map, whose values are one level deeper.
    Container,
}

#[derive(Debug)]
pub(in crate::wire) struct Field {
    number: u32,
    pub(in crate::wire) name: String,
    pub(in crate::wire) kind: Kind,
    pub(in crate::wire) occurs: Occurs,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire) enum Kind {
    Varint,
    Fixed32,
    Fixed64,
    Text,
    Bytes,
    Message(MessageId),
}

/// How often a field may occur.
#[derive(Debug)]
pub(in crate::wire) enum Occurs {
    /// Singular. Its bit in [`Frame::seen`](super::frame::Frame::seen).
    Once(u64),
    Often(Repeated),
}

#[derive(Debug)]
pub(in crate::wire) struct Repeated {
    /// Its index among the repeated fields of its message.
    pub(super) index: usize,
    pub(super) is_map: bool,
    pub(super) limit: &'static FieldLimit,
    pub(super) cost: ElementCost,
}

/// Why there is no schema.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the compiled descriptors cannot be decoded")]
    Descriptors(#[from] prost::DecodeError),
    #[error("{0} is not in the compiled descriptors")]
    NotDescribed(String),
    #[error("no row in {table}: {name}")]
    NoRow { table: &'static str, name: String },
    #[error("a row in {table} that no request needs: {name}")]
    NotUsed { table: &'static str, name: String },
    #[error("{0} has more than 64 fields that are not repeated")]
    TooManyFields(String),
}

const PACKAGE: &str = ".dynakv.v1.";

/// The tables, as an error names them to whoever forgot a row.
const TABLE_OF_METHODS: &str = "METHODS of src/wire/prescan/limits.rs";
const TABLE_OF_FIELDS: &str = "FIELDS of src/wire/prescan/limits.rs";
const TABLE_OF_MESSAGES: &str = "MESSAGES of src/wire/prescan/cost.rs";

/// The schema of this release.
pub(crate) fn compiled() -> Result<&'static Schema, &'static Error> {
    static SCHEMA: LazyLock<Result<Schema, Error>> = LazyLock::new(|| Schema::new(pb::FILE_DESCRIPTOR_SET));
    SCHEMA.as_ref()
}

impl Schema {
    fn new(descriptors: &[u8]) -> Result<Self, Error> {
        let FileDescriptorSet { file: files } = FileDescriptorSet::decode(descriptors)?;
        let mut compiler = Compiler::default();
        for file in &files {
            let package = file.package.as_deref().unwrap_or_default();
            let scope = if package.is_empty() { String::new() } else { format!(".{package}") };
            compiler.describe(&scope, &file.message_type);
        }
        let mut methods = Vec::new();
        for file in &files {
            for service in &file.service {
                for method in &service.method {
                    let name = format!("{}/{}", service.name(), method.name());
                    let method = compiler.method(&name, method)?;
                    methods.push((format!("/{}.{name}", file.package()), method));
                }
            }
        }
        methods.sort_by(|(one, _), (other, _)| by_length(one, other));
        compiler.check_used()?;
        Ok(Self { methods, messages: compiler.messages, nothing: Message::default() })
    }

    /// The method with this path, such as `/dynakv.v1.KeyValueService/Get`.
    pub(crate) fn method(&self, path: &str) -> Option<&Method> {
        let index = self.methods.binary_search_by(|(other, _)| by_length(other, path)).ok()?;
        self.methods.get(index).map(|(_, method)| method)
    }

    /// All methods with their paths.
    pub(crate) fn methods(&self) -> impl Iterator<Item = (&str, &Method)> {
        self.methods.iter().map(|(path, method)| (path.as_str(), method))
    }

    /// The message with this id.
    pub(in crate::wire) fn message(&self, MessageId(index): MessageId) -> &Message {
        self.messages.get(index).unwrap_or(&self.nothing)
    }
}

impl Field {
    /// Whether it is the key of a map entry.
    pub(super) fn is_key(&self) -> bool {
        self.number == 1
    }
}

impl Message {
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        let index = self.fields.binary_search_by_key(&number, |field| field.number).ok()?;
        self.fields.get(index)
    }

    #[cfg(any(test, feature = "fuzz-internals"))]
    pub(in crate::wire) fn fields(&self) -> impl Iterator<Item = (u32, &Field)> {
        self.fields.iter().map(|field| (field.number, field))
    }
}

#[derive(Default)]
struct Compiler<'a> {
    described: HashMap<String, &'a DescriptorProto>,
    ids: HashMap<String, MessageId>,
    messages: Vec<Message>,
    used: HashSet<String>,
}

impl<'a> Compiler<'a> {
    fn describe(&mut self, scope: &str, messages: &'a [DescriptorProto]) {
        for message in messages {
            let name = format!("{scope}.{}", message.name());
            self.describe(&name, &message.nested_type);
            self.described.insert(name, message);
        }
    }

    fn method(&mut self, name: &str, method: &MethodDescriptorProto) -> Result<Method, Error> {
        let limit = METHODS.iter().find(|limit| limit.method == name);
        let limit = limit.ok_or_else(|| Error::NoRow { table: TABLE_OF_METHODS, name: name.to_owned() })?;
        self.used.insert(name.to_owned());
        let level = method.options.as_ref().map(prost_types::MethodOptions::idempotency_level);
        let access = if level == Some(IdempotencyLevel::NoSideEffects) { Access::Read } else { Access::Write };
        let request = self.message(method.input_type())?;
        let streams = method.server_streaming();
        Ok(Method { access, streams, max_bytes: limit.max_bytes, max_values: limit.max_values, request })
    }

    /// Compiles a message and all that it contains.
    fn message(&mut self, name: &str) -> Result<MessageId, Error> {
        if let Some(id) = self.ids.get(name) {
            return Ok(*id);
        }
        let described = *self.described.get(name).ok_or_else(|| Error::NotDescribed(name.to_owned()))?;
        let id = MessageId(self.messages.len());
        // Insert before the fields: a message may contain itself.
        self.ids.insert(name.to_owned(), id);
        self.messages.push(Message::default());
        let message = self.compile(name, described)?;
        if let Some(index) = self.messages.get_mut(id.0) {
            *index = message;
        }
        Ok(id)
    }

    fn compile(&mut self, name: &str, described: &DescriptorProto) -> Result<Message, Error> {
        let mut message = Message { role: role(name, described), ..Message::default() };
        let mut singular = 0;
        for field in &described.field {
            let kind = match field.r#type() {
                Type::Double | Type::Fixed64 | Type::Sfixed64 => Kind::Fixed64,
                Type::Float | Type::Fixed32 | Type::Sfixed32 => Kind::Fixed32,
                Type::String => Kind::Text,
                Type::Bytes => Kind::Bytes,
                Type::Message | Type::Group => Kind::Message(self.message(field.type_name())?),
                Type::Int64
                | Type::Uint64
                | Type::Int32
                | Type::Bool
                | Type::Uint32
                | Type::Enum
                | Type::Sint32
                | Type::Sint64 => Kind::Varint,
            };
            let occurs = if field.label() == Label::Repeated {
                let repeated = self.repeated(name, field, message.repeated)?;
                message.repeated += 1;
                Occurs::Often(repeated)
            } else {
                let bit = 1_u64.checked_shl(singular).ok_or_else(|| Error::TooManyFields(name.to_owned()))?;
                singular += 1;
                Occurs::Once(bit)
            };
            let number = u32::try_from(field.number()).unwrap_or_default();
            message.fields.push(Field { number, name: field.name().to_owned(), kind, occurs });
        }
        message.fields.sort_by_key(|field| field.number);
        Ok(message)
    }

    fn repeated(&mut self, message: &str, field: &FieldDescriptorProto, index: usize) -> Result<Repeated, Error> {
        let short = message.strip_prefix(PACKAGE).unwrap_or(message);
        let path = format!("{short}.{}", field.name());
        let limit = FIELDS.iter().find(|limit| limit.message == short && limit.field == field.name());
        let limit = limit.ok_or_else(|| Error::NoRow { table: TABLE_OF_FIELDS, name: path.clone() })?;
        self.used.insert(path);
        let entry = self.entry(field);
        let cost = match entry {
            Some(entry) => ElementCost::in_map(entry.field.iter().map(element_size).sum::<Result<_, _>>()?),
            None => ElementCost::in_vec(element_size(field)?),
        };
        Ok(Repeated { index, is_map: entry.is_some(), limit, cost })
    }

    /// The entry of a map field.
    fn entry(&self, field: &FieldDescriptorProto) -> Option<&'a DescriptorProto> {
        let message = self.described.get(field.type_name())?;
        is_entry(message).then_some(*message)
    }

    /// Refuses rows for messages and fields that no request contains.
    fn check_used(&self) -> Result<(), Error> {
        let methods = METHODS.iter().map(|limit| (TABLE_OF_METHODS, limit.method.to_owned()));
        let fields = FIELDS.iter().map(|limit| (TABLE_OF_FIELDS, format!("{}.{}", limit.message, limit.field)));
        match methods.chain(fields).find(|(_, name)| !self.used.contains(name)) {
            Some((table, name)) => Err(Error::NotUsed { table, name }),
            None => Ok(()),
        }
    }
}

/// Compares lengths first, because paths differ in length more often than at their start.
fn by_length(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

fn role(name: &str, message: &DescriptorProto) -> Role {
    match name.strip_prefix(PACKAGE) {
        _ if is_entry(message) => Role::Entry,
        Some("Value") => Role::Value,
        Some("AttributeMap" | "AttributeList") => Role::Container,
        _ => Role::Plain,
    }
}

fn is_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(prost_types::MessageOptions::map_entry)
}

fn element_size(field: &FieldDescriptorProto) -> Result<usize, Error> {
    match field.r#type() {
        Type::String => Ok(cost::STRING),
        Type::Bytes => Ok(cost::BYTES),
        Type::Message | Type::Group => {
            let name = field.type_name();
            let short = name.strip_prefix(PACKAGE).unwrap_or(name);
            cost::of_message(short).ok_or_else(|| Error::NoRow { table: TABLE_OF_MESSAGES, name: short.to_owned() })
        }
        _ => Ok(cost::NUMBER),
    }
}
