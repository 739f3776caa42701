use super::exposure;
use super::secret_file::{self, Reported};
use super::section::Section;
use crate::model::Secret;

/// `[page_tokens]`: secrets that encrypt page tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageTokens {
    /// `page_tokens.secrets`: a list of sections with exactly one of `secret` and `secret_file`, each at least 32 bytes
    /// of text. The first one encrypts tokens and all of them decrypt, so secrets can be rotated without an
    /// interruption. Without any, the embedded engine keeps one in its data folder; otherwise tokens live as long as
    /// the process.
    pub secrets: Vec<Secret>,
}

impl PageTokens {
    pub(super) fn read(section: &mut Section) -> Self {
        let secrets = section.list("secrets", "secret", read_secret).unwrap_or_default();
        Self { secrets: secrets.into_iter().flatten().collect() }
    }
}

fn read_secret(section: &mut Section) -> Option<Secret> {
    let mut secrets = [plain(section), from_file(section)].into_iter().flatten();
    let (Some(secret), None) = (secrets.next(), secrets.next()) else {
        section.fault("secret", None, "or secret_file is needed, exactly one of them");
        return None;
    };
    secret.ok()
}

/// `secret`: the secret itself.
fn plain(section: &mut Section) -> Option<Result<Secret, Reported>> {
    let origin = section.origin("secret")?;
    let secret = section.optional::<String>("secret");
    section.show("secret", "(redacted)".into());
    exposure::warn_of_file(section, "secret", &origin);
    let Some(secret) = secret else { return Some(Err(Reported)) };
    if secret.trim() != secret {
        let problem = "has white space around it, which is part of the secret here, but is trimmed in a secret_file";
        section.warn("secret", Some(origin.clone()), problem);
    }
    Some(Secret::try_from(secret).map_err(|invalid| {
        section.fault("secret", Some(origin), invalid);
        Reported
    }))
}

/// `secret_file`: a file with the secret. White space around it is ignored.
fn from_file(section: &mut Section) -> Option<Result<Secret, Reported>> {
    let origin = section.origin("secret_file")?;
    let secret = secret_file::read(section, "secret_file", &origin);
    Some(secret.and_then(|secret| {
        Secret::try_from(secret).map_err(|invalid| {
            section.fault("secret_file", Some(origin), invalid.problem);
            Reported
        })
    }))
}
