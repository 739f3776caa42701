//! Which stories are played: a sample for each row, or with `MATRIX=full` all of them.

use super::story::{ARRIVALS, Another, Arrival, OTHERS, Story};
use crate::support::faults::What;

/// Where an answer is lost: with and without another writer, when the first attempt is carried out at once or never.
const PLACES: [(Arrival, Another); 4] = [
    (Arrival::Never, Another::Nothing),
    (Arrival::Never, Another::Overwrites),
    (Arrival::AtOnce, Another::Nothing),
    (Arrival::AtOnce, Another::Overwrites),
];

/// A part of a story. The sample of each row has each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Arrival(Arrival),
    BeforeNext(Another),
    AfterNext(Another),
    NextIsLost(bool),
}

fn is_full() -> bool {
    std::env::var("MATRIX").is_ok_and(|value| value == "full")
}

/// Kinds of loss with their places.
pub(super) fn losses(row: usize) -> Vec<Story> {
    if is_full() { all_losses() } else { some_losses(row) }
}

fn all_losses() -> Vec<Story> {
    What::LOSSES.iter().flat_map(|loss| PLACES.iter().map(|place| lost(loss, *place))).collect()
}

/// Each loss and each place. Four rows together have each loss in each place.
fn some_losses(row: usize) -> Vec<Story> {
    let places = PLACES.iter().cycle().skip(row % PLACES.len());
    What::LOSSES.iter().zip(places).map(|(loss, place)| lost(loss, *place)).collect()
}

fn lost(loss: &What, (arrival, before_next): (Arrival, Another)) -> Story {
    Story { loss: loss.clone(), arrival, before_next, after_next: Another::Nothing, next_is_lost: false }
}

/// Other writers in every gap, and a first attempt that arrives at any time.
pub(super) fn stories(row: usize) -> Vec<Story> {
    let all = all_stories();
    if is_full() { all } else { some(&all, row) }
}

/// The same without a writer in the second gap, for a slow backend.
pub(super) fn short_stories(row: usize) -> Vec<Story> {
    let all: Vec<_> = all_stories().into_iter().filter(is_short).collect();
    if is_full() { all } else { some(&all, row) }
}

fn is_short(story: &Story) -> bool {
    !story.next_is_lost && story.after_next == Another::Nothing
}

fn all_stories() -> Vec<Story> {
    let mut all = Vec::new();
    for arrival in ARRIVALS {
        for before_next in OTHERS {
            for after_next in OTHERS {
                for next_is_lost in [false, true] {
                    all.push(Story { loss: What::Reset, arrival, before_next, after_next, next_is_lost });
                }
            }
        }
    }
    all.retain(is_told_apart);
    all
}

/// The other stories show nothing new: a later writer in the second gap matters only to an attempt that arrives after it, and a
/// second lost answer only to an attempt that was in time or that comes last.
fn is_told_apart(story: &Story) -> bool {
    match (story.next_is_lost, story.after_next) {
        (false, Another::Nothing) => true,
        (true, Another::Nothing) => matches!(story.arrival, Arrival::AtOnce | Arrival::AfterAll),
        (false, _) => matches!(story.arrival, Arrival::AfterNext | Arrival::AfterAll),
        (true, _) => false,
    }
}

/// One story in which a write that is sent again happens twice, and others with all parts that stories have. Each row begins
/// somewhere else, so that the rows together have all stories.
fn some(all: &[Story], row: usize) -> Vec<Story> {
    /// Neighbours have most parts in common. No number of stories is a multiple of it.
    const STRIDE: usize = 11;
    let mut chosen: Vec<Story> = all.iter().filter(|story| happens_twice(story)).cloned().collect();
    for number in 0..all.len() {
        let story = &all[(row + number * STRIDE) % all.len()];
        let is_new = |part: &Part| !chosen.iter().any(|chosen| parts(chosen).contains(part));
        if number == 0 || parts(story).iter().any(is_new) {
            chosen.push(story.clone());
        }
    }
    chosen
}

/// The first attempt is carried out, and another writer makes the entry as it was before.
fn happens_twice(story: &Story) -> bool {
    is_short(story) && (story.arrival, story.before_next) == (Arrival::AtOnce, Another::Restores)
}

fn parts(story: &Story) -> [Part; 4] {
    let Story { loss: _, arrival, before_next, after_next, next_is_lost } = *story;
    [Part::Arrival(arrival), Part::BeforeNext(before_next), Part::AfterNext(after_next), Part::NextIsLost(next_is_lost)]
}

#[test]
fn each_row_has_every_part_and_all_rows_every_story() {
    let shown = |stories: &[Story]| stories.iter().map(|story| format!("{story:?}")).collect::<Vec<_>>();
    let (all, short) = (all_stories(), all_stories().into_iter().filter(is_short).collect::<Vec<_>>());
    for all in [all, short] {
        let mut left = shown(&all);
        for row in 0..super::WRITES.len() {
            let chosen = some(&all, row);
            assert!(chosen.len() < all.len() / 2 && happens_twice(&chosen[0]), "row {row}: {chosen:?}");
            let has = |part: &Part| chosen.iter().any(|story| parts(story).contains(part));
            let lacking: Vec<_> = all.iter().flat_map(parts).filter(|part| !has(part)).collect();
            assert!(lacking.is_empty(), "row {row} lacks {lacking:?}");
            left.retain(|story| !shown(&chosen).contains(story));
        }
        assert!(left.is_empty(), "no row has {left:?}");
    }
    let mut left = shown(&all_losses());
    for row in 0..PLACES.len() {
        let chosen = some_losses(row);
        assert_eq!(chosen.len(), What::LOSSES.len());
        left.retain(|story| !shown(&chosen).contains(story));
    }
    assert!(left.is_empty(), "no row has {left:?}");
}
