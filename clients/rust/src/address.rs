use std::fmt;
use std::str::FromStr;

use http::uri::Authority;

/// Where a server listens: `host:port`, `http://host:port`, `https://host:port` or `unix:/path`.
///
/// Without a scheme the TLS settings decide between the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Plain(Authority),
    Tls(Authority),
    Either(Authority),
    Unix(String),
}

/// Text that is no [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address: write host:port, http://host:port, https://host:port or unix:/path")]
pub struct InvalidAddress(Written);

/// An address as somebody has written it. What stands before an `@` may be a password, and addresses are shown and logged.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Written(pub(crate) String);

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.rsplit_once('@') {
            Some((_, rest)) => write!(f, "\"***@{}\"", rest.escape_debug()),
            None => write!(f, "{:?}", self.0),
        }
    }
}

impl Address {
    /// Whether the address itself demands TLS (`https`), forbids it (`http`, `unix`) or leaves it open.
    pub(crate) fn tls(&self) -> Option<bool> {
        match &self.0 {
            Kind::Tls(_) => Some(true),
            Kind::Plain(_) | Kind::Unix(_) => Some(false),
            Kind::Either(_) => None,
        }
    }

    /// The address as tonic reads it.
    pub(crate) fn to_uri(&self, tls: bool) -> String {
        match &self.0 {
            Kind::Unix(path) => format!("unix:{path}"),
            Kind::Plain(authority) | Kind::Tls(authority) | Kind::Either(authority) => {
                format!("{}://{authority}", if tls { "https" } else { "http" })
            }
        }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        parse(text.trim()).map(Self).ok_or_else(|| InvalidAddress(Written(text.to_owned())))
    }
}

fn parse(text: &str) -> Option<Kind> {
    if let Some(path) = text.strip_prefix("unix:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return (!path.is_empty()).then(|| Kind::Unix(path.to_owned()));
    }
    match text.split_once("://") {
        Some(("http", rest)) => authority(rest.trim_end_matches('/')).map(Kind::Plain),
        Some(("https", rest)) => authority(rest.trim_end_matches('/')).map(Kind::Tls),
        Some(_) => None,
        // A bare host would go to port 80 or 443, where nobody meant it to go.
        None => authority(text).filter(|authority| authority.port_u16().is_some()).map(Kind::Either),
    }
}

/// A host with or without a port. Credentials do not belong into an address; addresses are shown and logged.
fn authority(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    (!authority.host().is_empty() && !text.contains('@')).then_some(authority)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Plain(authority) => write!(f, "http://{authority}"),
            Kind::Tls(authority) => write!(f, "https://{authority}"),
            Kind::Either(authority) => write!(f, "{authority}"),
            Kind::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        for (text, tls, uri) in [
            ("127.0.0.1:50051", None, "http://127.0.0.1:50051"),
            ("[::1]:50051", None, "http://[::1]:50051"),
            ("http://kv.example:80/", Some(false), "http://kv.example:80"),
            ("https://kv.example", Some(true), "https://kv.example"),
            ("unix:/run/dynakv.sock", Some(false), "unix:/run/dynakv.sock"),
            ("unix:///run/dynakv.sock", Some(false), "unix:/run/dynakv.sock"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.tls(), tls, "{text}");
            assert_eq!(address.to_uri(tls == Some(true)), uri, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "localhost", ":50051", "ftp://host:1", "unix:", "http://", "user:secret@host:1", "host:port"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        for text in ["http://user:s3cret@host:1", "user:s3@cret@host:1", "ftp://s3cret\n@host"] {
            let refused = text.parse::<Address>().unwrap_err();
            let builder = crate::Builder::default().address(text);
            for shown in [refused.to_string(), format!("{refused:?}"), format!("{builder:?}")] {
                assert!(shown.contains("@host"), "{shown}");
                assert!(!["user", "s3", "cret"].iter().any(|part| shown.contains(part)), "{shown}");
            }
        }
    }
}
