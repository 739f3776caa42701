use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use super::position::Position;
use crate::cli::error::Error;

/// Maximum length of a line: more than any item, in whatever notation.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// Maximum number of lines of a part: a fifth of what a request may have, so that it finishes in time on a busy table.
const PART_LINES: usize = 2000;

/// Maximum text of a part, unless one line is longer. As protobuf it is less than three times as long, and so fits a
/// request.
const PART_BYTES: usize = 1024 * 1024;

/// A byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Lines that are sent in one request.
#[derive(Debug)]
pub(super) struct Part {
    /// Where the part begins.
    pub(super) before: Position,
    /// The lines, with their ends.
    pub(super) text: Vec<u8>,
    pub(super) lines: Vec<Line>,
    /// How much of the file has been read after it.
    pub(super) bytes_read: u64,
    /// Why no line follows, unless the file ends.
    pub(super) problem: Option<Error>,
}

/// A line of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    /// Where it ends in the text.
    pub(super) end: usize,
}

impl Part {
    /// A line without its number.
    pub(super) fn line(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |last| self.end(last));
        self.text.get(start..self.end(index)).unwrap_or_default()
    }

    /// The length of so many of its lines.
    pub(super) fn length(&self, lines: usize) -> usize {
        lines.checked_sub(1).map_or(0, |last| self.end(last))
    }

    /// The position after so many of its lines.
    pub(super) fn after(&self, lines: usize) -> Position {
        let mut after = self.before.clone();
        if let Some(last) = lines.checked_sub(1).and_then(|last| self.lines.get(last)) {
            after.advance(last.number, self.text.get(..last.end).unwrap_or_default());
        }
        after
    }

    fn end(&self, index: usize) -> usize {
        self.lines.get(index).map_or(0, |line| line.end)
    }
}

/// The parts of a file, read lazily. Empty lines are skipped.
///
/// From one position on, the same lines always make the same parts.
pub(super) struct Parts<R> {
    lines: RawLines<R>,
    path: PathBuf,
    position: Position,
    has_ended: bool,
}

impl<R: Read> Parts<R> {
    pub(super) fn of(source: R, path: PathBuf) -> Self {
        let source = BufReader::with_capacity(256 * 1024, source);
        let lines = RawLines { source, line: Vec::new(), number: 0, is_held: false, bytes_read: 0 };
        Self { lines, path, position: Position::default(), has_ended: false }
    }

    /// Skips the lines up to this one.
    pub(super) fn skip_to(&mut self, last: u64) -> Result<&Position, Error> {
        while self.lines.number < last {
            match self.lines.next() {
                Ok(true) => self.position.advance(self.lines.number, &self.lines.line),
                Ok(false) => break,
                Err(problem) => return Err(problem.of(self.path.clone(), self.lines.number)),
            }
        }
        Ok(&self.position)
    }
}

impl<R: Read> Iterator for Parts<R> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.has_ended {
            return None;
        }
        let (mut text, mut lines, mut problem) = (Vec::new(), Vec::new(), None);
        loop {
            match self.lines.next() {
                Ok(true) => {}
                Ok(false) => {
                    self.has_ended = true;
                    break;
                }
                Err(failed) => {
                    problem = Some(failed.of(self.path.clone(), self.lines.number));
                    self.has_ended = true;
                    break;
                }
            }
            let is_full = lines.len() == PART_LINES || text.len() + self.lines.line.len() > PART_BYTES;
            if is_full && !lines.is_empty() {
                self.lines.is_held = true;
                break;
            }
            text.extend_from_slice(&self.lines.line);
            lines.push(Line { number: self.lines.number, end: text.len() });
        }
        let part = Part { before: self.position.clone(), text, lines, bytes_read: self.lines.bytes_read, problem };
        self.position = part.after(part.lines.len());
        (!part.lines.is_empty() || part.problem.is_some()).then_some(part)
    }
}

/// The non-empty lines of a file.
struct RawLines<R> {
    source: BufReader<R>,
    line: Vec<u8>,
    number: u64,
    /// Whether the line has been read and not yet taken.
    is_held: bool,
    bytes_read: u64,
}

enum LineProblem {
    Unreadable(io::Error),
    TooLong,
}

impl LineProblem {
    fn of(self, path: PathBuf, line: u64) -> Error {
        match self {
            Self::Unreadable(source) => Error::Input { path, source },
            Self::TooLong => Error::NotAnItem { path, line, problem: format!("is longer than {MAX_LINE_BYTES} bytes") },
        }
    }
}

impl<R: Read> RawLines<R> {
    /// Reads the next line. False at the end.
    fn next(&mut self) -> Result<bool, LineProblem> {
        if std::mem::take(&mut self.is_held) {
            return Ok(true);
        }
        loop {
            self.line.clear();
            let mut source = self.source.by_ref().take(MAX_LINE_BYTES as u64 + 1);
            let length = source.read_until(b'\n', &mut self.line).map_err(LineProblem::Unreadable)?;
            if length == 0 {
                return Ok(false);
            }
            self.number += 1;
            self.bytes_read += length as u64;
            if length > MAX_LINE_BYTES {
                return Err(LineProblem::TooLong);
            }
            if self.number == 1 && self.line.starts_with(MARK) {
                self.line.drain(..MARK.len());
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn parts(text: impl Into<Vec<u8>>) -> Vec<Part> {
        Parts::of(Cursor::new(text.into()), "f".into()).collect()
    }

    #[test]
    fn lines_know_their_number() {
        let [part] = &parts("\u{feff}{}\n\n {\"a\":1}\r\n{}")[..] else { panic!("one part") };
        let lines: Vec<_> = (0..part.lines.len()).map(|index| (part.lines[index].number, part.line(index))).collect();
        assert_eq!(lines, [(1, &b"{}\n"[..]), (3, b" {\"a\":1}\r\n"), (4, b"{}")]);
        assert_eq!(part.bytes_read, 19);
    }

    #[test]
    fn an_endless_line_ends_the_file() {
        let endless = std::io::repeat(b'a');
        let mut parts = Parts::of(Cursor::new("{}\n").chain(endless), "f".into());
        let part = parts.next().unwrap();
        assert_eq!(part.lines.len(), 1);
        assert!(matches!(part.problem, Some(Error::NotAnItem { line: 2, .. })));
        assert!(parts.next().is_none());
    }

    #[test]
    fn a_part_is_as_large_as_a_request_may_be() {
        let lengths = |parts: &[Part]| parts.iter().map(|part| part.lines.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&parts("{}\n".repeat(2 * PART_LINES + 1))), [PART_LINES, PART_LINES, 1]);
        let half = format!("{}\n", "a".repeat(PART_BYTES / 2 - 1));
        assert_eq!(lengths(&parts(half.repeat(5))), [2, 2, 1]);
        let large = format!("{}\n", "a".repeat(2 * PART_BYTES));
        assert_eq!(lengths(&parts(format!("{{}}\n{large}{large}{{}}"))), [1, 1, 1, 1]);
    }

    #[test]
    fn the_parts_after_a_position_are_those_of_the_whole() {
        let text = (0..3 * PART_LINES).map(|n| format!("{{\"pk\":{n}}}\n")).collect::<Vec<_>>().concat();
        let whole = parts(text.clone());
        let mut rest = Parts::of(Cursor::new(text), "f".into());
        let after = whole[0].after(PART_LINES);
        assert_eq!(rest.skip_to(PART_LINES as u64).unwrap(), &after);
        for (part, again) in whole[1..].iter().zip(rest) {
            assert_eq!((&part.before, &part.text), (&again.before, &again.text));
        }
    }
}
