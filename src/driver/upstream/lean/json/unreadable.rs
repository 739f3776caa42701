use std::str::Utf8Error;

use serde_json::error::Category;

/// A body is not what DynamoDB answers. Says where, and nothing of the content: that may be a caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is unreadable: {problem} at line {line}, column {column}")]
pub(in crate::driver::upstream) struct Unreadable {
    problem: Problem,
    line: usize,
    column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it ends early")]
    Cut,
    #[error("invalid JSON")]
    Syntax,
    #[error("another type of value than expected")]
    Type,
    #[error("invalid UTF-8")]
    Text,
}

impl From<serde_json::Error> for Unreadable {
    /// The error itself is dropped: it quotes the content.
    fn from(error: serde_json::Error) -> Self {
        let problem = match error.classify() {
            // There is no I/O: the body is in memory.
            Category::Eof | Category::Io => Problem::Cut,
            Category::Syntax => Problem::Syntax,
            Category::Data => Problem::Type,
        };
        Self { problem, line: error.line(), column: error.column() }
    }
}

impl Unreadable {
    pub(super) fn text(body: &[u8], error: Utf8Error) -> Self {
        let valid = body.get(..error.valid_up_to()).unwrap_or_default();
        let line = valid.split(|byte| *byte == b'\n').count();
        let column = 1 + valid.iter().rev().take_while(|byte| **byte != b'\n').count();
        Self { problem: Problem::Text, line, column }
    }
}
