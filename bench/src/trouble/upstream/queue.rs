use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// A queue without bound, worked off in order of arrival at so many units a second.
#[derive(Debug)]
pub(in crate::trouble) struct Queue {
    places: mpsc::UnboundedSender<Place>,
    per_second: Arc<AtomicU32>,
    worker: AbortHandle,
}

#[derive(Debug)]
struct Place {
    units: u32,
    arrived: Instant,
    served: oneshot::Sender<()>,
}

impl Queue {
    pub(super) fn new(per_second: u32) -> Self {
        let (places, waiting) = mpsc::unbounded_channel();
        let per_second = Arc::new(AtomicU32::new(per_second));
        let worker = tokio::spawn(work(waiting, Arc::clone(&per_second))).abort_handle();
        Self { places, per_second, worker }
    }

    /// Changes the rate, also for what waits already.
    pub(in crate::trouble) fn set_rate(&self, per_second: u32) {
        self.per_second.store(per_second, Ordering::Relaxed);
    }

    /// Takes the last place, and waits until it has been served. The place is served even if nobody waits any more.
    pub(super) async fn wait(&self, units: u32) {
        let (served, waits) = oneshot::channel();
        let place = Place { units, arrived: Instant::now(), served };
        if self.places.send(place).is_ok() {
            // The worker ends with the queue.
            let _served = waits.await;
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

async fn work(mut waiting: mpsc::UnboundedReceiver<Place>, per_second: Arc<AtomicU32>) {
    let mut counter = Counter { free: Instant::now() };
    while let Some(Place { units, arrived, served }) = waiting.recv().await {
        sleep_until(counter.serve(units, arrived, per_second.load(Ordering::Relaxed))).await;
        // Whether anybody waits for it makes no difference to the queue.
        let _waits = served.send(());
    }
}

/// Serves one place after another.
#[derive(Debug)]
struct Counter {
    /// When it has served all places so far.
    free: Instant,
}

impl Counter {
    /// When the next place has been served, counted from when it could begin: a late timer does not lower the rate.
    fn serve(&mut self, units: u32, arrived: Instant, per_second: u32) -> Instant {
        self.free = self.free.max(arrived) + Duration::from_secs(1) * units / per_second.max(1);
        self.free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn places_are_served_one_after_another_at_the_rate() {
        let now = Instant::now();
        let mut counter = Counter { free: now };
        let served = [1, 1, 2, 1].map(|units| counter.serve(units, now, 40) - now);
        assert_eq!(served, [ms(25), ms(50), ms(100), ms(125)]);
    }

    #[test]
    fn time_without_places_is_not_saved() {
        let now = Instant::now();
        let mut counter = Counter { free: now };
        let served = [0, 10_000, 10_000].map(|at| counter.serve(1, now + ms(at), 10) - now);
        assert_eq!(served, [ms(100), ms(10_100), ms(10_200)]);
    }

    #[test]
    fn a_new_rate_holds_for_what_waits() {
        let now = Instant::now();
        let mut counter = Counter { free: now };
        let served = [1, 10, 10].map(|rate| counter.serve(1, now, rate) - now);
        assert_eq!(served, [ms(1_000), ms(1_100), ms(1_200)]);
    }

    #[tokio::test]
    async fn a_place_is_served_though_its_client_has_gone() {
        let (queue, begun) = (Queue::new(1_000), Instant::now());
        // Polled once, so that it takes its place.
        tokio::select! {
            biased;
            () = queue.wait(50) => panic!("it is served at once"),
            () = std::future::ready(()) => (),
        }
        queue.wait(1).await;
        assert!(begun.elapsed() >= ms(51), "the place before was not served");
    }
}
