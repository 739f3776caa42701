use futures_util::future::join_all;
use tokio::task::yield_now;

use super::*;

#[tokio::test]
async fn a_slot_passes_to_the_call_that_waits() {
    let in_flight = Arc::<InFlight>::default();
    let slots = join_all((0..in_flight.limit()).map(|_| in_flight.enter(None))).await;
    let next = tokio::spawn(Arc::clone(&in_flight).enter_owned());
    yield_now().await;
    assert!(in_flight.is_crowded() && !next.is_finished());
    drop(slots);
    let _slot = next.await.unwrap();
    assert!(!in_flight.is_crowded());
}

#[tokio::test]
async fn a_caller_who_stops_waiting_holds_nothing() {
    let in_flight = Arc::<InFlight>::default();
    let slots = join_all((0..in_flight.limit()).map(|_| in_flight.enter(None))).await;
    let waits = tokio::spawn(Arc::clone(&in_flight).enter_owned());
    yield_now().await;
    assert!(in_flight.is_crowded());
    waits.abort();
    assert!(waits.await.unwrap_err().is_cancelled());
    assert!(!in_flight.is_crowded());
    drop(slots);
    assert_eq!(join_all((0..in_flight.limit()).map(|_| in_flight.enter(None))).await.len(), 16);
}

#[tokio::test]
async fn a_call_that_is_left_counts_as_in_flight() {
    let in_flight = Arc::<InFlight>::default();
    for _ in 0..in_flight.limit() {
        let mut slot = in_flight.enter(Some(Deadline::after(Duration::from_mins(1)))).await;
        slot.sent();
    }
    let waits = tokio::spawn(Arc::clone(&in_flight).enter_owned());
    yield_now().await;
    assert!(in_flight.is_crowded());
    waits.abort();
}

impl InFlight {
    async fn enter_owned(self: Arc<Self>) -> Slot {
        self.enter(None).await
    }
}
