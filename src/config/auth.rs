use std::fmt;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::section::Section;

/// `[auth]`: who may call. With no token configured, everybody who can connect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Auth {
    /// `auth.tokens`: a list of `name` (the principal) with exactly one of `token`, `token_file` or `sha256`. A name
    /// may have several tokens, so that they can be changed without an interruption.
    pub tokens: Vec<Token>,
}

/// A bearer token, of which only the digest is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Whom the token stands for.
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
        let tokens = section.list("tokens", "name", read_token).unwrap_or_default();
        Self { tokens: tokens.into_iter().flatten().collect() }
    }
}

/// The fault of a value has been reported.
struct Reported;

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
    section.origin("token")?;
    let token = section.optional::<String>("token");
    section.show("token", "(redacted)".into());
    Some(token.map(|token| Sha256::digest(token).into()).ok_or(Reported))
}

/// `token_file`: a file that holds the token; white space around it is ignored.
fn from_file(section: &mut Section) -> Option<Result<[u8; 32], Reported>> {
    let origin = section.origin("token_file")?;
    let Some(path) = section.optional::<PathBuf>("token_file") else { return Some(Err(Reported)) };
    let problem = match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => return Some(Ok(Sha256::digest(text.trim()).into())),
        Ok(_) => "is an empty file".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    section.fault("token_file", Some(origin), problem);
    Some(Err(Reported))
}

/// `sha256`: the digest of the token in 64 hexadecimal digits, so that the configuration holds no secret.
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
