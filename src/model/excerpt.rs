//! Shortens texts from callers and from DynamoDB so that they can be returned and logged.

use std::borrow::Cow;

/// Replaces the omitted part.
const ELLIPSIS: char = '…';

/// Shortens a text to at most this many bytes by replacing its middle with an ellipsis.
pub(crate) fn excerpt(text: &str, max_bytes: usize) -> Cow<'_, str> {
    excerpt_by(text, max_bytes, char::len_utf8)
}

/// Like [`excerpt`], with `cost` as the size of a character, for example in a header that escapes some characters.
///
/// Reads no more of the text than it keeps.
pub(crate) fn excerpt_by(text: &str, max_bytes: usize, cost: impl Fn(char) -> usize) -> Cow<'_, str> {
    if fitting(text.chars(), max_bytes, &cost) == text.len() {
        return Cow::Borrowed(text);
    }
    let room = max_bytes.saturating_sub(cost(ELLIPSIS));
    let beginning = fitting(text.chars(), room.div_ceil(2), &cost);
    let end = fitting(text.chars().rev(), room / 2, &cost);
    let (beginning, end) = (text.get(..beginning), text.get(text.len() - end..));
    Cow::Owned(format!("{}{ELLIPSIS}{}", beginning.unwrap_or_default(), end.unwrap_or_default()))
}

/// The length of the longest prefix whose characters cost at most this much.
fn fitting(characters: impl Iterator<Item = char>, room: usize, cost: impl Fn(char) -> usize) -> usize {
    let mut left = room;
    let mut bytes = 0;
    for character in characters {
        let Some(rest) = left.checked_sub(cost(character)) else { break };
        left = rest;
        bytes += character.len_utf8();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_fits_is_left_as_it_is() {
        assert_eq!(excerpt("", 0), "");
        assert_eq!(excerpt("käse", 5), "käse");
        assert!(matches!(excerpt("key", 3), Cow::Borrowed("key")));
    }

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        assert_eq!(excerpt("0123456789", 9), "012…789");
        assert_eq!(excerpt("0123456789", 8), "012…89");
        assert_eq!(excerpt("ääääääääää", 12), "ää…ää");
        assert_eq!(excerpt_by("a b c d e f", 12, |next| if next == ' ' { 3 } else { 1 }), "a b…e f");
    }

    proptest! {
        #[test]
        fn no_excerpt_is_longer_than_it_may_be(text in "\\PC{0,40}", max in 3..50_usize) {
            let short = excerpt(&text, max);
            prop_assert!(short.len() <= max);
            prop_assert_eq!(text.len() <= max, short == text);
        }
    }
}
