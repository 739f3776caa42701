use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::Instant;

use crate::driver::Workers;

/// How many calls a second a lane makes of its own accord for each thread that runs calls, about; what comes beyond that
/// shares. A call costs the server some 250 microseconds of CPU, so this is a thirtieth of the thread.
///
/// It must be far fewer than the machine can make: on a busy machine calls take long because it is busy, and if that let more
/// of them go, it would be busier still, until nobody shared.
const CALLS_PER_THREAD: f64 = 150.0;

/// And how many more for each thread that has nothing to do: fewer keys a call are answered sooner, as a call takes as long as
/// its slowest key. As many as there is time for.
const CALLS_PER_IDLE_THREAD: f64 = 4000.0;

/// Of each thread, what may be idle without any such calls: on a busy machine threads have to wait for others, too.
const IDLE_WHEN_BUSY: f64 = 0.25;

/// How many calls may be in flight before any has to wait for another one's end, however fast DynamoDB answers, and at most.
const LEAST_WIDTH: usize = 2;
const GREATEST_WIDTH: usize = 64;

/// After how many times the usual duration of a call a member of a shared one goes on by itself.
const PATIENCE: u32 = 4;
const LEAST_PATIENCE: Duration = Duration::from_millis(20);

/// How long no calls are shared after DynamoDB said that this server may not make them.
const SHUN: Duration = Duration::from_mins(1);

/// What a call took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    pub(super) time: Duration,
    /// How large what it brought was, for each of its members; none if it brought nothing.
    pub(super) bytes: Option<usize>,
}

/// Calls that wait to share one.
pub(in crate::driver) trait Line: Default {
    type Waiting;

    fn push(&mut self, waiting: Self::Waiting);
    fn is_empty(&self) -> bool;
    /// Whether a shared call should take no more, if each of those that wait takes about so many bytes.
    fn is_full(&self, usual_bytes: usize) -> bool;
}

/// Calls of one kind to one table.
#[derive(Debug)]
pub(in crate::driver) struct Lane<L>(Mutex<State<L>>);

#[derive(Debug)]
struct State<L> {
    in_flight: usize,
    line: L,
    /// Whether somebody who has a place waits for those who come at the same time.
    is_gathering: bool,
    /// How long a call takes, lately: a moving average.
    usual: Duration,
    /// How large what it brings is, lately.
    usual_bytes: usize,
    /// How many calls a second there may be.
    calls_per_second: f64,
    shunned_until: Option<Instant>,
}

/// Whether there is a place for a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    /// It goes out at once, and leaves the lane when it has ended.
    Free,
    /// It has a place, and should [`gather`](Lane::gather) others before it goes.
    Gathers,
    /// It has to line up.
    Closed,
}

/// What becomes of a call that lines up.
pub(super) enum Admission<L: Line> {
    /// It goes out by itself, and leaves the lane when it has ended.
    Alone(L::Waiting),
    /// It waits.
    Waits,
    /// It waits in this line, which is full and goes out now, as one call in flight.
    Departs(L),
}

impl<L: Default> Default for Lane<L> {
    fn default() -> Self {
        Self(Mutex::new(State {
            in_flight: 0,
            line: L::default(),
            is_gathering: false,
            usual: Duration::ZERO,
            usual_bytes: 0,
            calls_per_second: CALLS_PER_THREAD,
            shunned_until: None,
        }))
    }
}

impl<L: Line> Lane<L> {
    /// Takes a place for a call, if there is one.
    pub(super) fn enter(&self) -> Entrance {
        let mut state = self.state();
        if state.is_gathering || !state.has_room() {
            return Entrance::Closed;
        }
        state.in_flight += 1;
        if state.in_flight == 1 || state.shunned_until.is_some() {
            return Entrance::Free;
        }
        state.is_gathering = true;
        Entrance::Gathers
    }

    /// Lets those who have come at the same time line up, and takes them along. It waits for no time and for no event, only
    /// until the tasks have run that this thread had to run already: calls that a connection has brought together go out
    /// together. If the thread is stuck meanwhile, those in the line go out as they would behind any slow call.
    pub(super) async fn gather(&self) -> L {
        let gathering = Gathering(self);
        yield_now().await;
        drop(gathering);
        mem::take(&mut self.state().line)
    }

