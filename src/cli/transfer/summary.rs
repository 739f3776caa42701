use std::time::Instant;

use serde::Serialize;

/// When a command began.
pub(super) struct Beginning(Instant);

/// What a command did.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(skip)]
    done: &'static str,
    items: u64,
    /// Of their lines.
    bytes: u64,
    seconds: f64,
    items_per_second: f64,
    capacity_units: f64,
}

impl Beginning {
    pub(super) fn now() -> Self {
        Self(Instant::now())
    }

    /// What has been done since then.
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    pub(super) fn end(&self, done: &'static str, items: u64, bytes: u64, capacity_units: f64) -> Summary {
        let seconds = self.0.elapsed().as_secs_f64();
        let items_per_second = if seconds > 0.0 { items as f64 / seconds } else { 0.0 };
        Summary { done, items, bytes, seconds, items_per_second: items_per_second.round(), capacity_units }
    }
}

impl Summary {
    pub(super) fn sentence(&self) -> String {
        let Self { done, items, bytes, seconds, items_per_second, capacity_units } = self;
        format!(
            "{items} items {done}: {bytes} bytes, {seconds:.2} s, {items_per_second} items a second, \
             {capacity_units} capacity units"
        )
    }
}
