//! The key that signs the requests of a day, and what else stays the same in them.

use aws_credential_types::Credentials;
use bytes::Bytes;
use hmac::digest::common::Key;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use http::header::InvalidHeaderValue;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::canonical::SignedTo;
use super::time::Timestamp;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const BLOCK_BYTES: usize = 64;
const HASH_BYTES: usize = 32;
const HEX_BYTES: usize = 2 * HASH_BYTES;

pub(super) struct SigningKey {
    day: u64,
    region: String,
    service: String,
    credentials: Credentials,
    /// The day, as a signature has it.
    date: String,
    /// The credential scope: what the key is good for.
    scope: String,
    token: Option<HeaderValue>,
    key: Zeroizing<[u8; HASH_BYTES]>,
}

impl SigningKey {
    /// # Errors
    /// The session token fits into no header.
    pub(super) fn derive(
        to: &SignedTo<'_>,
        credentials: &Credentials,
        at: Timestamp,
    ) -> Result<Self, InvalidHeaderValue> {
        let date = at.date();
        let mut key = Zeroizing::new(Vec::with_capacity(4 + credentials.secret_access_key().len()));
        key.extend_from_slice(b"AWS4");
        key.extend_from_slice(credentials.secret_access_key().as_bytes());
        let of_date = hmac(&key, &[date.as_bytes()]);
        let of_region = hmac(&*of_date, &[to.region.as_bytes()]);
        let of_service = hmac(&*of_region, &[to.service.as_bytes()]);
        Ok(Self {
            day: at.day,
            region: to.region.to_owned(),
            service: to.service.to_owned(),
            credentials: credentials.clone(),
            scope: format!("{date}/{}/{}/aws4_request", to.region, to.service),
            date,
            token: credentials.session_token().map(secret_value).transpose()?,
            key: hmac(&*of_service, &[b"aws4_request"]),
        })
    }

    /// Whether it signs a request to this place, by these credentials, at this time.
    pub(super) fn is_for(&self, to: &SignedTo<'_>, credentials: &Credentials, at: Timestamp) -> bool {
        self.day == at.day
            && self.region == to.region
            && self.service == to.service
            // Compares addresses first.
            && self.credentials == *credentials
    }

    pub(super) fn date(&self) -> &str {
        &self.date
    }

    pub(super) fn token(&self) -> Option<&HeaderValue> {
        self.token.as_ref()
    }

    /// The signature of a canonical request.
    pub(super) fn signature(&self, date_time: &[u8], hash_of_request: &[u8]) -> [u8; HEX_BYTES] {
        let parts = [ALGORITHM.as_bytes(), b"\n", date_time, b"\n", self.scope.as_bytes(), b"\n", hash_of_request];
        hex(&hmac(&*self.key, &parts))
    }

    /// The value of the `authorization` header.
    ///
    /// # Errors
    /// The access key id fits into no header.
    pub(super) fn authorization(&self, names: &str, signature: &[u8]) -> Result<HeaderValue, InvalidHeaderValue> {
        let parts: [&[u8]; 9] = [
            ALGORITHM.as_bytes(),
            b" Credential=",
            self.credentials.access_key_id().as_bytes(),
            b"/",
            self.scope.as_bytes(),
            b", SignedHeaders=",
            names.as_bytes(),
            b", Signature=",
            signature,
        ];
        let mut value = HeaderValue::from_maybe_shared(Bytes::from(parts.concat()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn secret_value(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; HASH_BYTES]> {
    let mut block = Zeroizing::new([0; BLOCK_BYTES]);
    // HMAC hashes keys that are longer than a block (RFC 2104, section 2).
    let hashed = (key.len() > block.len()).then(|| Zeroizing::new(<[u8; HASH_BYTES]>::from(Sha256::digest(key))));
    for (to, from) in block.iter_mut().zip(hashed.as_deref().map_or(key, |hashed| hashed)) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(<&Key<Hmac<Sha256>>>::from(&*block));
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// The SHA-256 hash, in lower-case hexadecimal.
pub(super) fn hex_hash(data: &[u8]) -> [u8; HEX_BYTES] {
    hex(&Sha256::digest(data).into())
}

fn hex(hash: &[u8; HASH_BYTES]) -> [u8; HEX_BYTES] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    let mut text = [0; HEX_BYTES];
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
        for (to, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *to = digit(nibble);
        }
    }
    text
}
