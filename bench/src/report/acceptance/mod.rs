//! What is asked for, beside what was measured.

mod beside_go;
mod line;
mod server;

use std::fmt::Write;

use self::line::Line;
use super::Report;
use crate::startup::Footprint;

impl Report {
    pub(super) fn write_acceptance(&self, text: &mut String) -> std::fmt::Result {
        let footprints = self.footprint.as_ref().map(Footprint::lines).into_iter().flatten();
        let mut lines = self.server_lines();
        lines.extend(footprints);
        writeln!(text, "### Beside the AWS SDK for Go\n")?;
        write_lines(&self.lines_beside_go(), text)?;
        writeln!(text, "\n### The server\n")?;
        write_lines(&lines, text)
    }
}

fn write_lines(lines: &[Line], text: &mut String) -> std::fmt::Result {
    writeln!(text, "| | measured | asked for | | from |\n|---|---|---|---|---|")?;
    lines.iter().try_for_each(|line| line.write(text))
}
