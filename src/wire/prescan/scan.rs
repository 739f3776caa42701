use super::cost;
use super::frame::{Frames, Position};
use super::limits::{FieldLimit, MAX_DEPTH, MAX_IGNORED_FIELDS};
use super::reader::Reader;
use super::refusal::Refusal;
use super::schema::{Field, Kind, MessageId, Method, Occurs, Repeated, Role, Schema};
use crate::model::{Invalid, MAX_NESTING};
use crate::wire::Violation;

/// The scan of one request.
///
/// Result and cost do not depend on how the bytes are split into parts.
#[derive(Debug)]
pub(crate) struct Scan<'s> {
    schema: &'s Schema,
    method: &'s Method,
    reader: Reader,
    state: State<'s>,
    frames: Frames<'s>,
    /// Memory of the decoded message so far, without its bytes.
    decoded: usize,
    values: usize,
    idle_fields: usize,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum State<'s> {
    /// The tag of a field, or the end of a message.
    Tag,
    /// A number.
    Number,
    /// The length of a field, or of an unknown field.
    Length(Option<&'s Field>),
    /// This many bytes to skip.
    Skip(usize),
    /// This many bytes of a map entry's key.
    Key(usize),
    /// The numbers of a packed field, up to this position.
    Packed(&'s Field, usize),
}

/// Protobuf's wire types.
mod wire_type {
    pub(super) const VARINT: u64 = 0;
    pub(super) const FIXED64: u64 = 1;
    pub(super) const LENGTH_DELIMITED: u64 = 2;
    pub(super) const START_GROUP: u64 = 3;
    pub(super) const END_GROUP: u64 = 4;
    pub(super) const FIXED32: u64 = 5;
}

/// The error is boxed to keep the common case, success, small.
type Result<T = ()> = std::result::Result<T, Box<Refusal>>;

impl<'s> Scan<'s> {
    /// Starts the scan of a request. gRPC sends the length before the first byte.
    pub(crate) fn new(schema: &'s Schema, method: &'s Method, length: usize) -> std::result::Result<Self, Refusal> {
        if length > method.max_bytes {
            return Err(Refusal::TooLarge { max_bytes: method.max_bytes });
        }
        Ok(Self {
            schema,
            method,
            reader: Reader::default(),
            state: State::Tag,
            frames: Frames::new(schema.message(method.request), length),
            decoded: 0,
            values: 0,
            idle_fields: 0,
        })
    }

    /// Scans the next bytes. Not to be called again after a refusal.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> std::result::Result<(), Refusal> {
        self.read(bytes).map_err(|refusal| *refusal)
    }

    fn read(&mut self, mut rest: &[u8]) -> Result {
        loop {
            match self.state {
                State::Tag => {
                    self.frames.leave_finished(self.reader.position());
                    let Some(tag) = self.varint(&mut rest, self.frames.innermost.end)? else { return Ok(()) };
                    self.tag(tag)?;
                }
                State::Number => {
                    let Some(_) = self.varint(&mut rest, self.frames.innermost.end)? else { return Ok(()) };
                    self.state = State::Tag;
                }
                State::Length(field) => {
                    let Some(length) = self.varint(&mut rest, self.frames.innermost.end)? else { return Ok(()) };
                    self.length(field, length)?;
                }
                State::Skip(bytes) => {
                    let skipped = self.reader.take(&mut rest, bytes);
                    if skipped.len() < bytes {
                        self.state = State::Skip(bytes - skipped.len());
                        return Ok(());
                    }
                    self.state = State::Tag;
                }
                State::Key(bytes) => {
                    let key = self.reader.take(&mut rest, bytes);
                    self.frames.extend_key(key);
                    if key.len() < bytes {
                        self.state = State::Key(bytes - key.len());
                        return Ok(());
                    }
                    self.state = State::Tag;
                }
                State::Packed(_, end) if self.reader.position() == end => self.state = State::Tag,
                State::Packed(field, end) => {
                    let Some(_) = self.varint(&mut rest, end)? else { return Ok(()) };
                    if let Occurs::Often(repeated) = &field.occurs {
                        self.element(field, repeated)?;
                    }
                }
            }
        }
    }

    /// Memory of the request so far: its bytes and what they become when decoded.
    pub(crate) fn cost(&self) -> usize {
        self.reader.position().saturating_add(self.decoded)
    }

    /// The number of attribute values so far.
    pub(crate) fn values(&self) -> usize {
        self.values
    }

    /// Whether the request is complete.
    pub(crate) fn finish(self) -> std::result::Result<(), Refusal> {
        let is_complete = self.frames.depth() == 0 && self.frames.innermost.end == self.reader.position();
        if is_complete && matches!(self.state, State::Tag) {
            Ok(())
        } else {
            Err(*self.malformed(self.begun(), "buffer underflow"))
        }
    }

    /// The field whose length or numbers come next.
    fn begun(&self) -> Option<&'s Field> {
        match self.state {
            State::Length(field) => field,
            State::Packed(field, _) => Some(field),
            State::Tag | State::Number | State::Skip(_) | State::Key(_) => None,
        }
    }

    /// The next number, which must end before this position; none if it is still incomplete.
    #[inline]
    fn varint(&mut self, rest: &mut &[u8], end: usize) -> Result<Option<u64>> {
        self.reader.varint(rest, end).map_err(|problem| self.malformed(self.begun(), problem))
    }

    /// Handles a tag.
    fn tag(&mut self, tag: u64) -> Result {
        let wire_type = tag & 7;
        let number = match u32::try_from(tag >> 3) {
            Ok(0) => return Err(self.malformed(None, "invalid tag value: 0")),
            Ok(number) if u32::try_from(tag).is_ok() => number,
            _ => return Err(self.malformed(None, format!("invalid key value: {tag}"))),
        };
        let Some(field) = self.frames.innermost.message.field(number) else {
            self.ignore()?;
            if self.frames.depth() >= MAX_DEPTH {
                return Err(self.malformed(None, "recursion limit reached"));
            }
            return self.content(None, wire_type);
        };
        let (expected, is_number) = match field.kind {
            Kind::Varint => (wire_type::VARINT, true),
            Kind::Fixed32 => (wire_type::FIXED32, true),
            Kind::Fixed64 => (wire_type::FIXED64, true),
            Kind::Text | Kind::Bytes | Kind::Message(_) => (wire_type::LENGTH_DELIMITED, false),
        };
        match &field.occurs {
            Occurs::Often(_) if is_number && wire_type == wire_type::LENGTH_DELIMITED => {
                self.state = State::Length(Some(field));
                return Ok(());
            }
            Occurs::Often(repeated) if is_number && wire_type == expected => {
                self.element(field, repeated)?;
            }
            Occurs::Once(bit) => {
                let seen = &mut self.frames.innermost.seen;
                if *seen & bit == 0 {
                    *seen |= bit;
                } else {
                    self.ignore()?;
                }
            }
            Occurs::Often(_) => {}
        }
        if wire_type != expected {
            return Err(self.malformed(Some(field), "invalid wire type"));
        }
        self.content(Some(field), wire_type)
    }

    /// Chooses the state after a tag.
    fn content(&mut self, field: Option<&'s Field>, wire_type: u64) -> Result {
        self.state = match wire_type {
            wire_type::VARINT => State::Number,
            wire_type::FIXED64 => self.skip(field, 8)?,
            wire_type::FIXED32 => self.skip(field, 4)?,
            wire_type::LENGTH_DELIMITED => State::Length(field),
            wire_type::START_GROUP | wire_type::END_GROUP => {
                return Err(self.malformed(field, "groups are no part of proto3"));
            }
            other => return Err(self.malformed(field, format!("invalid wire type value: {other}"))),
        };
        Ok(())
    }

    fn skip(&self, field: Option<&Field>, bytes: usize) -> Result<State<'s>> {
        self.end(field, bytes as u64)?;
        Ok(if bytes == 0 { State::Tag } else { State::Skip(bytes) })
    }

    /// The end of a field of this length, which must lie within its message.
    fn end(&self, field: Option<&Field>, bytes: u64) -> Result<usize> {
        let room = self.frames.innermost.end.saturating_sub(self.reader.position());
        match usize::try_from(bytes) {
            Ok(bytes) if bytes <= room => Ok(self.reader.position() + bytes),
            _ => Err(self.malformed(field, "buffer underflow")),
        }
    }

    /// Chooses the state after a length.
    fn length(&mut self, field: Option<&'s Field>, length: u64) -> Result {
        let end = self.end(field, length)?;
        let bytes = end - self.reader.position();
        let Some(field) = field else {
            self.state = self.skip(None, bytes)?;
            return Ok(());
        };
        if matches!(field.kind, Kind::Varint | Kind::Fixed32 | Kind::Fixed64) {
            return self.packed(field, end);
        }
        let index = match &field.occurs {
            Occurs::Once(_) => None,
            Occurs::Often(repeated) => Some(self.element(field, repeated)?),
        };
        match field.kind {
            Kind::Message(id) => {
                self.state = State::Tag;
                return self.message(id, Position { field, index }, end);
            }
            Kind::Text => self.charge(cost::of_text(bytes)),
            Kind::Bytes => self.charge(cost::OF_BYTES),
            Kind::Varint | Kind::Fixed32 | Kind::Fixed64 => {}
        }
        self.state = self.skip(Some(field), bytes)?;
        if self.frames.innermost.message.role == Role::Entry && field.is_key() {
            self.frames.begin_key();
            if bytes > 0 {
                self.state = State::Key(bytes);
            }
        }
        Ok(())
    }

    /// Enters a message within the innermost one.
    fn message(&mut self, id: MessageId, position: Position<'s>, end: usize) -> Result {
        let message = self.schema.message(id);
        if self.frames.depth() >= MAX_DEPTH {
            return Err(self.malformed(Some(position.field), "recursion limit reached"));
        }
        if message.role == Role::Value {
            self.values += 1;
            if self.values > self.method.max_values {
                let max = self.method.max_values;
                let problem = format!("is one of more than {max} values in the request");
                return Err(refuse(self.frames.path(Some(position.field)), problem, format!("{max} values")));
            }
            if self.frames.innermost.level >= MAX_NESTING {
                self.frames.enter(message, position, end);
                let problem = format!("lies deeper than {MAX_NESTING} levels");
                return Err(refuse(self.frames.path(None), problem, format!("{MAX_NESTING} levels")));
            }
        }
        // An empty message would be left at once.
        if end > self.reader.position() {
            self.frames.enter(message, position, end);
        }
        Ok(())
    }

    /// Counts an element of a repeated field and returns its index.
    #[inline]
    fn element(&mut self, field: &Field, repeated: &Repeated) -> Result<usize> {
        let count = self.frames.count(repeated.index);
        if count > repeated.limit.max {
            return Err(self.too_many(field, repeated.limit));
        }
        self.charge(repeated.cost.each);
        if count == 1 {
            self.charge(repeated.cost.first);
        }
        Ok(count.saturating_sub(1))
    }

    #[cold]
    #[expect(clippy::unnecessary_box_returns, reason = "as every error of a scan")]
    fn too_many(&self, field: &Field, limit: &FieldLimit) -> Box<Refusal> {
        let FieldLimit { max, elements, is_required, .. } = limit;
        let range = if *is_required { format!("1..{max} {elements}") } else { format!("{max} {elements}") };
        refuse(self.frames.path(Some(field)), format!("has more than {max} {elements}"), range)
    }

    /// Chooses the state after the length of a packed field.
    fn packed(&mut self, field: &'s Field, end: usize) -> Result {
        let bytes = end - self.reader.position();
        let width = match field.kind {
            Kind::Fixed32 => 4,
            Kind::Fixed64 => 8,
            Kind::Varint | Kind::Text | Kind::Bytes | Kind::Message(_) => {
                self.state = State::Packed(field, end);
                return Ok(());
            }
        };
        if !bytes.is_multiple_of(width) {
            return Err(self.malformed(Some(field), "delimited length exceeded"));
        }
        if let Occurs::Often(repeated) = &field.occurs {
            for _ in 0..bytes / width {
                self.element(field, repeated)?;
            }
        }
        self.state = self.skip(Some(field), bytes)?;
        Ok(())
    }

    /// Counts a field that decodes to nothing.
    fn ignore(&mut self) -> Result {
        self.idle_fields += 1;
        if self.idle_fields <= MAX_IGNORED_FIELDS {
            return Ok(());
        }
        let problem = format!("has more than {MAX_IGNORED_FIELDS} fields that are unknown or occur again");
        Err(refuse(self.frames.path(None), problem, format!("{MAX_IGNORED_FIELDS} fields")))
    }

    fn charge(&mut self, bytes: usize) {
        self.decoded = self.decoded.saturating_add(bytes);
    }

    #[cold]
    #[expect(clippy::unnecessary_box_returns, reason = "as every error of a scan")]
    fn malformed(&self, field: Option<&Field>, problem: impl Into<String>) -> Box<Refusal> {
        Box::new(Refusal::Malformed { field: self.frames.path(field), problem: problem.into() })
    }
}

#[cold]
#[expect(clippy::unnecessary_box_returns, reason = "as every error of a scan")]
fn refuse(field: String, problem: String, limit: String) -> Box<Refusal> {
    Box::new(Refusal::Invalid(Violation { field, invalid: Invalid::limit(problem, limit) }))
}
