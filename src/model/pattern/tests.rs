use proptest::prelude::*;

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
        let place = format!("has, at character {position}, ");
        assert!(refused(pattern).starts_with(&place), "{pattern}: {}", refused(pattern));
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

#[test]
fn no_part_of_a_key_reaches_a_log() {
    let patterns = [KeyPattern::Glob(Glob::parse("secret*").unwrap()), KeyPattern::prefix("secret".into()).unwrap()];
    assert!(!format!("{patterns:?}").contains("secret"));
}

/// Every way to divide the key among the stars, tried one after the other.
fn model(pattern: &[char], key: &[char]) -> bool {
    match (pattern, key) {
        ([], _) => key.is_empty(),
        (['*', rest @ ..], _) => (0..=key.len()).any(|taken| model(rest, &key[taken..])),
        (['?', rest @ ..], [_, key @ ..]) => model(rest, key),
        ([literal, rest @ ..], [char, key @ ..]) => literal == char && model(rest, key),
        (_, []) => false,
    }
}

proptest! {
    #[test]
    fn matching_agrees_with_trying_everything(pattern in "[ab*?é]{1,8}", key in "[abé]{0,10}") {
        let [pattern_chars, key_chars] = [&pattern, &key].map(|text| text.chars().collect::<Vec<_>>());
        prop_assert_eq!(matches(&pattern, &key), model(&pattern_chars, &key_chars));
    }

    #[test]
    fn every_match_begins_with_the_literal_prefix(pattern in r"[ab*?\[\]\\!-]{1,8}", key in r"[ab\[\]\\!-]{0,6}") {
        if let Ok(glob) = Glob::parse(&pattern) {
            prop_assert!(!glob.matches(&key) || key.starts_with(glob.literal_prefix()));
        }
    }
}
