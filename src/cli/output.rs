use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use serde::Serialize;

use super::error::Error;

/// The result of a command that reached the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Success.
    Done,
    /// Missing, or a failed condition, with a short description.
    Missed(&'static str),
    /// Parts of it failed.
    Failed,
    /// The outcome of parts of it is unknown.
    OutcomeUnknown,
}

impl Verdict {
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Missed(_) => 1,
            Self::Failed => 3,
            Self::OutcomeUnknown => 4,
        }
    }
}

/// The result of a command: a JSON object, or text for people and shell scripts.
pub(super) trait Report: Serialize {
    /// The text for standard output. `terminal` is false for a file or a pipe.
    fn text(&self, terminal: bool) -> Vec<u8>;

    fn verdict(&self) -> Verdict {
        Verdict::Done
    }

    /// A remark for standard error.
    fn remark(&self) -> Option<&'static str> {
        match self.verdict() {
            Verdict::Missed(what) => Some(what),
            Verdict::Done | Verdict::Failed | Verdict::OutcomeUnknown => None,
        }
    }
}

/// The output format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) json: bool,
}

impl Output {
    pub(super) fn show(self, report: &impl Report) -> Result<Verdict, Error> {
        if self.json {
            to_stdout(&line(report)?)?;
        } else {
            to_stdout(&report.text(io::stdout().is_terminal()))?;
            if let Some(remark) = report.remark() {
                to_stderr(format!("{remark}\n"));
            }
        }
        Ok(report.verdict())
    }

    /// Writes a summary to standard error, for commands with their results on standard output.
    pub(super) fn summary(self, counts: &impl Serialize, sentence: &str) {
        let text = match line(counts) {
            Ok(json) if self.json => json,
            Ok(_) | Err(_) => format!("{sentence}\n").into_bytes(),
        };
        to_stderr(text);
    }

    /// Writes progress to standard error, unless the output is JSON.
    pub(super) fn progress(self, sentence: &str) {
        if !self.json {
            to_stderr(format!("{sentence}\n"));
        }
    }

    pub(super) fn error(self, error: &Error) {
        let text = match line(&error.report()) {
            Ok(json) if self.json => json,
            Ok(_) | Err(_) => format!("error: {}\n", error.text()).into_bytes(),
        };
        to_stderr(text);
    }
}

/// Writes an error with its causes.
pub(super) fn failure(error: &dyn std::error::Error) {
    to_stderr(failure_text(error));
}

/// The text of [`failure`].
pub(super) fn failure_text(error: &dyn std::error::Error) -> String {
    let mut text = format!("error: {error}");
    let mut next = error.source();
    while let Some(cause) = next {
        text.extend([": ", &cause.to_string()]);
        next = cause.source();
    }
    text.push('\n');
    text
}

/// Writes a warning.
pub(super) fn warning(warning: &impl Display) {
    to_stderr(format!("warning: {warning}\n"));
}

/// Unlike `eprintln!`, this does not panic if standard error is closed.
fn to_stderr(text: impl AsRef<[u8]>) {
    let _ = io::stderr().write_all(text.as_ref());
}

fn line(report: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut json = serde_json::to_vec(report).map_err(io::Error::from)?;
    json.push(b'\n');
    Ok(json)
}

/// Writes a JSON object and a newline.
pub(super) fn to_stdout_line(object: &impl Serialize) -> Result<(), Error> {
    Ok(to_stdout(&line(object)?)?)
}

/// Writes all output. A closed pipe, such as that of `head`, is not an error.
pub(super) fn to_stdout(bytes: &[u8]) -> io::Result<()> {
    pages_to_stdout(bytes).map(|_reader| ())
}

/// The state of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stdout {
    /// Still open.
    Open,
    /// Closed: the rest need not be read.
    Closed,
}

/// Writes a part of the output.
pub(super) fn pages_to_stdout(bytes: &[u8]) -> io::Result<Stdout> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Stdout::Open),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Stdout::Closed),
        Err(error) => Err(error),
    }
}
