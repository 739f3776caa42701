use std::fmt::Write;

use crate::measure::Series;
use crate::stats::number;

/// An acceptance figure.
pub(super) struct Line {
    pub(super) what: String,
    pub(super) measured: Option<f64>,
    pub(super) bound: Bound,
    pub(super) unit: &'static str,
    /// The values behind the measured figure.
    pub(super) made_of: String,
}

#[derive(Clone, Copy)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Line {
    /// A ratio of two series.
    pub(super) fn ratio(
        what: String,
        bound: Bound,
        one: Option<&Series>,
        other: Option<&Series>,
        of: impl Fn(&Series) -> f64,
    ) -> Self {
        let ratio = one.zip(other).map(|(one, other)| {
            let (numerator, denominator) = (of(one), of(other));
            let made_of = format!("{} / {} ({})", number(numerator), number(denominator), other.candidate);
            (numerator / denominator, made_of)
        });
        let (measured, made_of) = ratio.unzip();
        Self { what, measured, bound, unit: "", made_of: made_of.unwrap_or_default() }
    }

    pub(super) fn write(&self, text: &mut String) -> std::fmt::Result {
        let Self { what, measured, bound, unit, made_of } = self;
        let (words, is_met) = match *bound {
            Bound::AtLeast(least) => (format!("at least {}", number(least)), measured.map(|value| value >= least)),
            Bound::AtMost(most) => (format!("at most {}", number(most)), measured.map(|value| value <= most)),
        };
        let verdict = match is_met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "not measured",
        };
        let measured = measured.map_or("–".to_owned(), number);
        writeln!(text, "| {what} | {measured}{unit} | {words}{unit} | {verdict} | {made_of} |")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(measured: Option<f64>, bound: Bound) -> String {
        let mut text = String::new();
        let line = Line { what: "Get".to_owned(), measured, bound, unit: " ms", made_of: "1 / 2".to_owned() };
        line.write(&mut text).unwrap();
        text
    }

    #[test]
    fn a_line_says_whether_it_is_met() {
        assert_eq!(line(Some(2.0), Bound::AtLeast(2.0)), "| Get | 2.00 ms | at least 2.00 ms | met | 1 / 2 |\n");
        assert_eq!(line(Some(1.9), Bound::AtLeast(2.0)), "| Get | 1.90 ms | at least 2.00 ms | **missed** | 1 / 2 |\n");
        assert_eq!(line(Some(2.1), Bound::AtMost(2.0)), "| Get | 2.10 ms | at most 2.00 ms | **missed** | 1 / 2 |\n");
        assert_eq!(line(None, Bound::AtMost(2.0)), "| Get | – ms | at most 2.00 ms | not measured | 1 / 2 |\n");
    }
}
