use proptest::prelude::*;

use super::segment::steps;
use super::*;

fn matches(pattern: &str, key: &str) -> bool {
    Glob::parse(pattern).unwrap().matches(key)
}

#[test]
fn patterns_match_whole_keys() {
    for (pattern, matching, others) in [
        (
            "user:*:cart",
            &["user:1:cart", "user::cart", "user:a:cart:b:cart"][..],
            &["user:1:cart2", "xuser:1:cart"][..],
        ),
        ("*", &["", "a", "a/b", ".hidden", "line\nbreak", "é"], &[]),
        ("**a**", &["a", "bab"], &["", "b"]),
        ("?", &["a", "é", "/", "\n", "👍"], &["", "ab", "e\u{301}"]),
        ("a?c", &["abc", "a👍c"], &["ac", "abbc", "abcd"]),
        ("*ab*ab*", &["abab", "xabyabz"], &["ab", "aba", "abxa"]),
        ("a*a", &["aa", "aba"], &["a", "ab"]),
        ("*aab", &["aaab", "aab"], &["aaba"]),
        ("[abc]", &["a", "c"], &["d", "", "ab", "[abc]"]),
        ("[a-cx]", &["b", "x"], &["d", "-", "w"]),
        ("[!a-c]", &["d", "é", "!"], &["a", "c", ""]),
        ("[-a]", &["-", "a"], &["b"]),
        ("[a-]", &["-", "a"], &["b"]),
        ("[!-]", &["a"], &["-"]),
        ("[a!^]", &["a", "!", "^"], &["b"]),
        ("[*?[]", &["*", "?", "["], &["a"]),
        (r"[\]\\\-]", &["]", "\\", "-"], &["a"]),
        (r"[\!-\)]", &["!", "(", ")"], &["*", "a"]),
        (r"[\^]", &["^"], &["a"]),
        ("[ä-ö]", &["ä", "é", "ö"], &["a", "ü"]),
        (r"\*\?\[a]\\", &["*?[a]\\"], &["xx[a]\\"]),
        ("a]b-c!", &["a]b-c!"], &["a"]),
        (r"\a", &["a"], &[r"\a"]),
        ("plain", &["plain"], &["plai", "plainer", "PLAIN"]),
    ] {
        for key in matching {
            assert!(matches(pattern, key), "{pattern} matches {key:?}");
        }
        for key in others {
            assert!(!matches(pattern, key), "{pattern} does not match {key:?}");
        }
    }
}

#[test]
fn a_malformed_pattern_is_refused_with_the_place() {
    let refused = |pattern: &str| Glob::parse(pattern).unwrap_err().problem;
    for (pattern, position) in [
        ("[abc", 1),
        ("é[a", 2),
        ("a[", 2),
        ("a[!", 2),
        ("[]", 1),
        ("[]a]", 1),
        ("[!]", 1),
        ("a[z-a]", 3),
        ("[b-a", 2),
        ("[^a]", 2),
        ("a\\", 2),
        ("[a\\", 3),
        ("[a-\\", 4),
        ("[a-", 1),
    ] {
        let position = format!("has, at character {position}, ");
        assert!(refused(pattern).starts_with(&position), "{pattern}: {}", refused(pattern));
    }
    assert!(refused("").starts_with("must not be empty"));
    assert_eq!(Glob::parse(&"k".repeat(2049)).unwrap_err().limit.as_deref(), Some("2048 bytes"));
    assert!(Glob::parse(&"?".repeat(2048)).is_ok());
}

#[test]
fn a_prefix_is_no_longer_than_a_key() {
    assert_eq!(KeyPattern::prefix(String::new()).unwrap(), KeyPattern::All);
    assert!(KeyPattern::prefix("k".repeat(2048)).is_ok());
    assert_eq!(KeyPattern::prefix("k".repeat(2049)).unwrap_err().limit.as_deref(), Some("2048 bytes"));
}

#[test]
fn the_literal_prefix_ends_at_the_first_wildcard() {
    for (pattern, prefix) in [
        ("user:*:cart", "user:"),
        ("user:?", "user:"),
        ("us[e]r", "us"),
        (r"a\*b*", "a*b"),
        ("*", ""),
        ("plain", "plain"),
        ("é?", "é"),
    ] {
        assert_eq!(Glob::parse(pattern).unwrap().literal_prefix(), prefix, "{pattern}");
    }
}

#[test]
fn patterns_and_keys_that_nearly_match_everywhere_are_judged_all_the_same() {
    let pattern = format!("{}b", "*a".repeat(1000));
    assert!(!matches(&pattern, &"a".repeat(2048)));
    assert!(matches(&pattern, &format!("{}b", "a".repeat(2000))));
    let pattern = format!("*{}b*c", "a?".repeat(500));
    assert!(!matches(&pattern, &"a".repeat(2048)));
}

/// A key of maximum length, of one repeated character.
fn longest(char: char) -> String {
    char.to_string().repeat(Key::MAX_BYTES / char.len_utf8())
}

/// This many distinct characters.
fn distinct(count: u32) -> impl Iterator<Item = char> {
    (0..count).map(|index| char::from_u32(0x100 + 2 * index).unwrap())
}

