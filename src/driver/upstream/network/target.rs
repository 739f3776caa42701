use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use super::error::Cause;

/// A host with its scheme and port: what connections are pooled by.
#[derive(Clone)]
pub(super) struct Target {
    https: bool,
    host: String,
    port: u16,
    uri: Uri,
    /// As the first request spelled host and port. Most requests spell them in the same way.
    spelled: String,
}

impl Target {
    /// The target of a request.
    pub(super) fn of(uri: &Uri) -> Result<Self, Cause> {
        let https = is_https(uri).ok_or(Cause::Url)?;
        let host = uri.host().ok_or(Cause::Url)?;
        let port = port(uri, https);
        let spelled = uri.authority().ok_or(Cause::Url)?.as_str().to_owned();
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(if https { Scheme::HTTPS } else { Scheme::HTTP });
        // Without the user and password that the URL may have.
        parts.authority = Some(Authority::try_from(format!("{host}:{port}")).map_err(|_| Cause::Url)?);
        parts.path_and_query = Some(PathAndQuery::from_static("/"));
        Ok(Self { https, host: host.to_owned(), port, uri: Uri::from_parts(parts).map_err(|_| Cause::Url)?, spelled })
    }

    /// Whether a request goes there.
    pub(super) fn is_of(&self, uri: &Uri) -> bool {
        let Some(authority) = uri.authority() else { return false };
        is_https(uri) == Some(self.https)
            && (authority.as_str() == self.spelled
                || (authority.host().eq_ignore_ascii_case(&self.host) && port(uri, self.https) == self.port))
    }

    /// Whether it speaks TLS.
    pub(super) fn is_https(&self) -> bool {
        self.https
    }

    /// The name of the host or its address, an IPv6 address in brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The URL of the host.
    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }
}

fn is_https(uri: &Uri) -> Option<bool> {
    let scheme = uri.scheme()?;
    if *scheme == Scheme::HTTPS {
        Some(true)
    } else if *scheme == Scheme::HTTP {
        Some(false)
    } else {
        None
    }
}

fn port(uri: &Uri, https: bool) -> u16 {
    uri.port_u16().unwrap_or(if https { 443 } else { 80 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &'static str) -> Result<Target, Cause> {
        Target::of(&Uri::from_static(uri))
    }

    #[test]
    fn scheme_host_and_port_make_a_target() {
        let target = target("https://dynamodb.eu-west-1.amazonaws.com/").unwrap();
        for same in ["https://DynamoDB.eu-west-1.amazonaws.com", "https://dynamodb.eu-west-1.amazonaws.com:443/?a"] {
            assert!(target.is_of(&Uri::from_static(same)), "{same}");
        }
        for other in [
            "http://dynamodb.eu-west-1.amazonaws.com:443/",
            "https://dynamodb.eu-west-1.amazonaws.com:8000/",
            "https://dynamodb.eu-west-2.amazonaws.com/",
            "/",
        ] {
            assert!(!target.is_of(&Uri::from_static(other)), "{other}");
        }
    }

    #[test]
    fn a_target_has_no_credentials() {
        let target = target("http://user:secret@localhost:8000/").unwrap();
        assert_eq!(target.uri().to_string(), "http://localhost:8000/");
    }

    #[test]
    fn a_path_or_another_scheme_is_no_target() {
        for uri in ["/", "ftp://localhost/", "localhost:80"] {
            assert!(matches!(target(uri), Err(Cause::Url)), "{uri}");
        }
    }
}
