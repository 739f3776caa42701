use std::fmt::Write;

use super::neighbour::Served;

/// An attack and its results.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) attack: String,
    pub(super) memory: Option<Memory>,
    pub(super) served: Option<Served>,
    pub(super) bounds: Vec<Bound>,
}

/// The server's memory in MiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    pub(super) before: f64,
    pub(super) peak: f64,
    /// Two seconds after deadlines and limits; none if the server had exited.
    pub(super) after: Option<f64>,
}

/// An expectation and the measured result.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) asked: String,
    pub(super) measured: String,
    pub(super) holds: bool,
}

impl Bound {
    pub(super) fn new(asked: impl Into<String>, measured: impl Into<String>, holds: bool) -> Self {
        Self { asked: asked.into(), measured: measured.into(), holds }
    }

    /// An upper bound for a number.
    pub(super) fn at_most(what: &str, measured: f64, most: f64, unit: &str) -> Self {
        Self::new(format!("{what} ≤ {most:.0} {unit}"), format!("{measured:.1} {unit}"), measured <= most)
    }

    /// A count that has to be zero.
    pub(super) fn none(what: &str, count: usize, of: usize) -> Self {
        Self::new(format!("no {what}"), format!("{count} of {of}"), count == 0)
    }
}

impl Row {
    pub(super) fn failed(attack: String, error: &anyhow::Error) -> Self {
        let bounds = vec![Bound::new("it runs", format!("{error:#}"), false)];
        Self { attack, memory: None, served: None, bounds }
    }

    pub(super) fn holds(&self) -> bool {
        self.bounds.iter().all(|bound| bound.holds)
    }

    /// Whether all bounds hold, and which do not.
    pub(super) fn line(&self) -> String {
        let mut line = format!("{} {}", if self.holds() { "holds " } else { "BROKEN" }, self.attack);
        for Bound { asked, measured, .. } in self.bounds.iter().filter(|bound| !bound.holds) {
            // Writing to a string does not fail.
            let _written = write!(line, "; asked: {asked}, measured: {measured}");
        }
        line
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let memory = self.memory.map_or(["–".to_owned(), "–".to_owned(), "–".to_owned()], |memory| {
            let after = memory.after.map_or("gone".to_owned(), |after| format!("{after:.0}"));
            [format!("{:.0}", memory.before), format!("{:.0}", memory.peak), after]
        });
        let served = self.served.as_ref().map_or("– | – | – | –".to_owned(), |served| {
            format!("{} | {} | {:.1} | {:.1}", served.calls, served.errors, served.p50_ms, served.p99_ms)
        });
        write!(text, "| {} | {} | {served} |", self.attack, memory.join(" | "))?;
        for (nth, Bound { asked, measured, holds }) in self.bounds.iter().enumerate() {
            let (before, mark) = (if nth == 0 { " " } else { "<br>" }, if *holds { "✓" } else { "**✗**" });
            write!(text, "{before}{mark} {asked}: {measured}")?;
        }
        writeln!(text, " |")
    }
}

/// All attacks, in Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = "\
| attack | RSS before | peak | after | calls of a good client | errors | p50 ms | p99 ms | bounds |
|---|---|---|---|---|---|---|---|---|
"
    .to_owned();
    for row in rows {
        // Writing to a string does not fail.
        let _written = row.write(&mut text);
    }
    text
}
