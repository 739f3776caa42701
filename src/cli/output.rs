use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use serde::Serialize;

use super::error::Error;

/// How a command that reached the server went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As asked.
    Done,
    /// A miss or a lost race, in a few words.
    Missed(&'static str),
    /// A part of it failed.
    Failed,
    /// Of a part of it, it is not known whether it happened.
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

/// The result of a command: one JSON object, or the text that a person or a shell script expects.
pub(super) trait Report: Serialize {
    /// What goes to standard output. `terminal`: a person reads it, not a file or a pipe.
    fn text(&self, terminal: bool) -> Vec<u8>;

    fn verdict(&self) -> Verdict {
        Verdict::Done
    }

    /// What a person is told on standard error.
    fn remark(&self) -> Option<&'static str> {
        match self.verdict() {
            Verdict::Missed(what) => Some(what),
            Verdict::Done | Verdict::Failed | Verdict::OutcomeUnknown => None,
        }
    }
}

/// Where results and errors go.
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

    /// Says on standard error what a command came to whose results are on standard output.
    pub(super) fn summary(self, counts: &impl Serialize, sentence: &str) {
        let text = match line(counts) {
            Ok(json) if self.json => json,
            Ok(_) | Err(_) => format!("{sentence}\n").into_bytes(),
        };
        to_stderr(text);
    }

    /// Tells a person on standard error what a command is about to do. What reads JSON is told nothing.
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

/// Says what broke, down to its cause.
pub(super) fn failure(error: &dyn std::error::Error) {
    to_stderr(failure_text(error));
}

/// What [`failure`] says.
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

/// Warns of something that does not keep the command from its work.
pub(super) fn warning(warning: &impl Display) {
    to_stderr(format!("warning: {warning}\n"));
}

/// Unlike `eprintln!`, does not panic when standard error is gone; there is nobody left to tell.
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

/// Writes these bytes and no others. A reader that went away, such as `head`, has what it wanted.
pub(super) fn to_stdout(bytes: &[u8]) -> io::Result<()> {
    pages_to_stdout(bytes).map(|_reader| ())
}

/// Who reads standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Somebody may.
    Listens,
    /// Nobody does any more; whatever else there is need not be read.
    Gone,
}

/// Writes these bytes, after which others may follow.
pub(super) fn pages_to_stdout(bytes: &[u8]) -> io::Result<Reader> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::Listens),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(error),
    }
}
