//! A wall clock that is set to a wrong time, for a moment or from the beginning.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use dynakv::driver::{SystemClock, TimeSource};
use dynakv_client::{Expected, Swap};

use crate::support::World;
use crate::support::faults::{ANY, Call, Upstream};

const HOUR: Duration = Duration::from_hours(1);
const TTL: Duration = Duration::from_mins(1);

/// The clocks of a machine, which a test moves.
#[derive(Debug)]
struct Hands {
    wall_ms: AtomicI64,
    monotonic_ms: AtomicU64,
}

impl TimeSource for Hands {
    fn wall(&self) -> i64 {
        self.wall_ms.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic_ms.load(Ordering::Relaxed))
    }
}

impl Hands {
    fn at(wall_ms: i64) -> Arc<Self> {
        Arc::new(Self { wall_ms: wall_ms.into(), monotonic_ms: 0.into() })
    }

    fn jump(&self, duration: Duration) {
        self.wall_ms.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::Relaxed);
    }

    fn pass(&self, duration: Duration) {
        self.jump(duration);
        self.monotonic_ms.fetch_add(u64::try_from(duration.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

/// The real time, which the world's own clock shows.
fn real() -> i64 {
    i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

/// All answers of DynamoDB have this date from now on.
fn date_answers(world: &World, time_ms: i64) {
    world.faults.clear();
    world.faults.rule(ANY, usize::MAX, move |call: Call, upstream: Upstream| async move {
        let mut response = upstream.call(call).await?;
        let date = DateTime::from_millis(time_ms).fmt(DateTimeFormat::HttpDate).unwrap();
        response.headers_mut().insert("date", date.parse().unwrap());
        Ok(response)
    });
}

/// A world whose clock jumps ahead after an entry with a TTL was written.
async fn after_a_jump() -> (World, Arc<Hands>, i64) {
    let begin = real();
    let hands = Hands::at(begin);
    let world = World::with_clock(Arc::new(SystemClock::over(hands.clone()))).await;
    world.client.set("key", "value").ttl(TTL).await.unwrap();
    hands.jump(HOUR);
    (world, hands, begin)
}

/// Neither reads nor writes take the entry for an expired one.
async fn assert_alive(world: &World) {
    assert!(world.client.get("key").await.unwrap().is_some());
    let swap = world.client.compare_and_set("key", "another", Expected::Absent).await.unwrap();
    assert!(matches!(swap, Swap::NotSwapped { .. }), "{swap:?}");
}

#[tokio::test]
async fn a_jump_ahead_expires_nothing() {
    let (world, hands, _) = after_a_jump().await;
    assert_alive(&world).await;
    hands.pass(TTL);
    assert_eq!(world.client.get("key").await.unwrap(), None, "time passes as before");
}

#[tokio::test]
async fn dynamodb_contradicts_or_confirms_a_jump() {
    let (world, _, begin) = after_a_jump().await;
    date_answers(&world, begin);
    for _ in 0..10 {
        assert_alive(&world).await;
    }
    let hour = i64::try_from(HOUR.as_millis()).unwrap();
    date_answers(&world, begin + hour);
    world.client.get("other").await.unwrap();
    assert_eq!(world.client.get("key").await.unwrap(), None, "the machine was suspended for an hour");
}

#[tokio::test]
async fn without_dates_a_jump_is_believed_when_it_lasts() {
    let (world, hands, _) = after_a_jump().await;
    assert_alive(&world).await;
    hands.pass(TTL / 2);
    assert_alive(&world).await;
    world.client.set("key", "value").ttl(HOUR / 2).await.unwrap();
    hands.pass(Duration::from_mins(5));
    assert_eq!(world.client.get("key").await.unwrap(), None);
}

#[tokio::test]
async fn a_clock_that_is_wrong_from_the_beginning_is_corrected() {
    let begin = real();
    let hands = Hands::at(begin + 3_600_000);
    let world = World::with_clock(Arc::new(SystemClock::over(hands))).await;
    date_answers(&world, begin);
    world.client.get("other").await.unwrap();
    let seconds = (begin / 1000 + 60).to_string();
    world.put("key", [("val", crate::support::binary(b"value")), ("ttl", crate::support::number(seconds))]).await;
    assert_alive(&world).await;
}
