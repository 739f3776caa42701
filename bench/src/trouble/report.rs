use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::report::machine;

/// The page. Only the part between the markers is generated.
const PAGE: &str = "trouble.md";
const BEGIN: &str = "<!-- make trouble writes from here -->\n";
const END: &str = "<!-- to here -->\n";

/// A scene and its results.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) scene: String,
    pub(super) bounds: Vec<Bound>,
    /// What became of the calls, here and upstream.
    pub(super) told: Vec<String>,
}

/// A target and what was measured.
#[derive(Debug)]
pub(super) struct Bound {
    what: String,
    target: String,
    measured: String,
    holds: bool,
}

impl Bound {
    pub(super) fn at_most(what: &str, measured: f64, most: f64) -> Self {
        Self {
            what: what.to_owned(), target: format!("≤ {most}"), measured: short(measured), holds: measured <= most
        }
    }

    pub(super) fn at_least(what: &str, measured: f64, least: f64) -> Self {
        Self {
            what: what.to_owned(),
            target: format!("≥ {least}"),
            measured: short(measured),
            holds: measured >= least,
        }
    }

    /// A measurement without a target.
    pub(super) fn shown(what: &str, measured: f64) -> Self {
        Self { what: what.to_owned(), target: "none".to_owned(), measured: short(measured), holds: true }
    }

    /// All of so many.
    pub(super) fn all(what: &str, count: usize, of: usize) -> Self {
        Self {
            what: what.to_owned(),
            target: "all".to_owned(),
            measured: format!("{count} of {of}"),
            holds: count == of,
        }
    }

    /// At most so many.
    pub(super) fn within(what: &str, count: usize, most: u64) -> Self {
        let holds = count as u64 <= most;
        Self { what: what.to_owned(), target: format!("≤ {most}"), measured: count.to_string(), holds }
    }

    /// None of so many.
    pub(super) fn none(what: &str, count: usize, of: usize) -> Self {
        Self {
            what: what.to_owned(),
            target: "none".to_owned(),
            measured: format!("{count} of {of}"),
            holds: count == 0,
        }
    }
}

/// With three digits or all those of a whole number.
fn short(value: f64) -> String {
    crate::stats::number(value)
}

impl Row {
    pub(super) fn failed(scene: String, error: &anyhow::Error) -> Self {
        let target = "it runs".to_owned();
        let bound = Bound { what: "the scene".to_owned(), target, measured: format!("{error:#}"), holds: false };
        Self { scene, bounds: vec![bound], told: Vec::new() }
    }

    pub(super) fn holds(&self) -> bool {
        self.bounds.iter().all(|bound| bound.holds)
    }

    /// A line for each target, and what else is known.
    pub(super) fn lines(&self) -> String {
        let bounds = self.bounds.iter().map(|Bound { what, target, measured, holds }| {
            format!("{} {}: {what} {target}: {measured}", if *holds { "ok " } else { "NOT" }, self.scene)
        });
        let told = self.told.iter().map(|told| format!("      {told}"));
        bounds.chain(told).collect::<Vec<_>>().join("\n")
    }
}

/// All scenes, in Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = "| scene | what | target | measured | |\n|---|---|---|---|---|\n".to_owned();
    for Row { scene, bounds, told } in rows {
        let mut name = format!("{scene}<br>{}", told.join("<br>"));
        for Bound { what, target, measured, holds } in bounds {
            // Writing to a string does not fail.
            let _written = writeln!(text, "| {name} | {what} | {target} | {measured} | {} |", mark(*holds));
            name.clear();
        }
    }
    text
}

fn mark(holds: bool) -> &'static str {
    if holds { "✓" } else { "**✗**" }
}

/// Writes the table to its page.
pub(super) fn write(docs: &Path, rows: &[Row]) -> anyhow::Result<()> {
    let page = docs.join(PAGE);
    let old = fs::read_to_string(&page).with_context(|| format!("{} cannot be read", page.display()))?;
    let (before, rest) = old.split_once(BEGIN).context("the page has no start marker")?;
    let (_, after) = rest.split_once(END).context("the page has no end marker")?;
    let (machine, date) = (machine::describe(), machine::date());
    Ok(fs::write(page, format!("{before}{BEGIN}\n{date}: {machine}\n{}\n{END}{after}", table(rows)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(holds: bool) -> Row {
        let bounds = vec![Bound::at_most("calls", if holds { 1.0 } else { 2.0 }, 1.5), Bound::none("failures", 0, 10)];
        Row { scene: "a scene".to_owned(), bounds, told: vec!["more".to_owned()] }
    }

    #[test]
    fn each_target_has_a_line_that_says_whether_it_is_met() {
        assert!(row(true).holds() && !row(false).holds());
        let lines = "NOT a scene: calls ≤ 1.5: 2.00\nok  a scene: failures none: 0 of 10\n      more";
        assert_eq!(row(false).lines(), lines);
    }

    #[test]
    fn only_the_part_between_the_markers_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join(PAGE);
        fs::write(&page, format!("before\n{BEGIN}old\n{END}after\n")).unwrap();
        write(folder.path(), &[row(true)]).unwrap();
        let written = fs::read_to_string(&page).unwrap();
        assert!(written.starts_with("before\n") && written.ends_with("after\n"));
        assert!(
            written.contains("| a scene<br>more | calls | ≤ 1.5 | 1.00 | ✓ |\n|  | failures | none | 0 of 10 | ✓ |")
        );
        assert!(!written.contains("old"));
    }
}
