use futures_util::FutureExt;
use proptest::prelude::*;

use super::*;

#[test]
fn what_is_dropped_is_free_again() {
    let pool = Pool::new(100, 100);
    let share = pool.share();
    let mut hold = share.try_reserve(40).unwrap();
    hold.grow(10).unwrap();
    hold.grow_to(30).unwrap();
    assert_eq!((pool.used(), share.held()), (50, 50));
    hold.shrink_to(5);
    assert_eq!((pool.used(), share.held()), (5, 5));
    drop(hold);
    assert_eq!((pool.used(), share.held()), (0, 0));
}

#[test]
fn the_only_connection_may_hold_all_up_to_its_limit() {
    let pool = Pool::new(100, 100);
    let share = pool.share();
    let all: Vec<Reservation> = (0..10).map(|_| share.try_reserve(10).unwrap()).collect();
    assert_eq!(share.try_reserve(1).unwrap_err(), Full::Server);
    drop(all);
    let pool = Pool::new(100, 12);
    let share = pool.share();
    let _held = share.try_reserve(12).unwrap();
    assert_eq!(share.try_reserve(1).unwrap_err(), Full::Connection);
}

#[test]
fn in_the_last_quarter_whoever_holds_much_is_stopped_and_a_newcomer_is_not() {
    let pool = Pool::new(1000, 1000);
    let (greedy, newcomer) = (pool.share(), pool.share());
    let _first = newcomer.try_reserve(1).unwrap();
    let _much = greedy.try_reserve(740).unwrap();
    assert_eq!(greedy.try_reserve(20).unwrap_err(), Full::Connection);
    let _fair = newcomer.try_reserve(40).unwrap();
    assert_eq!(newcomer.try_reserve(40).unwrap_err(), Full::Connection, "a quarter of what is free");
}

#[test]
fn a_refusal_changes_nothing() {
    let pool = Pool::new(10, 5);
    let share = pool.share();
    let mut hold = share.try_reserve(5).unwrap();
    hold.grow(1).unwrap_err();
    share.try_reserve(1).unwrap_err();
    assert_eq!((pool.used(), share.held(), hold.units()), (5, 5, 5));
}

#[test]
fn what_is_held_already_counts_without_being_refused() {
    let pool = Pool::new(10, 10);
    let share = pool.share();
    let debt = share.force_reserve(15);
    assert_eq!(pool.used(), 15);
    assert_eq!(pool.share().try_reserve(1).unwrap_err(), Full::Server);
    drop(debt);
    pool.share().try_reserve(1).unwrap();
}

#[test]
fn who_waits_gets_what_is_released() {
    let pool = Pool::new(10, 10);
    let (one, other) = (pool.share(), pool.share());
    let held = one.try_reserve(8).unwrap();
    let mut waiting = std::pin::pin!(other.wait_for(9));
    assert!(waiting.as_mut().now_or_never().is_none());
    drop(held);
    assert_eq!(waiting.now_or_never().unwrap().units(), 9);
}

#[test]
fn more_than_may_be_held_at_all_is_all_that_may_be_held() {
    let pool = Pool::new(100, 10);
    assert_eq!(pool.share().wait_for(1000).now_or_never().unwrap().units(), 10);
    assert_eq!(pool.unlimited_share().wait_for(1000).now_or_never().unwrap().units(), 100);
}

#[tokio::test]
async fn a_part_of_a_call_has_an_account_of_its_own_on_the_same_share() {
    let pool = Pool::new(100, 100);
    let share = pool.share();
    let call = Account::new(share.try_reserve(10).unwrap());
    scope(call, async {
        let (grown, part) = part(async { current().unwrap().grow(20) }).await;
        grown.unwrap();
        assert_eq!(share.held(), 30);
        drop(part);
        assert_eq!(share.held(), 10);
    })
    .await;
    assert_eq!(pool.used(), 0);
    assert!(current().is_none());
}

proptest! {
    /// Whatever is taken and dropped in whatever order, nothing is lost and nothing is held beyond the total.
    #[test]
    fn nothing_is_lost(steps in proptest::collection::vec((0_usize..5, 0_usize..60, any::<bool>()), 0..200)) {
        let pool = Pool::new(200, 120);
        let shares: Vec<Share> = (0..5).map(|_| pool.share()).collect();
        let mut holds: Vec<Reservation> = Vec::new();
        for (who, units, takes) in steps {
            if takes {
                holds.extend(shares[who].try_reserve(units));
            } else if !holds.is_empty() {
                let index = units % holds.len();
                holds.swap_remove(index);
            }
            prop_assert!(pool.used() <= 200);
            prop_assert_eq!(pool.used(), holds.iter().map(Reservation::units).sum::<usize>());
            prop_assert!(shares.iter().all(|share| share.held() <= 120));
        }
        drop(holds);
        prop_assert_eq!(pool.used(), 0);
        prop_assert_eq!(pool.0.active.load(Ordering::Relaxed), 0);
    }
}
