use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::*;

/// Any time of day.
const START: Millis = 1_700_000_000_000;
const HOUR: Millis = 3_600_000;

/// Clocks that a test moves.
#[derive(Debug)]
struct Hands {
    wall: AtomicI64,
    monotonic: AtomicU64,
}

impl TimeSource for Hands {
    fn wall(&self) -> Millis {
        self.wall.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic.load(Ordering::Relaxed))
    }
}

struct Test {
    hands: Arc<Hands>,
    clock: SystemClock,
}

impl Test {
    fn new() -> Self {
        let hands = Arc::new(Hands { wall: AtomicI64::new(START), monotonic: AtomicU64::new(7) });
        Self { clock: SystemClock::over(hands.clone()), hands }
    }

    /// Lets time pass.
    fn pass(&self, millis: u32) {
        self.hands.wall.fetch_add(millis.into(), Ordering::Relaxed);
        self.hands.monotonic.fetch_add(millis.into(), Ordering::Relaxed);
    }

    /// Sets the wall clock.
    fn jump(&self, millis: Millis) {
        self.hands.wall.fetch_add(millis, Ordering::Relaxed);
    }

    /// An answer that took 20 ms, made in the second of this time.
    fn answer(&self, time: Millis) -> Millis {
        let sent = self.clock.monotonic();
        self.pass(20);
        let received = self.clock.monotonic();
        self.clock.compare(DatedAnswer { sent, received, date: time.div_euclid(1000) * 1000 })
    }

    fn since_start(&self) -> Millis {
        self.clock.now() - START
    }
}

#[test]
fn the_wall_clock_is_followed_while_it_agrees_with_the_time_that_passes() {
    let test = Test::new();
    assert_eq!(test.since_start(), 0);
    for step in 1..=100 {
        test.pass(1000);
        test.jump(200);
        assert_eq!(test.since_start(), i64::from(step) * 1200, "it is adjusted bit by bit");
    }
}

#[test]
fn a_jump_ahead_is_not_believed_by_itself() {
    let test = Test::new();
    test.clock.now();
    test.jump(HOUR);
    for _ in 0..4 {
        assert!(!test.clock.believes_wall());
        test.pass(60_000);
    }
    assert_eq!(test.since_start(), 240_000);
    test.jump(-HOUR);
    assert_eq!(test.since_start(), 240_000);
    assert!(test.clock.believes_wall());
}

#[test]
fn dynamodb_decides_whether_a_jump_was_right() {
    let test = Test::new();
    test.clock.now();
    test.jump(HOUR);
    assert!(test.answer(START) > HOUR - 1000, "the wall clock is wrong");
    assert_eq!(test.since_start(), 20);

    assert_eq!(test.answer(START + HOUR), 0, "the machine was suspended");
    assert_eq!(test.since_start(), HOUR + 40);
}

#[test]
fn an_answer_that_took_long_does_not_confirm_a_jump() {
    let test = Test::new();
    test.clock.now();
    test.jump(8000);
    let sent = test.clock.monotonic();
    test.pass(10_000);
    let date = START + 10_000;
    assert_eq!(test.clock.compare(DatedAnswer { sent, received: test.clock.monotonic(), date }), 0);
    assert_eq!(test.since_start(), 10_000);
}

#[test]
fn a_jump_that_lasts_is_believed_if_no_answer_contradicts_it() {
    let test = Test::new();
    test.clock.now();
    test.jump(HOUR);
    test.clock.now();
    test.pass(299_999);
    assert_eq!(test.since_start(), 299_999);
    test.pass(1);
    assert_eq!(test.since_start(), HOUR + 300_000);

    let contradicted = Test::new();
    contradicted.clock.now();
    contradicted.jump(HOUR);
    for _ in 0..100 {
        contradicted.pass(60_000);
        contradicted.answer(START + contradicted.since_start());
    }
    assert_eq!(contradicted.since_start(), 100 * 60_020);
}

#[test]
fn a_jump_to_yet_another_time_has_to_last_by_itself() {
    let test = Test::new();
    test.clock.now();
    for _ in 0..10 {
        test.jump(HOUR);
        test.clock.now();
        test.pass(200_000);
    }
    assert_eq!(test.since_start(), 2_000_000);
}

#[test]
fn the_first_answer_corrects_a_wall_clock_that_was_wrong_from_the_beginning() {
    let test = Test::new();
    assert_eq!(test.since_start(), 0);
    assert!(test.answer(START - HOUR) > HOUR - 1000);
    let corrected = test.since_start() + HOUR;
    assert!((-1000..=20).contains(&corrected), "{corrected}");

    // Later answers narrow the range, from below.
    for _ in 0..100 {
        test.pass(37);
        let now = test.clock.now();
        let real = test.hands.wall() - HOUR;
        assert!(now <= real, "{now} {real}");
        test.answer(real);
    }
}

#[test]
fn a_wall_clock_that_is_behind_is_corrected_by_three_answers() {
    let test = Test::new();
    test.clock.now();
    for _ in 0..2 {
        test.answer(START + HOUR);
        assert!(test.since_start() < 1000);
    }
    test.answer(START + HOUR);
    let corrected = test.since_start() - HOUR;
    assert!((-1000..=100).contains(&corrected), "{corrected}");
}

#[test]
fn one_wrong_date_changes_nothing() {
    let test = Test::new();
    test.answer(START);
    for wrong in [HOUR, -HOUR, 100 * HOUR] {
        test.answer(START + wrong);
        assert_eq!(test.answer(test.hands.wall()), 0);
        assert_eq!(test.clock.now(), test.hands.wall());
    }
}

#[test]
fn time_does_not_step_back_after_the_first_answer() {
    let test = Test::new();
    test.answer(START);
    let before = test.clock.now();
    test.jump(-HOUR);
    assert_eq!(test.clock.now(), before, "the wall clock was set back");
    test.pass(100);
    assert_eq!(test.clock.now(), before + 100);
    test.answer(test.hands.wall());
    assert_eq!(test.clock.now(), before + 100, "it was ahead, so it waits");
}

#[test]
fn only_what_cannot_be_rounding_or_the_network_is_a_difference() {
    let excess = |sent, received, date| {
        let wall = START + 10_000;
        let at = |millis| Duration::from_millis(millis);
        Range::of(DatedAnswer { sent: at(sent), received: at(received), date: START + date }).excess(wall - 10_000)
    };
    assert_eq!(excess(10_000, 10_000, 10_000), 0);
    assert_eq!(excess(10_999, 10_999, 10_000), 0);
    assert_eq!(excess(10_100, 19_000, 10_000), 0, "a slow network");
    assert_eq!(excess(9_000, 10_500, 10_000), 0, "a slow network");
    assert_eq!(excess(11_300, 11_400, 10_000), 301);
    assert_eq!(excess(9_500, 9_600, 10_000), -400);
}
