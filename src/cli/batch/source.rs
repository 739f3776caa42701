use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use csv::StringRecord;

use super::record::Record;
use crate::cli::error::Error;
use crate::cli::input::without_mark;

/// Maximum length of a line: more than the largest entry in base64 and JSON.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// Maximum size of a part, unless a single record is larger: half of the maximum request.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// The format of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values; the first row has the column names
    Csv,
    /// One key per line
    Text,
}

/// A file or standard input.
#[derive(Debug, Args)]
pub(super) struct Source {
    /// Read them from this file; `-` is standard input, which is also the default without arguments
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    file: Option<PathBuf>,
    /// Format of the input [default: by the file's name]
    #[arg(long, value_enum, help_heading = "Input")]
    format: Option<Format>,
}

/// Records with their line numbers.
pub(super) type Records<R> = Box<dyn Iterator<Item = Result<(u64, R), Error>> + Send>;

impl Source {
    /// The records, read lazily. `otherwise` is the format if the file's name does not tell.
    pub(super) fn open<R: Record + 'static>(&self, otherwise: Format) -> Result<Records<R>, Error> {
        let format = self.format.or_else(|| by_name(self.file.as_deref()?)).unwrap_or(otherwise);
        match self.file.as_deref().filter(|path| path.as_os_str() != "-") {
            Some(path) => {
                let file = File::open(path).map_err(|source| Error::Input { path: path.to_owned(), source })?;
                Ok(records(file, path, format))
            }
            None if io::stdin().is_terminal() && self.file.is_none() => {
                Err(Error::Usage("give them as arguments, in a --file or on standard input".into()))
            }
            None => Ok(records(io::stdin(), Path::new("standard input"), format)),
        }
    }
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "jsonl" | "ndjson" | "json" => Some(Format::Jsonl),
        "csv" => Some(Format::Csv),
        "txt" => Some(Format::Text),
        _ => None,
    }
}

pub(super) fn records<R: Record + 'static>(
    source: impl Read + Send + 'static,
    path: &Path,
    format: Format,
) -> Records<R> {
    let path = path.to_owned();
    match format {
        Format::Jsonl => lines(source, path, R::of_json),
        Format::Text => lines(source, path, R::of_text),
        Format::Csv => rows(source, path),
    }
}

fn lines<R: 'static>(
    source: impl Read + Send + 'static,
    path: PathBuf,
    parse: impl Fn(&str) -> Result<R, String> + Send + 'static,
) -> Records<R> {
    let mut source = BufReader::new(source);
    let mut number = 0;
    Box::new(std::iter::from_fn(move || {
        loop {
            number += 1;
            let bad = |problem: String| Error::BadLine { path: path.clone(), line: number, problem };
            let mut line = Vec::new();
            match source.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line) {
                Err(source) => return Some(Err(Error::Input { path: path.clone(), source })),
                Ok(0) => return None,
                Ok(length) if length as u64 > MAX_LINE_BYTES => {
                    return Some(Err(bad(format!("is longer than {MAX_LINE_BYTES} bytes"))));
                }
                Ok(_) => {}
            }
            let Ok(text) = std::str::from_utf8(&line) else { return Some(Err(bad("is not UTF-8".to_owned()))) };
            let text = if number == 1 { without_mark(text) } else { text };
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            if !text.is_empty() {
                return Some(parse(text).map(|record| (number, record)).map_err(bad));
            }
        }
    }))
}

fn rows<R: Record + 'static>(source: impl Read + Send + 'static, path: PathBuf) -> Records<R> {
    let mut source = csv::Reader::from_reader(source);
    Box::new(std::iter::from_fn(move || {
        let mut row = StringRecord::new();
        let read = source.headers().cloned().and_then(|columns| Ok((source.read_record(&mut row)?, columns)));
        let (is_row, columns) = match read {
            Ok(read) => read,
            Err(error) => return Some(Err(unreadable(&path, source.position().line(), error))),
        };
        let line = row.position().map_or(0, csv::Position::line);
        let bad = |problem| Error::BadLine { path: path.clone(), line, problem };
        is_row.then(|| R::of_csv(&columns, &row).map(|record| (line, record)).map_err(bad))
    }))
}

fn unreadable(path: &Path, line: u64, error: csv::Error) -> Error {
    let path = path.to_owned();
    let line = error.position().map_or(line, csv::Position::line);
    let problem = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => Error::Input { path, source },
        _ => Error::BadLine { path, line, problem },
    }
}

/// The records of the next request; empty at the end. Returns no records if one of their lines is invalid.
pub(super) fn part<R: Record>(
    records: &mut impl Iterator<Item = Result<(u64, R), Error>>,
    most: usize,
) -> Result<Vec<(u64, R)>, Error> {
    let mut part = Vec::new();
    let mut bytes = 0;
    while part.len() < most && bytes < PART_BYTES {
        let Some(record) = records.next() else { break };
        let (line, record) = record?;
        bytes += record.bytes();
        part.push((line, record));
    }
    Ok(part)
}
