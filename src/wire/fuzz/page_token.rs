use std::sync::LazyLock;

use super::choices::Choices;
use crate::driver::{Cursor, Digest, Position};
use crate::model::Secret;
use crate::wire::page_token::{Error, PageTokens, cursor_of_plaintext};

/// Checks foreign tokens, damaged tokens, and the content of sealed tokens.
pub fn page_token(input: &[u8]) {
    static TOKENS: LazyLock<Option<PageTokens>> =
        LazyLock::new(|| Some(PageTokens::new(&Secret::try_from("s".repeat(32)).ok()?, &[])));
    let Some(tokens) = TOKENS.as_ref() else { return };

    let forged = String::from_utf8_lossy(input);
    let opened = tokens.bound_to(Digest::default(), 1).open(&forged);
    assert!(matches!(opened, Err(Error::NotValid)) || forged.is_empty(), "{forged:?} is valid");

    // Normally only the server seals tokens, but a secret may leak.
    let cursor = cursor_of_plaintext(input).unwrap_or(Cursor(vec![Position::Start]));
    let Cursor(positions) = &cursor;
    let bound = tokens.bound_to(Digest::default(), positions.len());
    let Ok(token) = bound.seal(Some(cursor.clone())) else { return };
    if let Ok(opened) = bound.open(&token) {
        assert_eq!(opened, Some(cursor), "a token opens as what was sealed");
    }
    let mut damaged = token.clone().into_bytes();
    Choices(input).damage(&mut damaged);
    let damaged = String::from_utf8_lossy(&damaged);
    if damaged != token && !damaged.is_empty() {
        assert!(matches!(bound.open(&damaged), Err(Error::NotValid)), "{damaged:?} is valid");
    }
}
