use std::time::Duration;

use tokio::time::Instant;

/// Limits at the start, and at any time.
const FIRST: usize = 16;
const LEAST: usize = 1;
const LARGEST: usize = 1 << 16;

/// A round ends after as many answers as there may be calls in flight, but not before this many; and after this time at the latest.
const ANSWERS: usize = 8;
const LONGEST_ROUND: Duration = Duration::from_secs(1);
/// So many answers show at which rate calls are answered.
const TELLING: usize = 2;

/// Calls are slow if they take this many times what they take at best, and this much longer. Then more of them in flight would
/// only wait longer.
const SLOW_FACTOR: u32 = 4;
const SLOW_BY: Duration = Duration::from_millis(50);

/// Of the calls of a round, this part and this number may not miss their deadlines in flight.
const MISSED_PART: usize = 10;
const MISSED: usize = 2;
/// If they do, what is in flight has to take this part of the time that they had.
const PART_OF_TIME: f64 = 0.5;
/// Doubling the limit was no use if the rate has not grown to this, and calls take more than this part of the longest time that is
/// not slow. Then, and after misses, it does not grow for a while.
const FAST_PART: u32 = 2;
const RATE_GREW: f64 = 1.25;
const NO_GROWTH_FOR: Duration = Duration::from_secs(2);

/// A cut was wrong if the rate fell to this part, and the time of a call stayed above this part.
const RATE_FELL: f64 = 0.75;
const TIME_FELL: f64 = 0.75;
/// Then there is no cut for a while, and longer each time.
const NO_CUT_FOR: Duration = Duration::from_secs(10);
const LONGEST_NO_CUT: Duration = Duration::from_mins(5);

/// Finds out how many calls DynamoDB works on at a time, rather than letting them wait.
///
/// While calls have to wait here, each round doubles the limit. Once calls are slow or miss their deadlines in flight, the limit
/// becomes what is answered in a time that is neither. If fewer are answered then, and no sooner, they were slow for another
/// reason.
#[derive(Debug)]
pub(super) struct Limit {
    /// The most calls in flight.
    most: usize,
    /// What a call takes at best.
    best: Option<Duration>,
    /// Moving average of what calls took.
    recent: Duration,
    round: Round,
    last: Option<Figures>,
    before_cut: Option<Figures>,
    before_growth: Option<Figures>,
    no_cut_until: Option<Instant>,
    no_cut_for: Duration,
    no_growth_until: Option<Instant>,
}

#[derive(Debug)]
struct Round {
    started: Instant,
    answered: usize,
    missed: usize,
    /// Sum over the answered calls.
    time: Duration,
    /// Sum over those that missed their deadlines.
    missed_time: Duration,
    /// Whether a call had to wait.
    was_full: bool,
    /// Whether it began with no more calls in flight than the limit.
    began_within_limit: bool,
    most_in_flight: usize,
}

/// What a round showed.
#[derive(Debug, Clone, Copy)]
struct Figures {
    limit: usize,
    /// Answers per second.
    rate: f64,
    /// What a call took.
    time: Duration,
}

impl Round {
    fn new(began_within_limit: bool, now: Instant) -> Self {
        Self {
            started: now,
            began_within_limit,
            answered: 0,
            missed: 0,
            time: Duration::ZERO,
            missed_time: Duration::ZERO,
            was_full: false,
            most_in_flight: 0,
        }
    }
}

