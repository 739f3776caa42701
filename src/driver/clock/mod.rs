//! The clock that decides what has expired.
//!
//! The machine's wall clock may be wrong, or be set to a wrong time for a moment. An entry that counts as expired may be
//! overwritten or deleted, so a wrong time must not be believed (decision 0021).

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::model::Millis;

/// How much the wall clock may differ from the time that has passed, and from DynamoDB's. Instances have to agree on the time
/// within this.
const TOLERANCE: Millis = 250;

/// How many answers in a row have to show that the time is later than this machine's clocks say.
const ANSWERS: u32 = 3;

/// How long the wall clock has to stay ahead until it is believed without an answer of DynamoDB that says so.
const BELIEVED_AFTER: Duration = Duration::from_mins(5);

/// The wall clock that decides what has expired.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Milliseconds since the Unix epoch. Never less than an earlier call returned; for the exception see [`SystemClock`].
    fn now(&self) -> Millis;
}

/// The clocks of a machine.
pub trait TimeSource: fmt::Debug + Send + Sync {
    /// The wall clock, in milliseconds since the Unix epoch. It may be set to any time.
    fn wall(&self) -> Millis;

    /// The time since some moment. Nobody can set it; it may stand still while the machine is suspended.
    fn monotonic(&self) -> Duration;
}

/// The clocks of this machine.
#[derive(Debug)]
struct Machine {
    begun: Instant,
}

impl TimeSource for Machine {
    #[expect(clippy::disallowed_methods, reason = "this is the source of the injected time")]
    fn wall(&self) -> Millis {
        millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn monotonic(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// The machine's clock, as far as it can be believed.
///
/// It follows the wall clock as long as that agrees with the time that has passed. If the wall clock is set to another time,
/// this clock goes on as before until an answer of DynamoDB shows which of them is right ([`compare`](Self::compare)), or
/// until the wall clock has stayed ahead for five minutes with no answer that contradicts it.
///
/// It never steps back, so an entry that has expired stays expired. The one exception is the first answer of DynamoDB: if it
/// shows that the wall clock was ahead when the process began, the clock is set back.
#[derive(Debug)]
pub struct SystemClock {
    source: Arc<dyn TimeSource>,
    state: Mutex<State>,
}

/// The date of an answer, with the monotonic times between which it was made.
#[derive(Debug, Clone, Copy)]
pub struct DatedAnswer {
    /// When the request was sent, as [`SystemClock::monotonic`] told.
    pub sent: Duration,
    /// When the answer arrived.
    pub received: Duration,
    /// The `Date` header: the second in which the answer was made.
    pub date: Millis,
}

/// All offsets are differences between a time of day and the monotonic time, in milliseconds.
#[derive(Debug)]
struct State {
    /// The offset of this clock.
    offset: Millis,
    /// What `now` returned last.
    latest: Millis,
    /// Whether an answer of DynamoDB has been seen.
    is_compared: bool,
    /// Answers in a row that show that the time is later.
    behind: u32,
    /// The offset of a wall clock that is ahead, and since when it is.
    jump: Option<(Millis, Duration)>,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::over(Arc::new(Machine { begun: Instant::now() }))
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        let (wall, elapsed) = (self.source.wall(), self.source.monotonic());
        let mut state = self.state();
        state.follow(wall.saturating_sub(millis(elapsed)), elapsed);
        state.show(elapsed)
    }
}

impl SystemClock {
    /// A clock over these clocks of a machine.
    #[must_use]
    pub fn over(source: Arc<dyn TimeSource>) -> Self {
        let offset = source.wall().saturating_sub(millis(source.monotonic()));
        let state = State { offset, latest: Millis::MIN, is_compared: false, behind: 0, jump: None };
        Self { source, state: Mutex::new(state) }
    }

    /// The time since some moment, by a clock that nobody can set.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        self.source.monotonic()
    }

    /// Whether the machine's wall clock is not ahead of this clock.
    #[must_use]
    pub fn believes_wall(&self) -> bool {
        self.source.wall() <= self.now().saturating_add(TOLERANCE)
    }

    /// Compares the machine's wall clock with the date of an answer, and corrects this clock. Returns the least by which the
    /// wall clock is ahead of (positive) or behind (negative) the clock of the answer, in milliseconds.
    pub fn compare(&self, answer: DatedAnswer) -> Millis {
        let (wall, elapsed) = (self.source.wall(), self.source.monotonic());
        let wall = wall.saturating_sub(millis(elapsed));
        let dated = Range::of(answer);
        let mut state = self.state();
        state.follow(wall, elapsed);
        state.correct(wall, dated, elapsed);
        dated.excess(wall)
    }

    /// The state is consistent between any two statements, so a poisoned lock does not matter.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Follows a wall clock of this offset, if it can be believed.
    fn follow(&mut self, wall: Millis, elapsed: Duration) {
        let ahead = wall.saturating_sub(self.offset);
        if ahead.saturating_abs() <= TOLERANCE {
            (self.offset, self.jump) = (wall, None);
        } else if ahead > 0 {
            match self.jump {
                Some((to, since)) if wall.abs_diff(to) <= TOLERANCE.unsigned_abs() => {
                    if elapsed.saturating_sub(since) >= BELIEVED_AFTER {
                        (self.offset, self.jump) = (wall, None);
                    }
                }
                Some(_) | None => self.jump = Some((wall, elapsed)),
            }
        } else {
            self.jump = None;
        }
    }

    /// Corrects the offset by the date of an answer.
    fn correct(&mut self, wall: Millis, dated: Range, elapsed: Duration) {
        let is_first = !std::mem::replace(&mut self.is_compared, true);
        let wall_agrees = dated.excess(wall).saturating_abs() <= TOLERANCE;
        if !wall_agrees {
            // The answer contradicts the wall clock, which has to prove itself from now on.
            self.jump = self.jump.map(|(to, _)| (to, elapsed));
        }
        let excess = dated.excess(self.offset);
        self.behind = if excess < -TOLERANCE { self.behind.saturating_add(1) } else { 0 };
        if excess.saturating_abs() <= TOLERANCE {
            return;
        }
        if wall_agrees {
            (self.offset, self.jump) = (wall, None);
        } else if excess > 0 || self.behind >= ANSWERS {
            // The latest time that has certainly come. One wrong date must not set the clock ahead for good.
            self.offset = dated.earliest;
        }
        if is_first && excess > 0 {
            self.latest = Millis::MIN;
        }
    }

    fn show(&mut self, elapsed: Duration) -> Millis {
        self.latest = self.latest.max(self.offset.saturating_add(millis(elapsed)));
        self.latest
    }
}

/// The offsets that a clock may have that dated an answer.
#[derive(Debug, Clone, Copy)]
struct Range {
    earliest: Millis,
    latest: Millis,
}

impl Range {
    /// The clock was between `date` and the next second at some time between `sent` and `received`. So network latency never
    /// counts as a difference.
    fn of(DatedAnswer { sent, received, date }: DatedAnswer) -> Self {
        let (sent, received) = (millis(sent), millis(received));
        Self { earliest: date.saturating_sub(received), latest: date.saturating_add(999).saturating_sub(sent) }
    }

    /// How far an offset is above the range (positive) or below (negative).
    fn excess(self, offset: Millis) -> Millis {
        let ahead = offset.saturating_sub(self.latest);
        if ahead > 0 { ahead } else { offset.saturating_sub(self.earliest).min(0) }
    }
}

fn millis(duration: Duration) -> Millis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
