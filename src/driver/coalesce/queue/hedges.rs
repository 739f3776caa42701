/// Bounds the reads that are sent a second time beside a call that takes long: one for ten calls that were answered, and some in
/// advance.
#[derive(Debug)]
pub(super) struct Hedges {
    tenths: u32,
}

/// A hedge costs as much as ten answered calls bring.
const COST: u32 = 10;
const CAPACITY: u32 = 64 * COST;

impl Default for Hedges {
    fn default() -> Self {
        Self { tenths: CAPACITY }
    }
}

impl Hedges {
    pub(super) fn answered(&mut self) {
        self.tenths = (self.tenths + 1).min(CAPACITY);
    }

    pub(super) fn take(&mut self) -> bool {
        match self.tenths.checked_sub(COST) {
            Some(left) => {
                self.tenths = left;
                true
            }
            None => false,
        }
    }
}
