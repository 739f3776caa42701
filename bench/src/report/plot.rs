use std::ops::Range;
use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::{
    ChartBuilder, Circle, Color, IntoDrawingArea, IntoLogRange, LineSeries, PathElement, RGBColor, SVGBackend,
    SeriesLabelPosition, WHITE,
};

use super::{Report, plotted};
use crate::plan::{Candidate, Load, Section, Workload};
use crate::stats::number;

const SIZE: (u32, u32) = (760, 400);

/// The lines of a plot, in colours for the colour-blind (the palette of Okabe and Ito).
const LINES: [(&str, RGBColor, IsMeant); 4] = [
    ("DynaKV", RGBColor(0, 114, 178), |who| who == Candidate::Gateway { coalescing: true }),
    ("DynaKV, coalescing off", RGBColor(86, 180, 233), |who| who == Candidate::Gateway { coalescing: false }),
    ("SDK for Rust, best pool", RGBColor(213, 94, 0), |who| matches!(who, Candidate::Sdk { .. })),
    ("no-op RPC", RGBColor(0, 158, 115), |who| who == Candidate::Noop),
];

/// Whether a line shows a candidate.
type IsMeant = fn(Candidate) -> bool;

/// A line: name, colour, and points by callers.
struct Line {
    name: &'static str,
    color: RGBColor,
    points: Vec<(f64, f64)>,
}

impl Report {
    /// Plots a figure of a section by number of callers.
    pub(super) fn plot(&self, section: Section, file: &str, title: &str, folder: &Path) -> anyhow::Result<()> {
        let lines =
            LINES.map(|(name, color, is_meant)| Line { name, color, points: self.points(section, file, is_meant) });
        let lines: Vec<Line> = lines.into_iter().filter(|line| !line.points.is_empty()).collect();
        if lines.is_empty() {
            return Ok(());
        }
        draw(&folder.join(file).with_extension("svg"), title, &lines).map_err(|error| anyhow!("{file}: {error}"))
    }

    fn points(&self, section: Section, file: &str, is_meant: IsMeant) -> Vec<(f64, f64)> {
        let value = plotted(file);
        let mut points = Vec::new();
        for series in self.series.iter().filter(|series| series.section == section && is_meant(series.candidate)) {
            let Workload { load: Load::Closed { callers }, .. } = series.workload else { continue };
            let is_sdk = matches!(series.candidate, Candidate::Sdk { .. });
            let is_best = self.sdk(series.workload).is_some_and(|best| best.candidate == series.candidate);
            let value = series.median(value);
            if value > 0.0 && (is_best || !is_sdk) {
                points.push((f64::from(u32::try_from(callers).unwrap_or(u32::MAX)), value));
            }
        }
        points
    }
}

fn draw(file: &Path, title: &str, lines: &[Line]) -> Result<(), Box<dyn std::error::Error>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let (callers, values) = (range(points().map(|(x, _)| *x)), range(points().map(|(_, y)| *y)));
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(
            (callers.start..callers.end.max(callers.start * 2.0)).log_scale().base(2.0),
            (values.start / 1.5..values.end * 1.5).log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_desc("callers")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| number(*y))
        .draw()?;
    for Line { name, color, points } in lines {
        let style = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, color.filled())))?;
    }
    let legend = SeriesLabelPosition::LowerRight;
    chart.configure_series_labels().position(legend).background_style(WHITE.mix(0.8)).draw()?;
    area.present()?;
    Ok(())
}

/// The range from minimum to maximum.
fn range(values: impl Iterator<Item = f64>) -> Range<f64> {
    values.fold(f64::MAX..f64::MIN_POSITIVE, |range, value| range.start.min(value)..range.end.max(value))
}
