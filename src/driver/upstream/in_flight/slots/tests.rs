use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::*;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// A server of DynamoDB's protocol.
#[derive(Clone, Copy)]
enum Upstream {
    /// Answers so many calls per second, one after the other, however many wait, and whether or not their callers are still there.
    Queue(u32),
    /// Works on any number of calls at a time. Milliseconds by the number of the call.
    Parallel(fn(u64) -> u64),
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives(usize),
    /// The call with this slot is answered.
    Answered(usize, u64),
    Deadline(usize),
    /// Those that wait look for a free slot.
    Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Waits(u64),
    InFlight(u64),
    Ended,
}

/// Calls through slots to a server, in simulated time.
struct World {
    slots: Slots<usize>,
    upstream: Upstream,
    /// When a server that answers one call after the other is free.
    free: Instant,
    start: Instant,
    now: Instant,
    events: BinaryHeap<Reverse<(Instant, Event)>>,
    calls: Vec<(Call, Instant)>,
    sent: u64,
}

impl World {
    fn new(upstream: Upstream) -> Self {
        let start = Instant::now();
        let (events, calls) = (BinaryHeap::new(), Vec::new());
        Self { slots: Slots::new(start), upstream, free: start, start, now: start, events, calls, sent: 0 }
    }

    /// Offers calls at a rate for some seconds, each with so much time. Returns how many were answered, per second.
    fn offer(&mut self, per_second: u32, seconds: u32, each: Duration) -> f64 {
        let (start, first) = (self.now, self.calls.len());
        for index in 0..per_second * seconds {
            let arrival = start + SECOND * index / per_second;
            self.events.push(Reverse((arrival, Event::Arrives(self.calls.len()))));
            self.calls.push((Call::Ended, arrival + each));
        }
        for look in 0..(seconds * 10) {
            self.events.push(Reverse((start + 100 * MS * look, Event::Look)));
        }
        let mut answered = 0;
        while let Some(Reverse((now, event))) = self.events.pop() {
            self.now = self.now.max(now);
            answered += usize::from(self.happen(event) && matches!(event, Event::Answered(call, _) if call >= first));
            self.pass_on();
            if self.now >= start + SECOND * seconds + each {
                break;
            }
        }
        f64::from(u32::try_from(answered).unwrap()) / f64::from(seconds)
    }

    /// Returns whether a call was answered in time.
    fn happen(&mut self, event: Event) -> bool {
        match event {
            Event::Arrives(call) => {
                let deadline = self.calls[call].1;
                self.events.push(Reverse((deadline, Event::Deadline(call))));
                if let Some(slot) = self.slots.enter(self.now) {
                    self.send(call, slot);
                } else {
                    let ticket = self.slots.wait(call, Some(Deadline::at(deadline)), self.now);
                    self.calls[call].0 = Call::Waits(ticket);
                }
            }
            Event::Answered(call, slot) if self.calls[call].0 == Call::InFlight(slot) => {
                self.slots.end(slot, End::Answered, self.now);
                self.calls[call].0 = Call::Ended;
                return true;
            }
            Event::Deadline(call) => {
                match self.calls[call].0 {
                    Call::Waits(ticket) => self.slots.leave(ticket),
                    Call::InFlight(slot) => self.slots.end(slot, End::Missed, self.now),
                    Call::Ended => {}
                }
                self.calls[call].0 = Call::Ended;
            }
            Event::Answered(..) | Event::Look => {}
        }
        false
    }

    fn send(&mut self, call: usize, slot: u64) {
        self.calls[call].0 = Call::InFlight(slot);
        let answered = match self.upstream {
            Upstream::Queue(rate) => {
                self.free = self.free.max(self.now) + SECOND / rate;
                self.free + 5 * MS
            }
            Upstream::Parallel(milliseconds) => self.now + MS * u32::try_from(milliseconds(self.sent)).unwrap(),
        };
        self.sent += 1;
        self.events.push(Reverse((answered, Event::Answered(call, slot))));
    }

    fn pass_on(&mut self) {
        while let Some((slot, call, _)) = self.slots.next(self.now) {
            self.send(call, slot);
        }
    }
}

#[test]
fn what_a_server_lets_wait_is_answered_in_time() {
    for (rate, per_second, each) in [
        (40, 400, 500 * MS),
        (40, 400, 250 * MS),
        (40, 400, 2000 * MS),
        (40, 50, 500 * MS),
        (200, 2000, 500 * MS),
        (250, 2000, 100 * MS),
        (10, 100, 1000 * MS),
    ] {
        let answered = World::new(Upstream::Queue(rate)).offer(per_second, 10, each);
        assert!(answered >= 0.85 * f64::from(rate), "{per_second} to {rate} per second, {each:?}: {answered} answered");
    }
}

