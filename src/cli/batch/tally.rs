use serde::Serialize;

use crate::cli::output::Verdict;

/// The results of a `batch get`.
#[derive(Debug, Default, Serialize)]
pub(super) struct Reads {
    pub(super) found: u64,
    pub(super) missing: u64,
    pub(super) failed: u64,
}

/// The results of a `batch set` or `batch del`.
#[derive(Debug, Default, Serialize)]
pub(super) struct Writes {
    pub(super) applied: u64,
    /// Applied deletes that found nothing, if the command counts them.
    pub(super) missing: u64,
    pub(super) superseded: u64,
    pub(super) failed: u64,
    pub(super) unknown: u64,
}

/// Counts as text and for `--json`.
pub(super) trait Tally: Serialize {
    fn sentence(&self) -> String;

    fn verdict(&self) -> Verdict;
}

impl Tally for Reads {
    fn sentence(&self) -> String {
        let Self { found, missing, failed } = self;
        format!("{found} found, {missing} missing, {failed} failed")
    }

    fn verdict(&self) -> Verdict {
        match self {
            Self { failed: 1.., .. } => Verdict::Failed,
            Self { missing: 1.., .. } => Verdict::Missed("not all of them exist"),
            Self { .. } => Verdict::Done,
        }
    }
}

impl Tally for Writes {
    fn sentence(&self) -> String {
        let Self { applied, missing, superseded, failed, unknown } = self;
        let others = [
            (unknown, "with an unknown outcome"),
            (superseded, "superseded by a later line on the same key"),
            (missing, "missing before they were deleted"),
        ];
        let others = others.iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!(", {count} {what}"));
        format!("{applied} applied, {failed} failed{}", others.collect::<String>())
    }

    fn verdict(&self) -> Verdict {
        match self {
            Self { unknown: 1.., .. } => Verdict::OutcomeUnknown,
            Self { failed: 1.., .. } => Verdict::Failed,
            Self { missing: 1.., .. } => Verdict::Missed("not all of them existed"),
            Self { .. } => Verdict::Done,
        }
    }
}
