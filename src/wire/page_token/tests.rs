use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;

use super::*;
use crate::model::Attributes;

fn secret(letter: char) -> Secret {
    Secret::try_from(letter.to_string().repeat(32)).unwrap()
}

fn tokens(newest: char, older: &[char]) -> PageTokens {
    PageTokens::new(&secret(newest), &older.iter().copied().map(secret).collect::<Vec<_>>())
}

fn request(name: &str) -> Digest {
    let mut digest = Digest::default();
    digest.bytes(name.as_bytes());
    digest
}

fn key(text: &str) -> Attributes {
    Attributes::from([("pk".to_owned(), AttributeValue::S(text.to_owned()))])
}

fn cursor() -> Cursor {
    let mixed = Attributes::from([
        ("pk".to_owned(), AttributeValue::N("1E+2".to_owned())),
        ("sk".to_owned(), AttributeValue::B(Blob::new([0, 255]))),
        ("gsi".to_owned(), AttributeValue::S("é".to_owned())),
    ]);
    Cursor(vec![Position::Start, Position::After(mixed), Position::Done, Position::After(key("secret"))])
}

fn is_not_valid(opened: &Result<Option<Cursor>, Error>) -> bool {
    matches!(opened, Err(Error::NotValid))
}

#[test]
fn a_token_opens_as_what_was_sealed() {
    let tokens = tokens('a', &[]);
    let bound = tokens.bound_to(request("one"), 4);
    let token = bound.seal(Some(cursor())).unwrap();
    assert_eq!(bound.open(&token).unwrap(), Some(cursor()));
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
    assert_ne!(token, bound.seal(Some(cursor())).unwrap(), "a nonce is never used again");
}

#[test]
fn the_empty_token_is_no_place() {
    let tokens = tokens('a', &[]);
    let bound = tokens.bound_to(request("one"), 1);
    assert_eq!(bound.seal(None).unwrap(), "");
    assert_eq!(bound.open("").unwrap(), None);
}

#[test]
fn a_token_is_for_one_request_with_its_number_of_positions() {
    let tokens = tokens('a', &[]);
    let token = tokens.bound_to(request("one"), 4).seal(Some(cursor())).unwrap();
    assert!(is_not_valid(&tokens.bound_to(request("other"), 4).open(&token)));
    assert!(is_not_valid(&tokens.bound_to(request("one"), 5).open(&token)));
}

#[test]
fn the_first_secret_seals_and_all_open() {
    let sealed = |tokens: PageTokens| tokens.bound_to(request("one"), 4).seal(Some(cursor())).unwrap();
    let opens = |tokens: PageTokens, token: &str| tokens.bound_to(request("one"), 4).open(token).is_ok();
    let token = sealed(tokens('b', &['a']));
    for (newest, older, is_taken) in
        [('b', &[][..], true), ('c', &['b'], true), ('c', &['a', 'b'], true), ('a', &[], false), ('c', &['a'], false)]
    {
        assert_eq!(opens(tokens(newest, older), &token), is_taken, "{newest} {older:?}");
    }
}

#[test]
fn what_is_damaged_does_not_open() {
    let tokens = tokens('a', &[]);
    let bound = tokens.bound_to(request("one"), 4);
    let token = bound.seal(Some(cursor())).unwrap();
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap();
    for (index, bit) in (0..sealed.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
        let mut flipped = sealed.clone();
        flipped[index] ^= 1 << bit;
        assert!(is_not_valid(&bound.open(&BASE64_URL_SAFE_NO_PAD.encode(flipped))), "bit {bit} of byte {index}");
    }
    for length in 1..token.len() {
        assert!(is_not_valid(&bound.open(&token[..length])), "the first {length} characters");
    }
    for text in [format!("{token}A"), format!("{token}="), format!(" {token}"), token.to_lowercase(), "é".into()] {
        assert!(is_not_valid(&bound.open(&text)), "{text}");
    }
    assert!(is_not_valid(&bound.open(&"A".repeat(MAX_BYTES + 1))));
}

#[test]
fn the_largest_place_there_is_fits() {
    let value = |bytes| AttributeValue::S("k".repeat(bytes));
    let name = |index: usize| format!("{index}{}", "n".repeat(254));
    let position = || Position::After((0..4).map(|index| (name(index), value(2048 - index % 2 * 1024))).collect());
    let tokens = tokens('a', &[]);
    let bound = tokens.bound_to(request("one"), 32);
    let cursor = Cursor((0..32).map(|_| position()).collect());
    let token = bound.seal(Some(cursor.clone())).unwrap();
    assert_eq!(bound.open(&token).unwrap(), Some(cursor), "{} characters", token.len());
}

#[test]
fn nothing_of_a_secret_or_a_key_is_shown() {
    let tokens = tokens('a', &['b']);
    assert!(!format!("{tokens:?} {:?}", cursor()).contains("aaa"));
    assert!(!format!("{:?}", cursor()).contains("secret"));
}

proptest! {
    #[test]
    fn no_text_is_taken_for_a_token(text in "\\PC{0,80}") {
        let tokens = tokens('a', &[]);
        let bound = tokens.bound_to(request("one"), 1);
        prop_assert!(text.is_empty() || is_not_valid(&bound.open(&text)));
    }
}
