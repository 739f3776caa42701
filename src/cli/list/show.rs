use std::io;

use dynakv_client::Item;
use serde::Serialize;

use super::{Show, columns};
use crate::cli::error::Error;
use crate::cli::notation::item_line;
use crate::cli::output::{Output, Stdout, pages_to_stdout};

/// Writes items for a person or for a program.
pub(super) struct Items {
    /// The width of the terminal for columns. `None` for one JSON object per line.
    width: Option<usize>,
}

impl Items {
    pub(super) fn new(output: Output) -> Self {
        let terminal = console::Term::stdout();
        let width = (!output.json && terminal.is_term()).then(|| terminal.size().1.into());
        Self { width }
    }
}

impl Show<Item> for Items {
    fn page(&mut self, items: Vec<Item>) -> Result<Stdout, Error> {
        let text = match self.width {
            Some(width) => columns::table(&items, width).into_bytes(),
            None => items.iter().map(item_line).collect::<Result<Vec<_>, _>>().map_err(io::Error::from)?.concat(),
        };
        Ok(pages_to_stdout(&text)?)
    }
}

/// Writes one key per line.
pub(super) struct KeyLines {
    pub(super) json: bool,
}

impl Show<String> for KeyLines {
    fn page(&mut self, keys: Vec<String>) -> Result<Stdout, Error> {
        #[derive(Serialize)]
        struct Key<'a> {
            key: &'a str,
        }
        let mut text = Vec::new();
        for key in &keys {
            if self.json {
                serde_json::to_writer(&mut text, &Key { key }).map_err(io::Error::from)?;
            } else if key.contains(['\n', '\r']) {
                // In a list of lines it would look like several keys.
                pages_to_stdout(&text)?;
                return Err(Error::Usage(format!("the key {key:?} has a line break; --json shows it").into()));
            } else {
                text.extend_from_slice(key.as_bytes());
            }
            text.push(b'\n');
        }
        Ok(pages_to_stdout(&text)?)
    }
}
