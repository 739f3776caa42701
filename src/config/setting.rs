use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use toml::Value;

/// The type of a key. Every type accepts a string, because environment variables are strings.
pub(super) trait Setting: Sized {
    /// The requirement, to be read after the key.
    const MUST_BE: &'static str;

    fn read(value: &Value) -> Option<Self>;

    /// The value in the form that `read` accepts.
    fn show(&self) -> Value;
}

impl Setting for bool {
    const MUST_BE: &'static str = "must be true or false";

    fn read(value: &Value) -> Option<Self> {
        value.as_bool().or_else(|| value.as_str()?.parse().ok())
    }

    fn show(&self) -> Value {
        (*self).into()
    }
}

impl Setting for u32 {
    const MUST_BE: &'static str = "must be a whole number from 0 to 4294967295";

    fn read(value: &Value) -> Option<Self> {
        value.as_integer().or_else(|| value.as_str()?.parse().ok())?.try_into().ok()
    }

    fn show(&self) -> Value {
        (*self).into()
    }
}

impl Setting for String {
    const MUST_BE: &'static str = "must be a text that is not empty";

    fn read(value: &Value) -> Option<Self> {
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn show(&self) -> Value {
        self.clone().into()
    }
}

impl Setting for PathBuf {
    const MUST_BE: &'static str = "must be a path";

    fn read(value: &Value) -> Option<Self> {
        String::read(value).map(Self::from)
    }

    fn show(&self) -> Value {
        self.to_string_lossy().into_owned().into()
    }
}

impl Setting for Duration {
    const MUST_BE: &'static str = "must be a duration with its unit, such as 60ms, 5s or 1h";

    fn read(value: &Value) -> Option<Self> {
        humantime::parse_duration(value.as_str()?).ok()
    }

    fn show(&self) -> Value {
        humantime::format_duration(*self).to_string().into()
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl Bytes {
    /// As a size in this process's memory.
    #[must_use]
    pub fn to_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Setting for Bytes {
    const MUST_BE: &'static str = "must be a number of bytes, or one with a unit, such as 512KiB, 64MiB or 1GiB";

    fn read(value: &Value) -> Option<Self> {
        if let Some(number) = value.as_integer() {
            return number.try_into().ok().map(Self);
        }
        let text = value.as_str()?.trim();
        let digits = text.trim_end_matches(|char: char| !char.is_ascii_digit());
        let unit = match text.strip_prefix(digits)?.trim_start() {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        digits.parse::<u64>().ok()?.checked_mul(unit).map(Self)
    }

    fn show(&self) -> Value {
        let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        let fits = |(_, unit): &(&str, u64)| self.0 >= *unit && self.0.is_multiple_of(*unit);
        match units.into_iter().find(fits) {
            Some((name, unit)) => format!("{}{name}", self.0 / unit).into(),
            None => i64::try_from(self.0).unwrap_or(i64::MAX).into(),
        }
    }
}

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An IP address and a port; port 0 selects a free one.
    Tcp(SocketAddr),
    /// A Unix domain socket. Everybody with write permission on its path may connect.
    Unix(PathBuf),
}

impl Listen {
    /// Whether only this machine can connect.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl FromStr for Listen {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(Self::Unix(path.into())),
            Some(_) | None => text.parse().map(Self::Tcp),
        }
    }
}

impl Setting for Listen {
    const MUST_BE: &'static str = "must be an IP address and a port, such as 127.0.0.1:50051, or unix:/path";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn show(&self) -> Value {
        self.to_string().into()
    }
}

/// The URL of an endpoint. User and password in it are never shown.
///
/// A query is not allowed: the SDK ignores it and logs a warning with it for each call.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointUrl(String);

impl EndpointUrl {
    /// The full URL, with user and password.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        // An unencoded password may contain any of `/?#@`, so it ends at the last `@`.
        let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("(redacted)@", rest));
        write!(f, "{scheme}://{user}{rest}")
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EndpointUrl({self})")
    }
}

impl FromStr for EndpointUrl {
    type Err = NoHttpUrl;

    fn from_str(url: &str) -> Result<Self, NoHttpUrl> {
        let uri: http::Uri = url.parse().map_err(|_| NoHttpUrl)?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
        if is_http && !url.contains(['?', '#']) { Ok(Self(url.to_owned())) } else { Err(NoHttpUrl) }
    }
}

/// The value is not a valid endpoint URL. It is not shown, because it may contain a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an endpoint's URL begins with http:// or https:// and has no query")]
pub struct NoHttpUrl;

impl Setting for EndpointUrl {
    const MUST_BE: &'static str = "must begin with http:// or https:// and have no query";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn show(&self) -> Value {
        self.to_string().into()
    }
}

/// The configured backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BackendName {
    Embedded,
    DynamoDb,
}

impl Setting for BackendName {
    const MUST_BE: &'static str = "must be embedded or dynamodb";

    fn read(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "embedded" => Some(Self::Embedded),
            "dynamodb" => Some(Self::DynamoDb),
            _ => None,
        }
    }

    fn show(&self) -> Value {
        match self {
            Self::Embedded => "embedded".into(),
            Self::DynamoDb => "dynamodb".into(),
        }
    }
}

/// What sends the calls about items to DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// DynaKV's own client.
    Lean,
    /// The AWS SDK for Rust.
    Sdk,
}

impl Setting for ClientKind {
    const MUST_BE: &'static str = "must be lean or sdk";

    fn read(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "lean" => Some(Self::Lean),
            "sdk" => Some(Self::Sdk),
            _ => None,
        }
    }

    fn show(&self) -> Value {
        match self {
            Self::Lean => "lean".into(),
            Self::Sdk => "sdk".into(),
        }
    }
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Setting for LogFormat {
    const MUST_BE: &'static str = "must be text or json";

    fn read(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn show(&self) -> Value {
        match self {
            Self::Text => "text".into(),
            Self::Json => "json".into(),
        }
    }
}
