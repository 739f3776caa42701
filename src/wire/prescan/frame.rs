//! The stack of open messages at one point of a request.

use std::fmt::{Display, Write as _};

use super::limits::MAX_KEY_IN_PATH;
use super::schema::{Field, Message, Occurs, Role};

/// An open message: one that has begun and not ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'s> {
    pub(super) message: &'s Message,
    /// Its position in the enclosing message; none for the request itself.
    pub(super) position: Option<Position<'s>>,
    /// The offset of its end in the request.
    pub(super) end: usize,
    /// The singular fields that have occurred, as bits.
    pub(super) seen: u64,
    /// The nesting level of a value: the number of enclosing lists and maps.
    pub(super) level: usize,
    first_count: usize,
    first_of_key: usize,
}

/// A position in a message: a field and the index of its element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position<'s> {
    pub(super) field: &'s Field,
    pub(super) index: Option<usize>,
}

/// The open messages. The request itself stays open to its end, so there is always an innermost one.
#[derive(Debug)]
pub(super) struct Frames<'s> {
    pub(super) innermost: Frame<'s>,
    around: Vec<Frame<'s>>,
    /// Element counts of the repeated fields of all open messages.
    counts: Vec<usize>,
    /// The keys of the open map entries, truncated.
    keys: Vec<u8>,
}

impl<'s> Frames<'s> {
    pub(super) fn new(request: &'s Message, length: usize) -> Self {
        let innermost =
            Frame { message: request, position: None, end: length, seen: 0, level: 0, first_count: 0, first_of_key: 0 };
        Self { innermost, around: Vec::new(), counts: vec![0; request.repeated], keys: Vec::new() }
    }

    /// The number of messages around the innermost one.
    pub(super) fn depth(&self) -> usize {
        self.around.len()
    }

    pub(super) fn enter(&mut self, message: &'s Message, position: Position<'s>, end: usize) {
        let inner = Frame {
            message,
            position: Some(position),
            end,
            seen: 0,
            level: self.innermost.level + usize::from(message.role == Role::Container),
            first_count: self.counts.len(),
            first_of_key: self.keys.len(),
        };
        self.counts.resize(self.counts.len() + message.repeated, 0);
        self.around.push(std::mem::replace(&mut self.innermost, inner));
    }

    /// Closes all messages that end here.
    pub(super) fn leave_finished(&mut self, position: usize) {
        while self.innermost.end == position {
            let Some(around) = self.around.pop() else { return };
            self.counts.truncate(self.innermost.first_count);
            self.keys.truncate(self.innermost.first_of_key);
            self.innermost = around;
        }
    }

    /// Counts an element of a repeated field of the innermost message.
    pub(super) fn count(&mut self, index: usize) -> usize {
        let Some(count) = self.counts.get_mut(self.innermost.first_count + index) else { return 0 };
        *count += 1;
        *count
    }

    /// Starts the key of the innermost message, which is a map entry. A later key replaces an earlier one.
    pub(super) fn begin_key(&mut self) {
        self.keys.truncate(self.innermost.first_of_key);
    }

    pub(super) fn extend_key(&mut self, bytes: &[u8]) {
        let room = MAX_KEY_IN_PATH.saturating_sub(self.keys.len() - self.innermost.first_of_key);
        self.keys.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// The path of the innermost message, or of one of its fields, as in `item["address"].m["lines"].l[0].n`.
    pub(super) fn path(&self, last: Option<&Field>) -> String {
        let mut path = String::new();
        let frames: Vec<&Frame<'_>> = self.around.iter().chain([&self.innermost]).collect();
        let mut outer: Option<&Frame<'_>> = None;
        for (depth, frame) in frames.iter().enumerate() {
            if let Some(Position { field, index }) = frame.position {
                append_name(&mut path, field, outer, depth.checked_sub(2).and_then(|above| frames.get(above).copied()));
                let next = frames.get(depth + 1).map_or(self.keys.len(), |inner| inner.first_of_key);
                match (&field.occurs, index) {
                    (Occurs::Often(repeated), _) if repeated.is_map => {
                        let key = self.keys.get(frame.first_of_key..next).unwrap_or_default();
                        append_index(&mut path, format!("{:?}", String::from_utf8_lossy(key)));
                    }
                    (_, Some(index)) => append_index(&mut path, index),
                    (_, None) => {}
                }
            }
            outer = Some(frame);
        }
        if let Some(field) = last {
            append_name(&mut path, field, outer, self.around.last());
        }
        path
    }
}

fn append_index(path: &mut String, index: impl Display) {
    let _infallible = write!(path, "[{index}]");
}

/// Appends the name of a field, if the path shows it.
///
/// The content of a value appears as `.m["name"]` and `.l[0]`, without the fields of the messages in between. The
/// fields of a map entry appear as its key.
fn append_name(path: &mut String, field: &Field, message: Option<&Frame<'_>>, around: Option<&Frame<'_>>) {
    let role = |frame: Option<&Frame<'_>>| frame.map_or(Role::Plain, |frame| frame.message.role);
    if matches!((role(message), role(around)), (Role::Entry, _) | (Role::Container, Role::Value)) {
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(&field.name);
}
