//! Page tokens (AIP-158): the position of the next page, encrypted so that callers can neither read nor change it.
//!
//! A token contains keys, perhaps of items that a filter hides from the caller or that belong to another tenant. So it
//! is encrypted and bound to the caller, the RPC, the table's name in DynamoDB, and every other part of the request
//! that decides which items come in which order.
//!
//! ```text
//! base64url(version byte | nonce, 24 bytes | XChaCha20-Poly1305 of the positions; associated data: a digest of the above)
//! ```

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use prost::Message;

use super::value;
use crate::driver::{Cursor, Digest, Position};
use crate::model::Secret;
use crate::pb;

/// Version of the token format.
const VERSION: u8 = 1;

/// The key derivation context, unique to this use of the secret.
const KEY_CONTEXT: &str = "dynakv.v1 2026-11-22 page tokens XChaCha20-Poly1305";

const NONCE_BYTES: usize = 24;

/// Maximum length of a token: well above 32 positions of four keys each, of 2,048 or 1,024 bytes.
const MAX_BYTES: usize = 512 * 1024;

/// Why a token could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The caller does not learn whether the token is forged, damaged, too old or from another request.
    #[error("page_token: is not valid for this request")]
    NotValid,
    #[error("the operating system gives no randomness for a page token")]
    NoRandomness(#[from] getrandom::Error),
    /// The plaintext is too long for the cipher. No cursor is.
    #[error("a page token could not be sealed")]
    Seal,
}

/// Seals and opens page tokens. Cheap to clone.
#[derive(Clone)]
pub struct PageTokens(Arc<Ciphers>);

struct Ciphers {
    newest: XChaCha20Poly1305,
    older: Vec<XChaCha20Poly1305>,
}

impl PageTokens {
    /// Seals tokens with the newest secret and opens tokens of all of them.
    #[must_use]
    pub fn new(newest: &Secret, older: &[Secret]) -> Self {
        Self(Arc::new(Ciphers { newest: cipher(newest), older: older.iter().map(cipher).collect() }))
    }

    /// The tokens of one request, whose cursor has this many positions.
    pub(super) fn bound_to(&self, request: Digest, positions: usize) -> BoundTokens<'_> {
        BoundTokens { ciphers: &self.0, request: request.into_hash(), positions }
    }
}

fn cipher(secret: &Secret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&blake3::derive_key(KEY_CONTEXT, secret.expose().as_bytes()).into())
}

/// Shows nothing of the keys.
impl fmt::Debug for PageTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageTokens").field("older", &self.0.older.len()).finish_non_exhaustive()
    }
}

/// The tokens of one request.
pub(crate) struct BoundTokens<'a> {
    ciphers: &'a Ciphers,
    request: [u8; 32],
    positions: usize,
}

impl BoundTokens<'_> {
    /// Seals a cursor. No cursor becomes the empty token.
    pub(super) fn seal(&self, next: Option<Cursor>) -> Result<String, Error> {
        let Some(cursor) = next else { return Ok(String::new()) };
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let positions = Positions::from(cursor).encode_to_vec();
        let payload = Payload { msg: &positions, aad: &self.request };
        let sealed = self.ciphers.newest.encrypt(&XNonce::from(nonce), payload).map_err(|_| Error::Seal)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([&[VERSION], nonce.as_slice(), &sealed].concat()))
    }

    /// Opens a token. The empty token is no cursor.
    pub(super) fn open(&self, token: &str) -> Result<Option<Cursor>, Error> {
        match token.len() {
            0 => Ok(None),
            1..=MAX_BYTES => self.cursor(token).map(Some).ok_or(Error::NotValid),
            _ => Err(Error::NotValid),
        }
    }

    fn cursor(&self, token: &str) -> Option<Cursor> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        if *version != VERSION {
            return None;
        }
        let open = |cipher: &XChaCha20Poly1305| {
            cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &self.request }).ok()
        };
        let Ciphers { newest, older } = self.ciphers;
        let positions = std::iter::once(newest).chain(older).find_map(open)?;
        let Cursor(positions) = Positions::decode(positions.as_slice()).ok()?.into_cursor()?;
        (positions.len() == self.positions).then_some(Cursor(positions))
    }
}

/// The plaintext of a token.
#[derive(Clone, PartialEq, Message)]
struct Positions {
    #[prost(message, repeated, tag = "1")]
    positions: Vec<SealedPosition>,
}

#[derive(Clone, PartialEq, Message)]
struct SealedPosition {
    /// Unset for the start.
    #[prost(oneof = "Reached", tags = "1, 2")]
    reached: Option<Reached>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Reached {
    #[prost(message, tag = "1")]
    Key(pb::AttributeMap),
    #[prost(message, tag = "2")]
    End(()),
}

impl From<Cursor> for Positions {
    fn from(Cursor(positions): Cursor) -> Self {
        let sealed = |position| {
            let reached = match position {
                Position::Start => None,
                Position::After(key) => Some(Reached::Key(key.into())),
                Position::Done => Some(Reached::End(())),
            };
            SealedPosition { reached }
        };
        Self { positions: positions.into_iter().map(sealed).collect() }
    }
}

impl Positions {
    fn into_cursor(self) -> Option<Cursor> {
        let position = |SealedPosition { reached }| match reached {
            None => Some(Position::Start),
            Some(Reached::Key(pb::AttributeMap { fields })) => value::attributes(fields, "").ok().map(Position::After),
            Some(Reached::End(())) => Some(Position::Done),
        };
        self.positions.into_iter().map(position).collect::<Option<_>>().map(Cursor)
    }
}

/// Decodes a plaintext.
#[cfg(any(test, feature = "fuzz-internals"))]
pub(super) fn cursor_of_plaintext(bytes: &[u8]) -> Option<Cursor> {
    Positions::decode(bytes).ok()?.into_cursor()
}

#[cfg(test)]
mod tests;
