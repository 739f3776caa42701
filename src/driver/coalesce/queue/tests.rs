use super::*;

const BUSY: Workers = Workers { threads: 2.0, idle: 0.0 };

#[derive(Debug, Default, PartialEq)]
struct Numbers(Vec<u32>);

impl Batch for Numbers {
    type Member = u32;

    fn push(&mut self, member: u32) {
        self.0.push(member);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_full(&self, _: usize) -> bool {
        self.0.len() == 3
    }
}

/// A queue with as many calls in flight as it allows.
fn busy() -> BatchQueue<Numbers> {
    let queue = BatchQueue::of(&InFlight::unlimited());
    while enter(&queue) {}
    queue
}

/// Takes a permit, if there is one, and collects nothing.
fn enter(queue: &BatchQueue<Numbers>) -> bool {
    match queue.enter("key") {
        QueueDecision::Send => true,
        QueueDecision::Collect => {
            drop(Collecting(queue));
            true
        }
        QueueDecision::Wait => false,
    }
}

fn in_flight(queue: &BatchQueue<Numbers>) -> usize {
    queue.state().in_flight
}

#[test]
fn no_call_waits_while_few_are_in_flight() {
    let queue = BatchQueue::<Numbers>::of(&InFlight::unlimited());
    assert!((0..MIN_IN_FLIGHT).all(|_| enter(&queue)));
    assert!(queue.leave(None, BUSY).is_none());
    assert!(matches!(queue.join(1), Joined::Alone(1)));
}

#[tokio::test]
async fn calls_that_arrive_together_go_out_together() {
    let queue = BatchQueue::<Numbers>::of(&InFlight::unlimited());
    assert_eq!(queue.enter("key"), QueueDecision::Send);
    assert_eq!(queue.enter("key"), QueueDecision::Collect);
    let (collected, ()) = tokio::join!(queue.collect(), async {
        assert_eq!(queue.enter("key"), QueueDecision::Wait);
        assert!(matches!(queue.join(1), Joined::Waits));
        assert!(matches!(queue.join(2), Joined::Waits));
    });
    assert_eq!(collected, Numbers(vec![1, 2]));
    assert_eq!(in_flight(&queue), 2);
    assert_eq!(queue.enter("key"), QueueDecision::Wait);
    assert_eq!(queue.leave(None, BUSY), None);
    assert_eq!(queue.enter("key"), QueueDecision::Collect);
}

#[tokio::test]
async fn a_dropped_collect_does_not_block_other_calls() {
    let queue = BatchQueue::<Numbers>::of(&InFlight::unlimited());
    assert_eq!(queue.enter("key"), QueueDecision::Send);
    assert_eq!(queue.enter("key"), QueueDecision::Collect);
    let mut collecting = Box::pin(queue.collect());
    assert!(futures_util::poll!(&mut collecting).is_pending());
    assert!(matches!(queue.join(1), Joined::Waits));
    drop(collecting);
    assert_eq!(queue.leave(None, BUSY), Some(Numbers(vec![1])));
    assert_eq!(queue.leave(None, BUSY), None);
    assert_eq!(queue.enter("key"), QueueDecision::Collect);
}

#[test]
fn the_waiting_batch_gets_the_permit_of_a_call_that_ends() {
    let queue = busy();
    let full = in_flight(&queue);
    assert!(matches!(queue.join(1), Joined::Waits));
    assert!(matches!(queue.join(2), Joined::Waits));
    assert_eq!(queue.leave(None, BUSY), Some(Numbers(vec![1, 2])));
    assert_eq!(in_flight(&queue), full);
    assert_eq!(queue.leave(None, BUSY), None);
    assert_eq!(in_flight(&queue), full - 1);
    assert!(enter(&queue));
}

#[test]
fn a_full_batch_goes_out_at_once() {
    let queue = busy();
    let full = in_flight(&queue);
    assert!(matches!(queue.join(1), Joined::Waits));
    assert!(matches!(queue.join(2), Joined::Waits));
    let Joined::Full(batch) = queue.join(3) else { panic!("is full") };
    assert_eq!(batch, Numbers(vec![1, 2, 3]));
    assert_eq!(in_flight(&queue), full + 1);
    // The additional permit is not passed on.
    assert!(matches!(queue.join(4), Joined::Waits));
    assert_eq!(queue.leave(None, BUSY), None);
    assert_eq!(queue.leave(None, BUSY), Some(Numbers(vec![4])));
}

#[test]
fn a_member_that_times_out_sends_the_waiting_batch() {
    let queue = busy();
    assert_eq!(queue.flush(), None);
    assert!(matches!(queue.join(1), Joined::Waits));
    assert!(matches!(queue.join(2), Joined::Waits));
    assert_eq!(queue.flush(), Some(Numbers(vec![1, 2])));
    assert_eq!(queue.flush(), None);
}

/// The permits of a queue whose calls took these milliseconds, one after another, again and again.
fn width(times: &[u64], workers: Workers) -> usize {
    let queue = BatchQueue::<Numbers>::of(&InFlight::unlimited());
    for time in times.iter().cycle().take(1000) {
        assert!(enter(&queue));
        queue.leave(Some(Measured { time: Duration::from_millis(*time), bytes: None }), workers);
    }
    (0..1000).take_while(|_| enter(&queue)).count()
}

#[test]
fn a_slow_backend_and_idle_workers_allow_more_calls_in_flight() {
    let idle = Workers { idle: 1.0, ..BUSY };
    assert_eq!(width(&[0], BUSY), MIN_IN_FLIGHT);
    assert_eq!(width(&[0], idle), MIN_IN_FLIGHT);
    assert_eq!(width(&[5], BUSY), 6);
    assert_eq!(width(&[2], idle), 28);
    assert_eq!(width(&[1000], BUSY), MAX_IN_FLIGHT);
}

/// Calls that wait for a busy worker take longer. More calls in flight would not help.
#[test]
fn slow_calls_among_fast_ones_allow_few_more_calls_in_flight() {
    let mean = width(&[8], BUSY);
    let mixed = width(&[1, 15], BUSY);
    assert!(mixed < mean / 2, "{mixed} instead of {mean}");
}

/// Calls that went out together are answered together, and their callers call again together.
#[test]
fn only_the_last_permit_waits_for_calls_that_arrive_together() {
    let queue = BatchQueue::<Numbers>::of(&InFlight::unlimited());
    for _ in 0..1000 {
        assert!(enter(&queue));
        queue.leave(Some(Measured { time: Duration::from_millis(5), bytes: None }), BUSY);
    }
    let decisions: Vec<_> = (0..6).map(|_| queue.enter("key")).collect();
    let (last, others) = decisions.split_last().unwrap();
    assert!(others.iter().all(|decision| *decision == QueueDecision::Send), "{decisions:?}");
    assert_eq!(*last, QueueDecision::Collect);
    assert_eq!(queue.enter("key"), QueueDecision::Wait);
}

#[test]
fn a_disabled_queue_coalesces_nothing() {
    let queue = busy();
    queue.disable();
    assert!((0..1000).all(|_| enter(&queue)));
}

#[test]
fn a_call_that_hangs_gives_its_permit_to_the_waiting_batch() {
    let queue = busy();
    let full = in_flight(&queue);
    assert!(matches!(queue.join(1), Joined::Waits));
    assert_eq!(queue.hang(&["a", "b"]), Some(Numbers(vec![1])));
    assert_eq!(in_flight(&queue), full);
    assert_eq!(queue.hang(&["c"]), None);
    assert_eq!(in_flight(&queue), full - 1);
    queue.leave_late(None);
    assert_eq!(in_flight(&queue), full - 1, "its permit was given up before");
}

#[test]
fn coalescing_pauses_after_a_shared_call_hung() {
    let queue = busy();
    assert!(!enter(&queue));
    assert_eq!(queue.hang(&["a", "b"]), None);
    assert!((0..1000).all(|_| queue.enter("c") == QueueDecision::Send));
    // An answer, though late, shows that DynamoDB was only slow.
    queue.leave_late(Some(Measured { time: Duration::from_millis(500), bytes: None }));
    assert!(!enter(&queue));
}

#[test]
fn hedges_are_bounded() {
    let queue = BatchQueue::<Numbers>::of(&InFlight::unlimited());
    let hedges = (0..1000).take_while(|_| queue.may_hedge()).count();
    assert_eq!(hedges, 64);
    for _ in 0..20 {
        assert!(enter(&queue));
        queue.leave(Some(Measured { time: Duration::ZERO, bytes: None }), BUSY);
    }
    assert_eq!((0..1000).take_while(|_| queue.may_hedge()).count(), 2);
}
