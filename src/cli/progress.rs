use indicatif::{HumanCount, ProgressBar, ProgressStyle};

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

    /// For the items of a file of this length, or of a stream.
    pub(super) fn of_file(bytes: Option<u64>) -> Self {
        let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let template =
            if bytes.is_some() { "{wide_bar} {percent} %, {msg}, {eta} left" } else { "{spinner} {msg}, {elapsed}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// So much of the file is done, with so many items.
    pub(super) fn reach(&self, bytes: u64, items: u64) {
        let rate = u128::from(items) * 1000 / self.0.elapsed().as_millis().max(1);
        self.0.set_message(format!("{} items, {} a second", HumanCount(items), rate));
        self.0.set_position(bytes);
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
