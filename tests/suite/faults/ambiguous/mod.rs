//! The matrix of writes with lost answers: every kind of write and of loss, with other writers in every gap, and a first attempt
//! that arrives at once, late, or never. What the caller is told is true of what happens to the stored data.
//!
//! Each row plays a sample of the cases. `MATRIX=full`, or `make matrix`, plays all of them.

mod items;
mod sample;
mod send;
mod story;
mod write;

use std::time::Duration;

use dynakv_client::{Client, Error, Reason, RetryPolicy};

use self::sample::{losses, short_stories, stories};
use self::send::Told;
use self::story::{Another, Arrival, Play, Story};
pub(crate) use self::write::IN_MATRIX;
use self::write::{Rule, WRITES, Write};
use crate::support::World;
use crate::support::faults::{Fault, What, When};

/// What the caller was told, and how often the write changed the stored data.
#[derive(Debug, Clone, Copy)]
struct Seen {
    told: Told,
    effects: usize,
}

fn told(result: Result<Told, Error>, case: &str) -> Told {
    match result {
        Ok(told) => told,
        Err(error) => {
            assert!(error.is_outcome_unknown(), "{case}: {error:?}");
            assert_eq!(error.reason(), Some(&Reason::OutcomeUnknown), "{case}");
            let failure = error.failure().unwrap();
            assert_eq!(failure.metadata("outcome"), Some("UNKNOWN"), "{case}");
            assert_eq!(failure.code_name(), "UNKNOWN", "no mesh retries it: {case}");
            Told::Unknown
        }
    }
}

/// Every kind of loss, with and without another writer, when the first attempt is carried out at once or never.
#[tokio::test]
async fn nothing_is_claimed_that_is_not_known() {
    let world = World::embedded_in_memory().await;
    for (row, &write) in WRITES.iter().enumerate() {
        for (index, story) in losses(row).into_iter().enumerate() {
            let case = format!("{write:?}, {story:?}");
            let seen = run(&world, write, &story, &format!("{write:?}-{index}"), &case).await;
            let is_alone = story.before_next == Another::Nothing;
            assert_eq!(seen.told, expected(write, story.arrival == Arrival::AtOnce, is_alone), "{case}");
        }
    }
}

/// The contract.
#[expect(clippy::match_same_arms, reason = "one line for each rule")]
fn expected(write: Write, has_arrived: bool, is_alone: bool) -> Told {
    let done = if is_gone_at_best(write) { Told::Gone } else { Told::Done };
    match (write.rule(), has_arrived, is_alone) {
        (Rule::SentAgain | Rule::Token, _, _) => done,
        (Rule::SentAgainReporting, false, _) | (Rule::SentAgainReporting, true, false) => done,
        (Rule::SentAgainReporting, true, true) => Told::Unknown,
        (Rule::PutOfVersion, _, true) | (Rule::DeleteOfVersion, false, true) => done,
        (Rule::DeleteOfVersion, true, true) => Told::Unknown,
        (Rule::PutOfVersion | Rule::DeleteOfVersion, _, false) => Told::Unknown,
        (Rule::LooksFor, true, true) => done,
        (Rule::LooksFor, false, _) | (Rule::LooksFor, true, false) | (Rule::GivesUp, _, _) => Told::Unknown,
        (Rule::ConditionalToken, _, true) | (Rule::ConditionalToken, true, false) => done,
        (Rule::ConditionalToken, false, false) => Told::Unknown,
    }
}

/// Whether a success does not say if there was anything to delete.
fn is_gone_at_best(write: Write) -> bool {
    matches!(
        write,
        Write::DeleteOmitExisted
            | Write::DeleteItemOmitExisted
            | Write::BatchDelete
            | Write::BatchDeleteItem
            | Write::TransactDelete
            | Write::TransactDeleteItem
    )
}

/// Other writers in every gap, and a first attempt that arrives late. No write happens twice but those that say so.
#[tokio::test]
async fn what_is_told_is_true_whatever_happens_in_between() {
    for (row, &write) in WRITES.iter().enumerate() {
        let most = most_effects(World::embedded_in_memory, write, &stories(row)).await;
        assert_eq!(most > 1, may_happen_twice(write), "the most effects of {write:?}: {most}");
    }
}

#[tokio::test]
async fn what_is_told_is_true_on_dynamodb_local() {
    for (row, &write) in WRITES.iter().enumerate() {
        let most = most_effects(World::dynamodb_local, write, &short_stories(row)).await;
        assert_eq!(most > 1, may_happen_twice(write), "the most effects of {write:?}: {most}");
    }
}