#[test]
fn a_key_costs_no_more_steps_than_its_length_allows() {
    let characters = longest('a').len();
    let many_ranges: String = distinct(900).collect();
    let many_classes: String = distinct(290).flat_map(|char| ['[', char, 'z', ']']).collect();
    for (pattern, key) in [
        (format!("*{}b*c", "a?".repeat(1000)), longest('a')),
        (format!("*{}?b*", "a".repeat(1000)), longest('a')),
        (format!("{}b", "*?a".repeat(600)), longest('a')),
        (format!("*[{many_ranges}]?b*"), longest('ࠆ')),
        (format!("{}[{many_ranges}]", "?".repeat(200)), longest('ࠆ')),
        (format!("*{many_classes}*"), longest('y')),
        (format!("*{}?*", distinct(900).collect::<String>()), distinct(900).collect()),
    ] {
        let glob = Glob::parse(&pattern).unwrap();
        let taken = steps::taken_by(|| assert!(!glob.matches(&key)));
        // Each character takes a binary search among less than 2^12 rows and a step for each 64 positions.
        let bound = characters * (12 + pattern.len().div_ceil(64));
        assert!(taken <= bound, "{taken} steps, {bound} are allowed: {pattern}");
    }
}

/// A quadratic algorithm would take minutes here.
#[test]
fn a_long_literal_is_looked_for_in_linear_time() {
    let glob = Glob::parse(&format!("*{}b*", "a".repeat(1000))).unwrap();
    let key = longest('a');
    assert!((0..5_000).all(|_| !glob.matches(&key)));
}

#[test]
fn a_part_with_wildcards_may_be_longer_than_a_word() {
    for length in [1, 62, 63, 64, 65, 126, 127, 128, 129, 500] {
        let wanted = format!("{}?[a-c]x", "a".repeat(length));
        let found = format!("{}éax", "a".repeat(length));
        let pattern = format!("*{wanted}*{wanted}*");
        assert!(matches(&pattern, &format!("b{found}{found}")), "{length}");
        assert!(matches(&pattern, &format!("aaa{found}é{found}éé")), "{length}");
        assert!(!matches(&pattern, &format!("{found}{}", &found[1..])), "{length}");
    }
}

#[test]
fn a_class_is_the_same_however_its_ranges_lie() {
    for class in ["[a-cb-d]", "[b-da-c]", "[a-db]", "[abcd]", "[a-bc-d]", "[dcba]", "[a-da-d]"] {
        for (pattern, is_negated) in [(class.to_owned(), false), (class.replace('[', "[!"), true)] {
            for char in ['`', 'a', 'b', 'c', 'd', 'e', '\0', '\u{10ffff}'] {
                let is_among = ('a'..='d').contains(&char);
                let between_stars = format!("*{pattern}*");
                assert_eq!(matches(&pattern, &char.to_string()), is_among != is_negated, "{pattern} {char:?}");
                assert_eq!(
                    matches(&between_stars, &char.to_string()),
                    is_among != is_negated,
                    "{between_stars} {char:?}"
                );
            }
        }
    }
    for (pattern, key) in [("*[\0-\u{10ffff}]*", "\u{10ffff}"), ("*[\u{d7ff}-\u{e000}]*", "\u{e000}")] {
        assert!(matches(pattern, key) && !matches(&pattern.replace('[', "[!"), key));
    }
}

#[test]
fn no_part_of_a_key_reaches_a_log() {
    let patterns = [KeyPattern::Glob(Glob::parse("secret*").unwrap()), KeyPattern::prefix("secret".into()).unwrap()];
    assert!(!format!("{patterns:?}").contains("secret"));
}

/// A reference implementation that tries every way to divide the key among the stars. A class contains two characters
/// or all but two.
fn model(pattern: &[char], key: &[char]) -> bool {
    match (pattern, key) {
        ([], _) => key.is_empty(),
        (['*', rest @ ..], _) => (0..=key.len()).any(|taken| model(rest, &key[taken..])),
        (['?', rest @ ..], [_, key @ ..]) => model(rest, key),
        (['[', '!', one, other, ']', rest @ ..], [char, key @ ..]) => ![one, other].contains(&char) && model(rest, key),
        (['[', one, other, ']', rest @ ..], [char, key @ ..]) => [one, other].contains(&char) && model(rest, key),
        ([literal, rest @ ..], [char, key @ ..]) => literal == char && model(rest, key),
        (_, []) => false,
    }
}

fn agrees(pattern: &str, key: &str) -> Result<(), TestCaseError> {
    let [pattern_chars, key_chars] = [pattern, key].map(|text| text.chars().collect::<Vec<_>>());
    prop_assert_eq!(matches(pattern, key), model(&pattern_chars, &key_chars));
    Ok(())
}

proptest! {
    #[test]
    fn matching_agrees_with_trying_everything(pattern in "[ab*?é]{1,8}", key in "[abé]{0,10}") {
        agrees(&pattern, &key)?;
    }

    #[test]
    fn matching_with_classes_agrees_with_trying_everything(
        pattern in "(\\*|[abé?]|\\[!?[abcé]{2}\\]){1,8}", key in "[abcé]{0,12}",
    ) {
        agrees(&pattern, &key)?;
    }

    /// Parts with more than 64 positions, which almost match at many places of the key.
    #[test]
    fn matching_long_parts_agrees_with_trying_everything(
        run in 60_usize..70, part in "[a?]{1,3}", tail in "[ab]{0,2}", key in "(a{50,80}b?){1,3}",
    ) {
        agrees(&format!("*{}{part}{}{tail}*", "a".repeat(run), "?a".repeat(run / 2)), &key)?;
    }

    #[test]
    fn every_match_begins_with_the_literal_prefix(pattern in r"[ab*?\[\]\\!-]{1,8}", key in r"[ab\[\]\\!-]{0,6}") {
        if let Ok(glob) = Glob::parse(&pattern) {
            prop_assert!(!glob.matches(&key) || key.starts_with(glob.literal_prefix()));
        }
    }
}