impl Limit {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            most: FIRST,
            best: None,
            recent: Duration::ZERO,
            round: Round::new(true, now),
            last: None,
            before_cut: None,
            before_growth: None,
            no_cut_until: None,
            no_cut_for: NO_CUT_FOR,
            no_growth_until: None,
        }
    }

    pub(super) fn get(&self) -> usize {
        self.most
    }

    /// What a call took in the last round.
    pub(super) fn usual_time(&self) -> Duration {
        self.last.map_or(Duration::ZERO, |last| last.time)
    }

    /// What calls took recently.
    pub(super) fn recent_time(&self) -> Duration {
        self.recent
    }

    /// Records that a call was sent, with so many in flight.
    pub(super) fn sent(&mut self, in_flight: usize, now: Instant) {
        let has_paused = now.saturating_duration_since(self.round.started) >= LONGEST_ROUND;
        if in_flight == 1 && has_paused {
            // The pause would count as time in which nothing was answered.
            self.round = Round::new(true, now);
        }
        self.round.most_in_flight = self.round.most_in_flight.max(in_flight);
    }

    /// Records that a call has to wait.
    pub(super) fn full(&mut self) {
        self.round.was_full = true;
    }

    /// Records an answer, after this time.
    pub(super) fn answered(&mut self, time: Duration, in_flight: usize, now: Instant) {
        self.round.answered += 1;
        self.round.time += time;
        self.recent = (self.recent * 3 + time) / 4;
        self.best = Some(self.best.map_or(time, |best| best.min(time)));
        self.end_round_if_due(in_flight, now);
    }

    /// Records a call that missed its deadline in flight, after this time.
    pub(super) fn missed(&mut self, time: Duration, in_flight: usize, now: Instant) {
        self.round.missed += 1;
        self.round.missed_time += time;
        self.end_round_if_due(in_flight, now);
    }

    /// The longest time of a call that is not slow.
    fn longest_time(&self) -> Duration {
        self.best.map_or(Duration::MAX, |best| (best * SLOW_FACTOR).max(best + SLOW_BY))
    }

    fn rate(&self, now: Instant) -> f64 {
        number(self.round.answered) / now.saturating_duration_since(self.round.started).as_secs_f64().max(1e-6)
    }

    fn end_round_if_due(&mut self, in_flight: usize, now: Instant) {
        let is_enough = self.round.answered + self.round.missed >= self.most.max(ANSWERS);
        if is_enough || now.saturating_duration_since(self.round.started) >= LONGEST_ROUND {
            self.end_round(now);
            self.round = Round::new(in_flight <= self.most, now);
        }
    }

    fn end_round(&mut self, now: Instant) {
        let Round { answered, missed, was_full, began_within_limit, .. } = self.round;
        let answers = u32::try_from(answered).unwrap_or(u32::MAX);
        let time = self.round.time.checked_div(answers).unwrap_or(self.usual_time());
        let figures = Figures { limit: self.most, rate: self.rate(now), time };
        let is_slow = answered == 0 || time > self.longest_time();
        if began_within_limit && answered >= TELLING {
            self.review_cut(figures, now);
            self.review_growth(figures, now);
        }
        let misses = missed >= MISSED && missed * MISSED_PART >= answered + missed;
        // Fewer calls cannot overload anything.
        let may_cut = answered + missed >= ANSWERS && self.no_cut_until.is_none_or(|until| now >= until);
        let may_grow = self.no_growth_until.is_none_or(|until| now >= until);
        if misses && is_slow && may_cut && began_within_limit {
            self.cut(figures, self.time_of_missed().mul_f64(PART_OF_TIME));
            self.no_growth_until = Some(now + NO_GROWTH_FOR);
        } else if was_full && is_slow && may_cut {
            self.cut(figures, self.longest_time());
        } else if was_full && may_grow {
            self.before_growth = Some(figures);
            self.most = (self.most * 2).min(LARGEST);
        } else if !was_full {
            self.shrink();
            if !is_slow {
                self.forget_best(time, now);
            }
        }
        self.last = Some(figures);
        tracing::trace!(limit = self.most, before = figures.limit, answered, missed, was_full, ?time, best = ?self.best, rate = figures.rate, "calls in flight");
    }

    /// Takes a cut back after which fewer are answered, and no sooner: that is what calls take.
    fn review_cut(&mut self, after: Figures, now: Instant) {
        let Some(before) = self.before_cut.filter(|before| after.limit < before.limit) else { return };
        let has_time_fallen = after.time < before.time.mul_f64(TIME_FELL);
        if has_time_fallen {
            (self.before_cut, self.no_cut_for) = (None, NO_CUT_FOR);
        } else if after.rate <= before.rate * RATE_FELL {
            self.before_cut = None;
            self.most = before.limit;
            self.best = Some(after.time);
            self.no_cut_until = Some(now + self.no_cut_for);
            self.no_cut_for = (self.no_cut_for * 2).min(LONGEST_NO_CUT);
        }
    }

    /// Takes a growth back after which no more are answered, unless calls are fast: then so many may not have come.
    fn review_growth(&mut self, after: Figures, now: Instant) {
        let Some(before) = self.before_growth.take() else { return };
        let is_fast = after.time * FAST_PART <= self.longest_time();
        if !is_fast && after.rate < before.rate * RATE_GREW {
            self.most = self.most.min(before.limit);
            self.no_growth_until = Some(now + NO_GROWTH_FOR);
        }
    }

    /// What those that missed their deadlines took, on average.
    fn time_of_missed(&self) -> Duration {
        let missed = u32::try_from(self.round.missed).unwrap_or(u32::MAX);
        self.round.missed_time.checked_div(missed).unwrap_or_default()
    }

    /// Lets as many calls in flight as are answered in this time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    fn cut(&mut self, figures: Figures, time: Duration) {
        let answered = (figures.rate * time.as_secs_f64()) as usize;
        let limit = answered.clamp(LEAST, self.most);
        if limit < self.most {
            self.before_cut.get_or_insert(figures);
            self.most = limit;
        }
    }

    /// Lowers a limit that is not needed, step by step: calls may come in bursts.
    fn shrink(&mut self) {
        let needed = (self.round.most_in_flight * 2).max(FIRST);
        if self.most > needed {
            self.most = needed.max(self.most - self.most / 8);
        }
    }

    /// While no call waits, what they take at best may rise, within some ten seconds.
    fn forget_best(&mut self, time: Duration, now: Instant) {
        let part = now.saturating_duration_since(self.round.started).as_secs_f64() / 10.0;
        self.best = self.best.map(|best| best + time.saturating_sub(best).mul_f64(part.min(1.0)));
    }
}

#[expect(clippy::cast_precision_loss, reason = "no table has so many calls in flight")]
fn number(of: usize) -> f64 {
    of as f64
}
