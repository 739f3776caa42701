//! Formats items in columns for a terminal.

use std::collections::BTreeSet;

use console::{Alignment, measure_text_width, pad_str};
use dynakv_client::{Item, Value};

use crate::cli::notation::Plain;

/// The gap between two columns.
const GAP: &str = "  ";

/// Minimum width of a column.
const MIN_WIDTH: usize = 8;

/// Replaces text that does not fit.
const ELLIPSIS: &str = "…";

/// A page of items as a table with a column for each attribute, at most this wide. Empty for no items.
pub(super) fn table(items: &[Item], width: usize) -> String {
    let names: BTreeSet<&str> = items.iter().flat_map(|item| item.keys().map(String::as_str)).collect();
    let columns: Vec<Column> = names.into_iter().map(|name| Column::new(name, items)).collect();
    let widths = fit(columns.iter().map(|column| column.width).collect(), width);
    let heading = line(columns.iter().zip(&widths).map(|(column, width)| (column.name.as_str(), column.align, *width)));
    let rows = (0..items.len()).map(|row| {
        let cells = columns.iter().zip(&widths);
        line(cells.map(|(column, width)| (column.cells.get(row).map_or("", String::as_str), column.align, *width)))
    });
    if items.is_empty() { String::new() } else { std::iter::once(heading).chain(rows).collect() }
}

struct Column {
    name: String,
    align: Alignment,
    cells: Vec<String>,
    /// The width of the widest cell.
    width: usize,
}

impl Column {
    fn new(name: &str, items: &[Item]) -> Self {
        let values: Vec<Option<&Value>> = items.iter().map(|item| item.get(name)).collect();
        let is_number = |value: &&Value| matches!(value, Value::N(_));
        let align = if values.iter().flatten().copied().all(|value| is_number(&value)) {
            Alignment::Right
        } else {
            Alignment::Left
        };
        let cells: Vec<String> = values.into_iter().map(|value| value.map(cell).unwrap_or_default()).collect();
        let name = without_control_characters(name);
        let width = cells.iter().chain([&name]).map(|cell| measure_text_width(cell)).max().unwrap_or_default();
        Self { name, align, cells, width }
    }
}

/// A string as text, everything else as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::S(text) => without_control_characters(text),
        other => without_control_characters(&serde_json::to_string(&Plain(other)).unwrap_or_default()),
    }
}

/// Removes control characters, which could manipulate the terminal.
fn without_control_characters(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

/// Shrinks the widest columns until the line fits, and drops the last ones if there are too many.
fn fit(mut widths: Vec<usize>, line: usize) -> Vec<usize> {
    let gaps = |columns: usize| columns.saturating_sub(1) * GAP.len();
    let least: fn(usize) -> usize = |width| width.min(MIN_WIDTH);
    while widths.len() > 1 && widths.iter().copied().map(least).sum::<usize>() + gaps(widths.len()) > line {
        widths.pop();
    }
    let space = line.saturating_sub(gaps(widths.len()));
    let mut excess = widths.iter().sum::<usize>().saturating_sub(space);
    while excess > 0 {
        let Some(widest) = widths.iter_mut().max() else { break };
        if *widest <= 1 {
            break;
        }
        *widest -= 1;
        excess -= 1;
    }
    widths
}

fn line<'a>(cells: impl Iterator<Item = (&'a str, Alignment, usize)>) -> String {
    let cells: Vec<_> =
        cells.map(|(text, align, width)| pad_str(text, width, align, Some(ELLIPSIS)).into_owned()).collect();
    format!("{}\n", cells.join(GAP).trim_end())
}
