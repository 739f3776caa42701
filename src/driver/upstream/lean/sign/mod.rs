//! AWS Signature Version 4 for `POST` requests without a query, as DynamoDB's JSON protocol sends them.
//!
//! Source: "Create a signed AWS API request", AWS Identity and Access Management User Guide.

mod canonical;
mod key;
#[cfg(test)]
mod tests;
mod time;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use aws_credential_types::Credentials;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue, InvalidHeaderValue};

use canonical::{DATE, SECURITY_TOKEN};
pub(super) use canonical::{SignedTo, canonical_path};
use key::{SigningKey, hex_hash};
use time::Timestamp;

/// The credentials have characters that no header can carry.
#[derive(Debug, thiserror::Error)]
#[error("the AWS access key id or the session token has characters that no HTTP header can carry")]
pub(super) struct Unsignable(#[from] InvalidHeaderValue);

/// Signs requests. It keeps the signing key, which changes with the day, the region, the service and the credentials.
#[derive(Default)]
pub(super) struct Signer {
    key: ArcSwapOption<SigningKey>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

impl Signer {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Signs a request: adds `x-amz-date`, `authorization` and, with a session token, `x-amz-security-token`. The signature
    /// covers these, the body, the host, and of `headers` `content-type` and `x-amz-target`. The values of those have no
    /// spaces around them or in a row.
    ///
    /// # Cost
    /// Two hashes and an HMAC. The first signature of a day, and with new credentials, takes four HMACs more.
    ///
    /// # Errors
    /// The credentials fit into no header. The headers may have changed.
    pub(super) fn sign(
        &self,
        headers: &mut HeaderMap,
        to: &SignedTo<'_>,
        body: &[u8],
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<(), Unsignable> {
        let at = Timestamp::from(now);
        let cached = self.key.load();
        let derived;
        let key = if let Some(key) = cached.as_deref().filter(|key| key.is_for(to, credentials, at)) {
            key
        } else {
            derived = Arc::new(SigningKey::derive(to, credentials, at)?);
            self.key.store(Some(Arc::clone(&derived)));
            &*derived
        };
        let date_time = at.date_time(key.date());
        headers.insert(DATE, HeaderValue::from_bytes(&date_time)?);
        match key.token() {
            Some(token) => headers.insert(SECURITY_TOKEN, token.clone()),
            None => headers.remove(SECURITY_TOKEN),
        };
        let (request, names) = canonical::request(headers, to, &hex_hash(body));
        let signature = key.signature(&date_time, &hex_hash(&request));
        headers.insert(AUTHORIZATION, key.authorization(&names, &signature)?);
        Ok(())
    }
}