#[test]
fn a_server_that_works_on_all_is_sent_all() {
    for (milliseconds, per_second, each, least) in [
        ((|_| 5) as fn(u64) -> u64, 2000, SECOND, 2000.0),
        (|_| 80, 1000, SECOND, 1000.0),
        // Scans beside reads of single items.
        (|number| if number % 3 == 0 { 3 } else { 120 }, 500, SECOND, 480.0),
        (|number| if number % 100 == 0 { 3 } else { 150 }, 500, SECOND, 450.0),
        // Each call becomes slower.
        (|number| if number < 4000 { 5 } else { 80 }, 1000, SECOND, 1000.0),
        // A quarter misses its deadline, however few are in flight.
        (|number| 350 + number * 7919 % 200, 400, 500 * MS, 240.0),
    ] {
        let answered = World::new(Upstream::Parallel(milliseconds)).offer(per_second, 10, each);
        assert!(answered >= least, "{} ms, {per_second} per second, {each:?}: {answered} answered", milliseconds(1));
    }
}

#[test]
fn a_burst_is_sent_within_some_times_of_a_call() {
    let (mut burst, mut rounds) = (World::new(Upstream::Parallel(|_| 5)), 0);
    for call in 0..1000 {
        burst.calls.push((Call::Ended, burst.start + SECOND));
        burst.events.push(Reverse((burst.start, Event::Arrives(call))));
    }
    while let Some(Reverse((now, event))) = burst.events.pop() {
        rounds += usize::from(now > burst.now && matches!(event, Event::Answered(..)));
        burst.now = now;
        burst.happen(event);
        burst.pass_on();
    }
    // 16, 32, 64, ...
    assert_eq!((burst.sent, rounds), (1000, 6));
}

#[test]
fn calls_that_hang_stop_no_others() {
    let mut world = World::new(Upstream::Parallel(|number| if number % 5 == 0 { 60_000 } else { 5 }));
    let answered = world.offer(120, 20, 2 * SECOND);
    assert!(answered >= 95.9, "{answered} of 96 answered");
    let mut world = World::new(Upstream::Parallel(|number| if number < 16 { 60_000 } else { 5 }));
    let answered = world.offer(100, 10, 2 * SECOND);
    assert!(answered >= 98.3, "{answered} of 98.4 answered");
}

#[test]
fn an_outage_is_tested_with_few_calls_and_its_end_is_noticed() {
    let mut world = World::new(Upstream::Parallel(|_| 5));
    let answered = world.offer(200, 10, SECOND);
    assert!(answered >= 200.0, "{answered} answered before");
    world.upstream = Upstream::Parallel(|_| 60_000);
    let sent = world.sent;
    world.offer(200, 5, SECOND);
    assert!(world.sent - sent < 100, "{} of 1000 sent", world.sent - sent);
    world.upstream = Upstream::Parallel(|_| 5);
    let answered = world.offer(200, 10, SECOND);
    assert!(answered >= 180.0, "{answered} answered after");
}

#[test]
fn calls_with_less_time_than_calls_took_are_sent_nevertheless() {
    let start = Instant::now();
    let mut slots = Slots::new(start);
    let sent: Vec<u64> = std::iter::from_fn(|| slots.enter(start)).collect();
    let now = start + 900 * MS;
    for call in 0..10 {
        slots.wait(call, Some(Deadline::at(now + 300 * MS)), now);
    }
    for slot in sent {
        slots.end(slot, End::Answered, now);
    }
    let (slot, _, _) = slots.next(now).expect("one call finds out what calls take now");
    assert!(slots.next(now).is_none(), "the others would be late, as far as is known");
    slots.end(slot, End::Answered, now + 5 * MS);
    assert!(slots.next(now + 5 * MS).is_some());
}

#[test]
fn few_calls_that_miss_their_deadlines_do_not_cut_the_limit() {
    let mut world = World::new(Upstream::Parallel(|_| 60_000));
    world.offer(4, 20, 500 * MS);
    assert_eq!(world.slots.limit(), 16);
}

#[test]
fn a_pause_does_not_count_as_time_without_answers() {
    let mut world = World::new(Upstream::Parallel(|_| 5));
    world.offer(4, 1, SECOND);
    world.now += 3600 * SECOND;
    world.upstream = Upstream::Parallel(|_| 80);
    let answered = world.offer(400, 2, SECOND);
    assert!(answered >= 300.0, "{answered} of 400 answered");
}

#[test]
fn a_slot_that_was_not_used_overtakes_no_call() {
    let start = Instant::now();
    let mut slots = Slots::<usize>::new(start);
    for _ in 1..slots.limit() {
        slots.enter(start).unwrap();
    }
    for step in 1..3 {
        let now = start + 110 * MS * step;
        let unused = slots.enter(now).unwrap();
        slots.end(unused, End::Unused, now);
        assert_eq!(slots.sent.in_flight(), slots.limit() - 1);
    }
}
