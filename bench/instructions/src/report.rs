use std::fmt;

use crate::budget::{Budget, Budgets, Verdict};
use crate::measure::Counted;

/// The counts beside their budgets.
#[derive(Debug)]
pub(crate) struct Report<'a>(Vec<Row<'a>>);

#[derive(Debug)]
struct Row<'a> {
    counted: &'a Counted,
    budget: Option<Budget>,
}

pub(crate) fn compare<'a>(counted: &'a [Counted], budgets: &Budgets) -> Report<'a> {
    Report(counted.iter().map(|counted| Row { counted, budget: budgets.of(counted.operation) }).collect())
}

impl Report<'_> {
    /// Whether every operation has a budget and is within it.
    pub(crate) fn is_within_budget(&self) -> bool {
        self.0.iter().all(|row| matches!(row.verdict(), Some(Verdict::Within | Verdict::FarUnder)))
    }
}

impl Row<'_> {
    fn verdict(&self) -> Option<Verdict> {
        self.budget.map(|budget| budget.judge(self.counted.median))
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = ["operation", "instructions", "lowest", "highest", "budget", "change"];
        let [operation, instructions, lowest, highest, budget, change] = columns;
        writeln!(f, "{operation:<16}{instructions:>14}{lowest:>14}{highest:>14}{budget:>14}{change:>10}")?;
        self.0.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counted { operation, lowest, median, highest } = self.counted;
        let counts = [median, lowest, highest].map(|count| grouped(*count));
        let [median, lowest, highest] = counts;
        write!(f, "{operation:<16}{median:>14}{lowest:>14}{highest:>14}")?;
        if let Some(budget) = self.budget {
            let excess = format!("{:+.2} %", budget.excess_percent(self.counted.median));
            write!(f, "{:>14}{excess:>10}", grouped(budget.instructions))?;
        }
        f.write_str(match self.verdict() {
            Some(Verdict::Within) => "",
            Some(Verdict::Over) => "  OVER BUDGET",
            Some(Verdict::FarUnder) => "  lower the budget: make instructions-accept",
            None => "  has no budget: make instructions-accept",
        })
    }
}

/// With a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([7, 999, 1_000, 1_234_567].map(grouped), ["7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn what_has_no_budget_is_not_within_it() {
        let counted = [Counted { operation: Operation::Get, lowest: 1, median: 2, highest: 3 }];
        let mut budgets = Budgets::default();
        let before = compare(&counted, &budgets);
        assert!(!before.is_within_budget() && before.to_string().contains("has no budget"));
        budgets.accept(&counted, String::new());
        assert!(compare(&counted, &budgets).is_within_budget());
        let more = [Counted { operation: Operation::Get, lowest: 1, median: 200, highest: 300 }];
        let after = compare(&more, &budgets);
        assert!(!after.is_within_budget() && after.to_string().contains("OVER BUDGET"));
    }
}
