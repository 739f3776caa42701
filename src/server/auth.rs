//! Authentication by bearer token.

use http::{HeaderMap, header::AUTHORIZATION};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tonic::Status;

use crate::config::{Auth, Token};
use crate::service::Principal;
use crate::wire::status::{Reason, status};

/// Checks bearer tokens (RFC 6750).
#[derive(Debug)]
pub(super) struct Authenticator {
    tokens: Vec<Token>,
}

impl Authenticator {
    pub(super) fn new(auth: &Auth) -> Self {
        Self { tokens: auth.tokens.clone() }
    }

    /// The caller's principal. `None` if no tokens are configured: then everybody may call.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<Option<Principal>, Status> {
        if self.tokens.is_empty() {
            return Ok(None);
        }
        let unauthenticated = |message: &str| status(Reason::Unauthenticated, message);
        let token = headers.get(AUTHORIZATION).and_then(|value| bearer(value.as_bytes()));
        let Some(token) = token else {
            return Err(unauthenticated("the call needs a bearer token in its authorization metadata"));
        };
        self.find(token).map(Some).ok_or_else(|| unauthenticated("the bearer token is not valid"))
    }

    /// Compares the token's digest with every configured one, so that the time it takes reveals nothing.
    fn find(&self, token: &[u8]) -> Option<Principal> {
        let digest = Sha256::digest(token);
        let matches = |known: &&Token| digest.as_slice().ct_eq(&known.digest);
        let equal: Vec<(Choice, &Token)> = self.tokens.iter().map(|known| (matches(&known), known)).collect();
        let (_, token) = equal.into_iter().find(|(equal, _)| bool::from(*equal))?;
        Some(Principal(token.principal.as_str().into()))
    }
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    (scheme.eq_ignore_ascii_case(b"Bearer ") && !token.is_empty()).then_some(token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tokens: &[(&str, &str)], authorization: Option<&'static str>) -> Result<Option<Principal>, tonic::Code> {
        let token = |(principal, token): &(&str, &str)| Token {
            principal: (*principal).to_owned(),
            digest: Sha256::digest(token).into(),
        };
        let headers = authorization.map(|value| (AUTHORIZATION, http::HeaderValue::from_static(value)));
        let authenticator = Authenticator::new(&Auth { tokens: tokens.iter().map(token).collect() });
        authenticator.check(&headers.into_iter().collect()).map_err(|status| status.code())
    }

    #[test]
    fn a_configured_token_names_its_principal() {
        let tokens = [("orders", "one"), ("billing", "two"), ("billing", "three")];
        let principal = |name: &str| Ok(Some(Principal(name.into())));
        assert_eq!(check(&tokens, Some("Bearer one")), principal("orders"));
        assert_eq!(check(&tokens, Some("bearer two")), principal("billing"));
        assert_eq!(check(&tokens, Some("BEARER three")), principal("billing"));
        assert_eq!(check(&[], None), Ok(None));
    }

    #[test]
    fn anything_else_is_refused() {
        let tokens = [("orders", "one")];
        for value in [
            None,
            Some(""),
            Some("Bearer "),
            Some("Bearer"),
            Some("Bearer on"),
            Some("Bearer onee"),
            Some("Basic one"),
            Some("one"),
        ] {
            assert_eq!(check(&tokens, value), Err(tonic::Code::Unauthenticated), "{value:?}");
        }
    }
}
