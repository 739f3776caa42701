use std::time::Duration;

use tokio::time::Instant;

use super::super::super::settings::Settings;
use super::{Reusable, State};

const SECOND: Duration = Duration::from_secs(1);

/// A connection with a name. Those with a name below zero are closed.
impl Reusable for i32 {
    fn is_usable(&self, _now: Instant) -> bool {
        *self >= 0
    }
}

fn settings() -> Settings {
    Settings { idle_timeout: SECOND * 10, max_connections: 4, max_connecting: 2, max_idle: 3, ..Settings::default() }
}

fn state() -> (State<i32, &'static str>, Instant) {
    (State::new(&settings()), Instant::now())
}

#[test]
fn the_connection_used_last_is_taken_first() {
    let (mut state, now) = state();
    for connection in [1, 2, 3] {
        state.keep(connection, now);
    }
    assert_eq!([state.take(now), state.take(now), state.take(now), state.take(now)], [Some(3), Some(2), Some(1), None]);
}

#[test]
fn closed_connections_are_not_taken() {
    let (mut state, now) = state();
    for connection in [-1, 2, -3] {
        state.keep(connection, now);
    }
    assert_eq!(state.usable(now), 1);
    assert_eq!([state.take(now), state.take(now)], [Some(2), None]);
}

#[test]
fn connections_unused_for_too_long_are_not_taken() {
    let (mut state, now) = state();
    state.keep(1, now);
    state.keep(2, now + SECOND);
    assert_eq!(state.take(now + SECOND * 10), Some(2));
    assert_eq!(state.take(now + SECOND * 10), None);
    state.keep(3, now);
    assert_eq!(state.take(now + SECOND * 9), Some(3));
}

#[test]
fn the_connections_unused_for_too_long_are_dropped() {
    let (mut state, now) = state();
    assert_eq!(state.expire(now), None);
    for connection in [1, 2, 3] {
        state.keep(connection, now + SECOND * u32::try_from(connection).unwrap());
    }
    assert_eq!(state.expire(now + SECOND * 12), Some(now + SECOND * 13));
    assert_eq!([state.take(now), state.take(now)], [Some(3), None]);
}

#[test]
fn one_connection_too_many_drops_the_one_unused_for_the_longest_time() {
    let (mut state, now) = state();
    for connection in [1, 2, 3, 4] {
        state.keep(connection, now);
    }
    state.expire(now);
    assert_eq!([4, 3, 2].map(Some), [state.take(now), state.take(now), state.take(now)]);
    assert_eq!(state.take(now), None);
}

#[test]
fn the_queue_is_first_come_first_served_and_may_be_left() {
    let (mut state, _) = state();
    let tickets = ["a", "b", "c"].map(|call| state.wait(call));
    state.leave(tickets[1]);
    assert_eq!([state.next(), state.next(), state.next()], [Some("a"), Some("c"), None]);
    state.leave(tickets[0]);
    let last = state.wait("d");
    assert!(last > tickets[2]);
    state.leave(tickets[2]);
    assert_eq!(state.next(), Some("d"));
}

#[test]
fn a_connection_is_opened_for_each_call_that_waits() {
    let (mut state, _) = state();
    assert_eq!(state.connect(), 0);
    state.wait("a");
    assert_eq!([state.connect(), state.connect()], [1, 0]);
    for call in ["b", "c", "d", "e", "f"] {
        state.wait(call);
    }
    // Two at the same time.
    assert_eq!([state.connect(), state.connect()], [1, 0]);
    for _ in 0..2 {
        state.connected();
        state.next();
    }
    assert_eq!((state.connect(), state.open()), (2, 4));
    for _ in 0..2 {
        state.connected();
        state.next();
    }
    // Four altogether.
    assert_eq!(state.connect(), 0);
    state.closed();
    assert_eq!((state.connect(), state.open()), (1, 4));
}

#[test]
fn a_failed_attempt_fails_a_call_unless_others_go_on_for_all() {
    let (mut state, _) = state();
    let gone = state.wait("gone");
    state.wait("a");
    assert_eq!(state.connect(), 2);
    state.leave(gone);
    assert_eq!(state.failed(), None);
    state.closed();
    assert_eq!(state.connect(), 0);
    assert_eq!(state.failed(), Some("a"));
    state.closed();
    assert_eq!((state.connect(), state.open()), (0, 0));
}

#[test]
fn a_host_is_unused_when_all_its_connections_are() {
    let (mut state, now) = state();
    assert!(state.is_unused());
    let ticket = state.wait("a");
    assert!(!state.is_unused());
    state.connect();
    state.leave(ticket);
    assert!(!state.is_unused(), "a connection is being opened");
    state.connected();
    state.keep(1, now);
    assert!(state.is_unused());
    state.take(now);
    assert!(!state.is_unused(), "a connection is in use");
}