    /// Lines up for a shared call, unless there is room by now.
    pub(super) fn line_up(&self, waiting: L::Waiting) -> Admission<L> {
        let mut state = self.state();
        if !state.is_gathering && state.has_room() {
            state.in_flight += 1;
            return Admission::Alone(waiting);
        }
        state.line.push(waiting);
        if !state.line.is_full(state.usual_bytes) {
            return Admission::Waits;
        }
        state.in_flight += 1;
        Admission::Departs(mem::take(&mut state.line))
    }

    /// A call has ended; with what it took, if it was answered. Whoever waits takes its place.
    pub(super) fn leave(&self, took: Option<Took>, workers: Workers) -> Option<L> {
        let mut state = self.state();
        let idle = (workers.idle - IDLE_WHEN_BUSY * workers.threads).max(0.0);
        state.calls_per_second = CALLS_PER_THREAD * workers.threads + CALLS_PER_IDLE_THREAD * idle;
        if let Some(Took { time, bytes }) = took {
            state.usual = (state.usual * 7 + time) / 8;
            state.usual_bytes = bytes.map_or(state.usual_bytes, |bytes| (state.usual_bytes * 7 + bytes) / 8);
        }
        if state.line.is_empty() || state.in_flight > state.width() {
            state.in_flight = state.in_flight.saturating_sub(1);
            return None;
        }
        Some(mem::take(&mut state.line))
    }

    /// Somebody has lost patience: the calls in flight are stuck, so nobody waits for their places any longer. Those who
    /// wait go out now, as one call in flight.
    pub(super) fn hurry(&self) -> Option<L> {
        let mut state = self.state();
        if state.line.is_empty() {
            return None;
        }
        state.in_flight += 1;
        Some(mem::take(&mut state.line))
    }

    /// How long a call waits for others before it goes on by itself.
    pub(super) fn patience(&self) -> Duration {
        (self.state().usual * PATIENCE).max(LEAST_PATIENCE)
    }

    /// This server may not make shared calls, for now.
    pub(super) fn shun(&self) {
        self.state().shunned_until = Some(Instant::now() + SHUN);
    }

    /// Nothing in here can be left half done, so a panic elsewhere does not matter.
    fn state(&self) -> MutexGuard<'_, State<L>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody gathers others, until this is dropped.
struct Gathering<'a, L: Line>(&'a Lane<L>);

impl<L: Line> Drop for Gathering<'_, L> {
    fn drop(&mut self) {
        self.0.state().is_gathering = false;
    }
}

impl<L> State<L> {
    fn has_room(&mut self) -> bool {
        if let Some(until) = self.shunned_until {
            if Instant::now() < until {
                return true;
            }
            self.shunned_until = None;
        }
        self.in_flight < self.width()
    }

