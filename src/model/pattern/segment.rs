//! Matches the parts between the stars of a pattern.

use std::ops::RangeInclusive;

use crate::model::Key;

/// A pattern for exactly one character.
#[derive(Clone)]
pub(super) enum CharPattern {
    Literal(char),
    Any,
    Class(Class),
}

impl CharPattern {
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

/// A set of characters, possibly negated.
#[derive(Clone)]
pub(super) struct Class {
    /// Sorted and disjoint.
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

/// Removes a segment from the start of a text, if it matches there.
pub(super) fn strip<'a>(segment: &[CharPattern], text: &'a str) -> Option<&'a str> {
    let mut chars = text.chars();
    for one in segment {
        if !one.matches(chars.next()?) {
            return None;
        }
    }
    Some(chars.as_str())
}

pub(super) fn ends_with(segment: &[CharPattern], text: &str) -> bool {
    let mut chars = text.chars().rev();
    segment.iter().rev().all(|one| chars.next().is_some_and(|char| one.matches(char)))
}

/// A segment to search for anywhere in a text.
#[derive(Clone)]
pub(super) enum Infix {
    /// The standard library finds it with the Two-Way algorithm, always in linear time.
    Literal(String),
    Wildcards(Box<ShiftAnd>),
}

impl Infix {
    pub(super) fn new(segment: &[CharPattern]) -> Self {
        match segment.iter().map(CharPattern::literal).collect() {
            Some(literal) => Self::Literal(literal),
            None => Self::Wildcards(Box::new(ShiftAnd::new(segment))),
        }
    }

    /// The text after its first occurrence.
    pub(super) fn strip_first<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Literal(literal) => text.split_once(literal).map(|(_, after)| after),
            Self::Wildcards(segment) => text.get(segment.end_of_first(text)?..),
        }
    }
}

/// A segment, searched with the Shift-And algorithm: one bit for each of its positions, 64 of which advance in one
/// step.
///
/// Source: Baeza-Yates and Gonnet, "A New Approach to Text Searching", Communications of the ACM 35 (10), 1992.
#[derive(Clone)]
pub(super) struct ShiftAnd {
    /// The first character, as a number, for which each row applies; the first is 0.
    starts: Vec<u32>,
    /// For each start, the matching positions as bits. At most 300 KB in all.
    rows: Vec<u64>,
    words_in_row: usize,
    /// The bit of the last position in the last word of a row.
    last_position: u64,
}

/// A segment is at most as long as the pattern, which is at most as long as a key.
const MAX_WORDS: usize = Key::MAX_BYTES.div_ceil(64);

impl ShiftAnd {
    fn new(segment: &[CharPattern]) -> Self {
        let words_in_row = segment.len().div_ceil(64);
        let mut row = vec![0; words_in_row];
        // The characters at which a position starts or stops to match.
        let mut changes = Vec::new();
        for (position, one) in segment.iter().enumerate() {
            let mut only =
                |from: char, to: char| changes.extend([(u32::from(from), position), (u32::from(to) + 1, position)]);
            match one {
                CharPattern::Any => flip(&mut row, position),
                CharPattern::Literal(char) => only(*char, *char),
                CharPattern::Class(Class { ranges, is_negated }) => {
                    for range in ranges {
                        only(*range.start(), *range.end());
                    }
                    if *is_negated {
                        flip(&mut row, position);
                    }
                }
            }
        }
        changes.sort_unstable();
        let (mut starts, mut rows) = (vec![0], row.clone());
        for at_one_character in changes.chunk_by(|(one, _), (other, _)| one == other) {
            for (_, position) in at_one_character {
                flip(&mut row, *position);
            }
            starts.extend(at_one_character.first().map(|(start, _)| *start));
            rows.extend_from_slice(&row);
        }
        Self { starts, rows, words_in_row, last_position: 1 << ((segment.len() - 1) % 64) }
    }

    fn row(&self, char: char) -> &[u64] {
        let begun = self.starts.partition_point(|start| {
            steps::count();
            *start <= u32::from(char)
        });
        let start = (begun - 1) * self.words_in_row;
        self.rows.get(start..start + self.words_in_row).unwrap_or_default()
    }

    /// The offset after its first occurrence.
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
            if last_word & self.last_position != 0 {
                return Some(start + char.len_utf8());
            }
        }
        None
    }
}

fn flip(row: &mut [u64], position: usize) {
    if let Some(word) = row.get_mut(position / 64) {
        *word ^= 1 << (position % 64);
    }
}

/// Counts steps of matching, for the tests.
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
