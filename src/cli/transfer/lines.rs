use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use crate::cli::error::Error;
use crate::cli::input::without_mark;

/// Maximum length of a line: more than any item, in whatever notation.
const MAX_LINE_BYTES: u64 = 8 * 1024 * 1024;

/// A line of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) text: String,
}

/// The non-empty lines of a file, read lazily.
pub(super) struct Lines<R> {
    source: BufReader<R>,
    path: PathBuf,
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn of(source: R, path: PathBuf) -> Self {
        Self { source: BufReader::new(source), path, number: 0 }
    }

    fn read(&mut self) -> Result<Option<Line>, Error> {
        loop {
            let mut line = Vec::new();
            let read = self.source.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line);
            let length = read.map_err(|source| Error::Input { path: self.path.clone(), source })? as u64;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if length > MAX_LINE_BYTES {
                return Err(self.bad(format!("is longer than {MAX_LINE_BYTES} bytes")));
            }
            let text = String::from_utf8(line).map_err(|_| self.bad("is not UTF-8".to_owned()))?;
            let content = if self.number == 1 { without_mark(&text) } else { &text };
            if !content.trim().is_empty() {
                return Ok(Some(Line { number: self.number, text: content.to_owned() }));
            }
        }
    }

    fn bad(&self, problem: String) -> Error {
        Error::NotAnItem { path: self.path.clone(), line: self.number, problem }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Line, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
