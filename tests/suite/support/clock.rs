//! A clock under the test's control, fixed jitter, and sleep that does not wait.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use dynakv::driver::{Clock, Load, Random, Runtime, SystemClock, Workers};
use dynakv::model::Millis;

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(AtomicI64::new(SystemClock::default().now()))
    }

    pub(crate) fn advance(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the time. It must not go backwards.
    pub(crate) fn set(&self, now: Millis) {
        let before = self.0.fetch_max(now, Ordering::SeqCst);
        assert!(before <= now, "the clock stands at {before} and cannot step back to {now}");
    }
}

impl Clock for TestClock {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }
}

/// Always 0, so that full jitter makes every pause as short as possible.
#[derive(Debug)]
pub(crate) struct NoJitter;

impl Random for NoJitter {
    fn fraction(&self) -> f64 {
        0.0
    }
}

/// A sleep that only yields, and records its duration.
///
/// Not for the SDK's own configuration, where every timeout is a sleep that races with the call.
#[derive(Debug, Clone, Default)]
pub(crate) struct InstantSleep(Arc<Mutex<Vec<Duration>>>);

impl InstantSleep {
    /// The sleeps so far, in order.
    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl AsyncSleep for InstantSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().unwrap().push(duration);
        Sleep::new(tokio::task::yield_now())
    }
}

/// A sleep that never ends, unless its duration is zero. It is recorded.
#[derive(Debug, Clone)]
pub(crate) struct EndlessSleep(pub(crate) InstantSleep);

impl AsyncSleep for EndlessSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        let instant = self.0.sleep(duration);
        if duration.is_zero() { instant } else { Sleep::new(std::future::pending()) }
    }
}

/// Reports full load, so that calls are coalesced whatever the real load is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Busy;

impl Load for Busy {
    fn workers(&self) -> Workers {
        Workers { threads: 2.0, idle: 0.0 }
    }
}

/// A runtime for the driver in which nothing takes time, and the controls for it.
#[derive(Debug, Clone)]
pub(crate) struct TestTime {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) sleep: InstantSleep,
}

impl TestTime {
    pub(crate) fn new() -> Self {
        Self { clock: Arc::new(TestClock::new()), sleep: InstantSleep::default() }
    }

    pub(crate) fn runtime(&self) -> Runtime {
        Runtime {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            random: Arc::new(NoJitter),
            sleep: SharedAsyncSleep::new(self.sleep.clone()),
            load: Arc::new(Busy),
        }
    }
}

#[tokio::test]
async fn time_passes_only_when_a_test_says_so() {
    let time = TestTime::new();
    let runtime = time.runtime();
    let start = runtime.clock.now();

    runtime.sleep.sleep(Duration::from_hours(1)).await;
    assert_eq!(time.sleep.slept(), [Duration::from_hours(1)]);
    assert_eq!(runtime.clock.now(), start);

    time.clock.advance(Duration::from_millis(1500));
    assert_eq!(runtime.clock.now(), start + 1500);
    time.clock.set(start + 2000);
    assert_eq!(runtime.clock.now(), start + 2000);
    assert!(runtime.random.fraction().abs() < f64::EPSILON);
}

#[test]
#[should_panic(expected = "cannot step back")]
fn the_clock_refuses_to_step_back() {
    TestClock::new().set(0);
}
