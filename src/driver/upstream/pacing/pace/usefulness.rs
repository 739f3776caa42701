use super::answers::Answers;

/// The fewest answers that show anything, and the longest time over which they are collected.
const TELLING: f64 = 20.0;
const LONGEST_SECONDS: f64 = 8.0;

/// By how many standard deviations the two explanations must differ.
const DEVIATIONS: f64 = 2.0;

/// The successes count as explained by chance up to this part of the way from what chance explains to what the rate explains. Far
/// fewer have another reason, such as a limit that fell.
const NEAR_CHANCE: f64 = 0.35;

/// It has to show twice in a row: once can mean that DynamoDB has used up what it had saved for a burst.
const SIGNS: u32 = 2;

/// Finds out whether pacing helps. It does not if something other than the rate of calls throttles them: then fewer attempts only
/// mean fewer successes.
#[derive(Debug, Default)]
pub(super) struct Usefulness {
    /// What the answers are compared with.
    before: Answers,
    since: Answers,
    /// How often in a row it showed that pacing does not help.
    signs: u32,
}

impl Usefulness {
    /// Begins with the answers before calls are paced.
    pub(super) fn restart(&mut self, unpaced: Answers) {
        *self = Self { before: unpaced, ..Self::default() };
    }

    /// Whether these further answers show that pacing does not help.
    ///
    /// If the rate decides, then as many calls succeed as before, as far as that many are made. If chance decides, then the same
    /// part of the calls succeeds as before.
    pub(super) fn is_refuted_by(&mut self, answers: Answers) -> bool {
        self.since.succeeded += answers.succeeded;
        self.since.throttled += answers.throttled;
        self.since.seconds += answers.seconds;
        let since = self.since;
        let part_throttled = self.before.part_throttled();
        let by_rate = since.all().min(self.before.successes_per_second() * since.seconds);
        let by_chance = since.all() * (1.0 - part_throttled);
        let deviation = (since.all() * part_throttled * (1.0 - part_throttled)).sqrt();
        if since.all() >= TELLING && by_rate - by_chance >= DEVIATIONS * deviation {
            let gap = by_rate - by_chance;
            let is_sign = (by_chance - gap..by_chance + NEAR_CHANCE * gap).contains(&since.succeeded);
            self.signs = if is_sign { self.signs + 1 } else { 0 };
        } else if since.seconds < LONGEST_SECONDS {
            return false;
        }
        (self.before, self.since) = (since, Answers::default());
        self.signs >= SIGNS
    }
}
