//! The budgets and their file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::measure::Counted;
use crate::operation::Operation;

/// Tolerance of a new budget. Counts of the same code differ by at most 0.1 %; see docs/benchmarks.md.
const TOLERANCE_PERCENT: f64 = 1.0;

/// A call this far below its budget should get a lower one.
const FAR_UNDER_PERCENT: f64 = 10.0;

const HEAD: &str = "\
# Instruction budgets per call. `make instructions` checks them. `make instructions-accept` rewrites this file and keeps
# the tolerances. A commit that raises a budget explains what the instructions are spent on.
";

/// The budgets and the tools that they were counted with.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Budgets {
    counted_with: String,
    #[serde(flatten)]
    of: BTreeMap<Operation, Budget>,
}

/// The budget of a call.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    pub(crate) instructions: u64,
    /// Tolerance for random variation.
    tolerance_percent: f64,
}

/// The comparison of a count with its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Within,
    Over,
    /// Far below: the budget should be lowered, or it would not notice a regression.
    FarUnder,
}

impl Budget {
    /// By how many percent a call exceeds its budget.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn excess_percent(&self, instructions: u64) -> f64 {
        (instructions as f64 / self.instructions as f64 - 1.0) * 100.0
    }

    /// Compares products, which are exact, and not quotients, so that a count at the limit is within it.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn judge(&self, instructions: u64) -> Verdict {
        let counted = instructions as f64 * 100.0;
        let budget = self.instructions as f64;
        if counted > budget * (100.0 + self.tolerance_percent) {
            Verdict::Over
        } else if counted < budget * (100.0 - FAR_UNDER_PERCENT) {
            Verdict::FarUnder
        } else {
            Verdict::Within
        }
    }
}

impl Budgets {
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is invalid", file.display()))
    }

    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        fs::write(file, self.text()?).with_context(|| format!("{} cannot be written", file.display()))
    }

    fn text(&self) -> anyhow::Result<String> {
        let mut text = HEAD.to_owned();
        writeln!(text, "counted_with = {:?}", self.counted_with)?;
        for (operation, Budget { instructions, tolerance_percent }) in &self.of {
            write!(
                text,
                "\n[{operation}]\ninstructions = {instructions}\ntolerance_percent = {tolerance_percent:?}\n"
            )?;
        }
        Ok(text)
    }

    pub(crate) fn of(&self, operation: Operation) -> Option<Budget> {
        self.of.get(&operation).copied()
    }

    /// Sets the budgets to the counts.
    pub(crate) fn accept(&mut self, counted: &[Counted], tools: String) {
        self.counted_with = tools;
        for Counted { operation, median, .. } in counted {
            let tolerance_percent = self.of(*operation).map_or(TOLERANCE_PERCENT, |budget| budget.tolerance_percent);
            self.of.insert(*operation, Budget { instructions: *median, tolerance_percent });
        }
    }

    /// Warns if other tools may explain a difference.
    pub(crate) fn warn_of_other_tools(&self, tools: &str) {
        if self.counted_with != tools {
            println!(
                "The budgets were counted with {}, this with {tools}: to compare, count the commit of the budgets with these tools.",
                self.counted_with
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget { instructions: 100_000, tolerance_percent: 1.0 };

    #[test]
    fn more_than_the_tolerance_is_over_and_a_tenth_less_is_far_under() {
        let verdicts = [101_001, 101_000, 100_000, 90_001, 89_999].map(|instructions| BUDGET.judge(instructions));
        assert_eq!(verdicts, [Verdict::Over, Verdict::Within, Verdict::Within, Verdict::Within, Verdict::FarUnder]);
    }

    #[test]
    fn what_is_accepted_is_read_again_and_tolerances_stay() {
        let count = |operation, median| Counted { operation, lowest: 0, median, highest: u64::MAX };
        let of = BTreeMap::from([(Operation::BatchGet, Budget { tolerance_percent: 2.5, ..BUDGET })]);
        let mut budgets = Budgets { counted_with: String::new(), of };
        budgets.accept(&[count(Operation::BatchGet, 7), count(Operation::Get, 8)], "a \"compiler\"".to_owned());
        let again: Budgets = toml::from_str(&budgets.text().unwrap()).unwrap();
        assert_eq!(again.counted_with, "a \"compiler\"");
        assert_eq!(again.of(Operation::BatchGet), Some(Budget { instructions: 7, tolerance_percent: 2.5 }));
        assert_eq!(again.of(Operation::Get), Some(Budget { instructions: 8, tolerance_percent: TOLERANCE_PERCENT }));
        assert_eq!(again.of(Operation::Set), None);
    }
}