    /// As many calls in flight as make so many a second.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped right behind")]
    fn width(&self) -> usize {
        let width = (self.usual.as_secs_f64() * self.calls_per_second) as usize;
        width.clamp(LEAST_WIDTH, GREATEST_WIDTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: Workers = Workers { threads: 2.0, idle: 0.0 };

    #[derive(Debug, Default, PartialEq)]
    struct Numbers(Vec<u32>);

    impl Line for Numbers {
        type Waiting = u32;

        fn push(&mut self, waiting: u32) {
            self.0.push(waiting);
        }

        fn is_empty(&self) -> bool {
            self.0.is_empty()
        }

        fn is_full(&self, _: usize) -> bool {
            self.0.len() == 3
        }
    }

    /// A lane in which so many calls are in flight that no other goes by itself.
    fn busy() -> Lane<Numbers> {
        let lane = Lane::default();
        while enter(&lane) {}
        lane
    }

    /// Enters without anybody to gather.
    fn enter(lane: &Lane<Numbers>) -> bool {
        match lane.enter() {
            Entrance::Free => true,
            Entrance::Gathers => {
                drop(Gathering(lane));
                true
            }
            Entrance::Closed => false,
        }
    }

    fn in_flight(lane: &Lane<Numbers>) -> usize {
        lane.state().in_flight
    }

    #[test]
    fn nobody_waits_while_few_are_in_flight() {
        let lane = Lane::<Numbers>::default();
        assert!((0..LEAST_WIDTH).all(|_| enter(&lane)));
        assert!(lane.leave(None, BUSY).is_none());
        assert!(matches!(lane.line_up(1), Admission::Alone(1)));
    }

    #[tokio::test]
    async fn those_who_come_together_go_together() {
        let lane = Lane::<Numbers>::default();
        assert_eq!(lane.enter(), Entrance::Free);
        assert_eq!(lane.enter(), Entrance::Gathers);
        let (gathered, ()) = tokio::join!(lane.gather(), async {
            assert_eq!(lane.enter(), Entrance::Closed);
            assert!(matches!(lane.line_up(1), Admission::Waits));
            assert!(matches!(lane.line_up(2), Admission::Waits));
        });
        assert_eq!(gathered, Numbers(vec![1, 2]));
        assert_eq!(in_flight(&lane), 2);
        assert_eq!(lane.enter(), Entrance::Closed);
        assert_eq!(lane.leave(None, BUSY), None);
        assert_eq!(lane.enter(), Entrance::Gathers);
    }

    #[tokio::test]
    async fn a_gathering_that_is_given_up_holds_nobody_up() {
        let lane = Lane::<Numbers>::default();
        assert_eq!(lane.enter(), Entrance::Free);
        assert_eq!(lane.enter(), Entrance::Gathers);
        let mut gathering = Box::pin(lane.gather());
        assert!(futures_util::poll!(&mut gathering).is_pending());
        assert!(matches!(lane.line_up(1), Admission::Waits));
        drop(gathering);
        assert_eq!(lane.leave(None, BUSY), Some(Numbers(vec![1])));
        assert_eq!(lane.leave(None, BUSY), None);
        assert_eq!(lane.enter(), Entrance::Gathers);
    }

    #[test]
    fn who_waits_takes_the_place_of_a_call_that_ends() {
        let lane = busy();
        let full = in_flight(&lane);
        assert!(matches!(lane.line_up(1), Admission::Waits));
        assert!(matches!(lane.line_up(2), Admission::Waits));
        assert_eq!(lane.leave(None, BUSY), Some(Numbers(vec![1, 2])));
        assert_eq!(in_flight(&lane), full);
        assert_eq!(lane.leave(None, BUSY), None);
        assert_eq!(in_flight(&lane), full - 1);
        assert!(enter(&lane));
    }

    #[test]
    fn a_full_line_departs_at_once() {
        let lane = busy();
        let full = in_flight(&lane);
        assert!(matches!(lane.line_up(1), Admission::Waits));
        assert!(matches!(lane.line_up(2), Admission::Waits));
        let Admission::Departs(line) = lane.line_up(3) else { panic!("is full") };
        assert_eq!(line, Numbers(vec![1, 2, 3]));
        assert_eq!(in_flight(&lane), full + 1);
        // The place beyond the width is not passed on.
        assert!(matches!(lane.line_up(4), Admission::Waits));
        assert_eq!(lane.leave(None, BUSY), None);
        assert_eq!(lane.leave(None, BUSY), Some(Numbers(vec![4])));
    }

    #[test]
    fn who_loses_patience_takes_the_others_along() {
        let lane = busy();
        assert_eq!(lane.hurry(), None);
        assert!(matches!(lane.line_up(1), Admission::Waits));
        assert!(matches!(lane.line_up(2), Admission::Waits));
        assert_eq!(lane.hurry(), Some(Numbers(vec![1, 2])));
        assert_eq!(lane.hurry(), None);
    }

    #[test]
    fn a_slow_backend_gets_more_calls_at_a_time_than_a_fast_one_and_idle_threads_make_more() {
        let width = |took, workers| {
            let lane = Lane::<Numbers>::default();
            for _ in 0..100 {
                assert!(enter(&lane));
                lane.leave(Some(Took { time: Duration::from_millis(took), bytes: None }), workers);
            }
            (0..1000).take_while(|_| enter(&lane)).count()
        };
        let idle = Workers { idle: 1.0, ..BUSY };
        assert_eq!(width(0, BUSY), LEAST_WIDTH);
        assert_eq!(width(0, idle), LEAST_WIDTH);
        assert!((5..=7).contains(&width(20, BUSY)));
        assert!((21..=24).contains(&width(10, idle)));
        assert_eq!(width(1000, BUSY), GREATEST_WIDTH);
    }

    #[test]
    fn a_lane_that_may_not_share_lets_everybody_go() {
        let lane = busy();
        lane.shun();
        assert!((0..1000).all(|_| enter(&lane)));
    }
}
