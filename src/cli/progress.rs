use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar on standard error, if that is a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} done, {per_sec}, {elapsed}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// For a known number of entries.
    pub(super) fn of(entries: usize) -> Self {
        let bar = ProgressBar::new(entries as u64);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len}, {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(super) fn advance(&self, entries: u64) {
        self.0.inc(entries);
    }

    /// Hides the bar while other output is written to the terminal.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
