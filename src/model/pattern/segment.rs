//! What lies between the stars of a pattern, and where it occurs in a key.

use std::ops::RangeInclusive;

use crate::model::Key;

/// What stands for exactly one character.
#[derive(Clone)]
pub(super) enum One {
    Literal(char),
    Any,
    Class(Class),
}

impl One {
    pub(super) fn literal(&self) -> Option<char> {
        match self {
            Self::Literal(char) => Some(*char),
            Self::Any | Self::Class(_) => None,
        }
    }

    fn matches(&self, char: char) -> bool {
        steps::count();
        match self {
            Self::Literal(literal) => *literal == char,
            Self::Any => true,
            Self::Class(class) => class.contains(char),
        }
    }
}

/// These characters, or all but these.
#[derive(Clone)]
pub(super) struct Class {
    /// In order; none overlaps another.
    ranges: Vec<RangeInclusive<char>>,
    is_negated: bool,
}

impl Class {
    pub(super) fn new(mut ranges: Vec<RangeInclusive<char>>, is_negated: bool) -> Self {
        ranges.sort_unstable_by_key(|range| *range.start());
        let mut merged: Vec<RangeInclusive<char>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start() <= last.end() => *last = *last.start()..=*last.end().max(range.end()),
                Some(_) | None => merged.push(range),
            }
        }
        Self { ranges: merged, is_negated }
    }

    fn contains(&self, char: char) -> bool {
        let ends_before = |range: &RangeInclusive<char>| {
            steps::count();
            *range.end() < char
        };
        let nearest = self.ranges.get(self.ranges.partition_point(ends_before));
        nearest.is_some_and(|range| range.contains(&char)) != self.is_negated
    }
}

/// What follows a segment with which the text begins.
pub(super) fn strip<'a>(segment: &[One], text: &'a str) -> Option<&'a str> {
    let mut chars = text.chars();
    for one in segment {
        if !one.matches(chars.next()?) {
            return None;
        }
    }
    Some(chars.as_str())
}

pub(super) fn ends_with(segment: &[One], text: &str) -> bool {
    let mut chars = text.chars().rev();
    segment.iter().rev().all(|one| chars.next().is_some_and(|char| one.matches(char)))
}

/// A segment that may occur anywhere.
#[derive(Clone)]
pub(super) enum Needle {
    /// The standard library looks for it by the Two-Way algorithm: in linear time, whatever the text is.
    Literal(String),
    Wildcards(Box<ShiftAnd>),
}

impl Needle {
    pub(super) fn new(segment: &[One]) -> Self {
        match segment.iter().map(One::literal).collect() {
            Some(literal) => Self::Literal(literal),
            None => Self::Wildcards(Box::new(ShiftAnd::new(segment))),
        }
    }

    /// What follows it where it occurs first.
    pub(super) fn strip_first<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Literal(literal) => text.split_once(literal).map(|(_, after)| after),
            Self::Wildcards(segment) => text.get(segment.end_of_first(text)?..),
        }
    }
}

/// A segment, searched for by the Shift-And algorithm: one bit for each of its places, 64 of which move on in one step.
///
/// Source: Baeza-Yates and Gonnet, "A New Approach to Text Searching", Communications of the ACM 35 (10), 1992.
#[derive(Clone)]
pub(super) struct ShiftAnd {
    /// From which characters on, by their numbers, which row is valid; the first begins at 0.
    starts: Vec<u32>,
    /// For each of these the places that match, as bits in so many words. All of them take 300 KB at most.
    rows: Vec<u64>,
    words_in_row: usize,
    /// The bit, in the last word of a row, of the last place.
    last_place: u64,
}

/// A segment is not longer than the pattern, which is not longer than a key.
const MAX_WORDS: usize = Key::MAX_BYTES.div_ceil(64);

impl ShiftAnd {
    fn new(segment: &[One]) -> Self {
        let words_in_row = segment.len().div_ceil(64);
        let mut row = vec![0; words_in_row];
        // At which characters a place begins to match or ceases to.
        let mut changes = Vec::new();
        for (place, one) in segment.iter().enumerate() {
            let mut only =
                |from: char, to: char| changes.extend([(u32::from(from), place), (u32::from(to) + 1, place)]);
            match one {
                One::Any => flip(&mut row, place),
                One::Literal(char) => only(*char, *char),
                One::Class(Class { ranges, is_negated }) => {
                    for range in ranges {
                        only(*range.start(), *range.end());
                    }
                    if *is_negated {
                        flip(&mut row, place);
                    }
                }
            }
        }
        changes.sort_unstable();
        let (mut starts, mut rows) = (vec![0], row.clone());
        for at_one_character in changes.chunk_by(|(one, _), (other, _)| one == other) {
            for (_, place) in at_one_character {
                flip(&mut row, *place);
            }
            starts.extend(at_one_character.first().map(|(start, _)| *start));
            rows.extend_from_slice(&row);
        }
        Self { starts, rows, words_in_row, last_place: 1 << ((segment.len() - 1) % 64) }
    }

    fn row(&self, char: char) -> &[u64] {
        let begun = self.starts.partition_point(|start| {
            steps::count();
            *start <= u32::from(char)
        });
        let start = (begun - 1) * self.words_in_row;
        self.rows.get(start..start + self.words_in_row).unwrap_or_default()
    }

    /// The byte behind the place where it occurs first.
    fn end_of_first(&self, text: &str) -> Option<usize> {
        let mut state = [0_u64; MAX_WORDS];
        for (start, char) in text.char_indices() {
            let mut carried = 1;
            let mut last_word = 0;
            for (word, row) in state.iter_mut().zip(self.row(char)) {
                steps::count();
                let moved = (*word << 1 | carried) & row;
                carried = *word >> 63;
                *word = moved;
                last_word = moved;
            }
            if last_word & self.last_place != 0 {
                return Some(start + char.len_utf8());
            }
        }
        None
    }
}

fn flip(row: &mut [u64], place: usize) {
    if let Some(word) = row.get_mut(place / 64) {
        *word ^= 1 << (place % 64);
    }
}

/// What matching costs, for the tests.
#[cfg(test)]
pub(super) mod steps {
    use std::cell::Cell;

    thread_local!(static TAKEN: Cell<usize> = const { Cell::new(0) });

    pub(super) fn count() {
        TAKEN.set(TAKEN.get() + 1);
    }

    pub(in crate::model::pattern) fn taken_by(work: impl FnOnce()) -> usize {
        let before = TAKEN.get();
        work();
        TAKEN.get() - before
    }
}

#[cfg(not(test))]
mod steps {
    #[inline]
    pub(super) fn count() {}
}
