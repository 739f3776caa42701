use std::collections::HashMap;
use std::fmt;

use sha2::{Digest, Sha256};

use super::exposure;
use super::fault::Origin;
use super::secret_file::{self, Reported};
use super::section::Section;

/// `[auth]`: authentication. Without configured tokens, everybody who can connect may call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Auth {
    /// `auth.tokens`: a list of `name` (the principal) with exactly one of `token`, `token_file` or `sha256`. A name
    /// may have several tokens, so that tokens can be rotated without an interruption.
    pub tokens: Vec<Token>,
}

/// A bearer token. Only its digest is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The principal that the token authenticates.
    pub principal: String,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("principal", &self.principal).finish_non_exhaustive()
    }
}

impl Auth {
    pub(super) fn read(section: &mut Section) -> Self {
        let origin = section.origin("tokens");
        let tokens = section.list("tokens", "name", read_token).unwrap_or_default();
        refuse_shared(section, origin.as_ref(), &tokens);
        Self { tokens: tokens.into_iter().flatten().collect() }
    }
}

/// Reports tokens with two principals: their order would decide which principal's rights and page tokens a call gets.
/// The same token twice for one principal is harmless, but a mistake.
fn refuse_shared(section: &mut Section, origin: Option<&Origin>, tokens: &[Option<Token>]) {
    let mut seen: HashMap<[u8; 32], (usize, &str)> = HashMap::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(Token { principal, digest }) = token else { continue };
        let Some((first, name)) = seen.get(digest) else {
            seen.insert(*digest, (index, principal));
            continue;
        };
        let problem = format!("has the same token at {first} and at {index}");
        if name == principal {
            section.warn("tokens", origin.cloned(), problem);
        } else {
            section.fault("tokens", origin.cloned(), format!("{problem}, for different names"));
        }
    }
}

fn read_token(section: &mut Section) -> Option<Token> {
    let name_is_given = section.origin("name").is_some();
    let principal = section.optional::<String>("name");
    if !name_is_given {
        section.fault("name", None, "is missing");
    }
    let mut digests = [plain(section), from_file(section), digest(section)].into_iter().flatten();
    let (Some(digest), None) = (digests.next(), digests.next()) else {
        section.fault("token", None, "or token_file or sha256 is needed, exactly one of them");
        return None;
    };
    Some(Token { principal: principal?, digest: digest.ok()? })
}

/// `token`: the token itself.
fn plain(section: &mut Section) -> Option<Result<[u8; 32], Reported>> {
    let origin = section.origin("token")?;
    let token = section.optional::<String>("token");
    section.show("token", "(redacted)".into());
    exposure::warn_of_file(section, "token", &origin);
    let Some(token) = token else { return Some(Err(Reported)) };
    // Spaces around a header's value do not belong to it (RFC 9110, section 5.5).
    if token.trim() != token {
        section.warn("token", Some(origin), "has white space around it, so no client can send it");
    }
    Some(Ok(Sha256::digest(token).into()))
}

/// `token_file`: a file with the token. White space around it is ignored.
fn from_file(section: &mut Section) -> Option<Result<[u8; 32], Reported>> {
    let origin = section.origin("token_file")?;
    let token = secret_file::read(section, "token_file", &origin);
    Some(token.and_then(|token| {
        if token.is_empty() {
            section.fault("token_file", Some(origin), "is an empty file");
            return Err(Reported);
        }
        Ok(Sha256::digest(token).into())
    }))
}

/// `sha256`: the digest of the token in 64 hexadecimal digits, so that the configuration contains no secret.
fn digest(section: &mut Section) -> Option<Result<[u8; 32], Reported>> {
    let origin = section.origin("sha256")?;
    let Some(text) = section.optional::<String>("sha256") else { return Some(Err(Reported)) };
    section.show("sha256", "(redacted)".into());
    let mut digest = [0; 32];
    if hex::decode_to_slice(text, &mut digest).is_err() {
        section.fault("sha256", Some(origin), "must be 64 hexadecimal digits");
        return Some(Err(Reported));
    }
    Some(Ok(digest))
}