/// How many stories a server plays. A retry takes 5 of the 500 tokens of its retry budget, a story has up to two of them, and a call
/// whose outcome stays unknown returns none. A server without tokens would not retry.
const STORIES_OF_A_SERVER: usize = 40;

/// Plays the stories, each on an entry of its own. Returns how often the write happened at most.
async fn most_effects(open: impl AsyncFn() -> World, write: Write, stories: &[Story]) -> usize {
    let mut most = 0;
    for stories in stories.chunks(STORIES_OF_A_SERVER) {
        let world = open().await;
        for (index, story) in stories.iter().enumerate() {
            let case = format!("{write:?}, {story:?}");
            most = most.max(run(&world, write, story, &format!("{write:?}-{index}"), &case).await.effects);
        }
    }
    most
}

fn may_happen_twice(write: Write) -> bool {
    match write.rule() {
        Rule::SentAgain | Rule::SentAgainReporting => true,
        Rule::PutOfVersion
        | Rule::DeleteOfVersion
        | Rule::LooksFor
        | Rule::GivesUp
        | Rule::Token
        | Rule::ConditionalToken => false,
    }
}

async fn run(world: &World, write: Write, story: &Story, key: &str, case: &str) -> Seen {
    write.prepare(world, key).await;
    let before = world.item(key).await;
    let calls = (world.faults.calls(write.action()), world.faults.calls("GetItem"));
    let play = Play::begin(world, write, story, key, before.clone());

    let told = told(write.call(&world.client, key, before.as_ref()).await, case);
    let effects_when_told = play.effects().await;
    let item = world.item(key).await;
    let sent = world.faults.calls(write.action()) - calls.0 - write.calls_before();
    let read = world.faults.calls("GetItem") - calls.1;
    let effects = play.end().await;
    world.faults.clear();

    match write.rule() {
        Rule::LooksFor => assert!(sent == 1 && read >= 1, "{case}: sent {sent} times, read {read} times"),
        Rule::GivesUp => assert_eq!((sent, read), (1, 0), "{case}: sent and read"),
        Rule::SentAgain
        | Rule::SentAgainReporting
        | Rule::PutOfVersion
        | Rule::DeleteOfVersion
        | Rule::Token
        | Rule::ConditionalToken => {
            assert_eq!((sent, read), (if story.next_is_lost { 3 } else { 2 }, 0), "{case}: sent and read");
        }
    }
    match told {
        Told::Done => assert!(effects_when_told >= 1, "{case}: it has not happened"),
        Told::Gone | Told::Unknown => {}
        Told::NotDone => assert_eq!(effects, 0, "{case}: it has happened"),
    }
    if !may_happen_twice(write) {
        assert!(effects <= 1, "{case}: it happened {effects} times");
    }
    let is_alone = story.before_next == Another::Nothing && story.after_next == Another::Nothing;
    if is_alone && matches!(told, Told::Done | Told::Gone) {
        write.assert_written(item.as_ref(), before.as_ref(), case);
    }
    Seen { told, effects }
}

/// A throttle after a lost answer proves nothing: the write may have happened before it.
#[tokio::test]
async fn doubt_outlives_what_comes_after_it() {
    let world = World::embedded_in_memory().await;
    // Batches and transactions wait throttles out, up to their deadlines.
    let hurried = Client::builder().retry(RetryPolicy::none()).timeout(Duration::from_secs(2));
    let hurried = hurried.over(world.channel.clone()).unwrap();
    for write in [Write::Set, Write::Delete, Write::BatchSet, Write::TransactSet] {
        let throttle = What::Throttle { code: "ThrottlingException", reasons: &[] };
        world.faults.inject(Fault::new(write.action(), When::After, What::Reset));
        world.faults.inject(Fault::new(write.action(), When::Before, throttle).times(usize::MAX));
        assert_eq!(told(write.call(&hurried, "key", None).await, &format!("{write:?}")), Told::Unknown);
        world.faults.clear();
    }
}

/// If the read that should find out fails too, the outcome stays unknown.
#[tokio::test]
async fn a_failed_read_settles_nothing() {
    let world = World::embedded_in_memory().await;
    Write::Increment.prepare(&world, "key").await;
    world.faults.inject(Fault::new("UpdateItem", When::After, What::Status500));
    world.faults.inject(Fault::new("GetItem", When::Before, What::Status500).times(usize::MAX));
    let error = world.client.increment("key").await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
}
