use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use toml::Value;

/// A type that a key can have. A string is accepted for every type, since environment variables hold nothing else.
pub(super) trait Setting: Sized {
    /// The end of a sentence that begins with the key.
    const MUST_BE: &'static str;

    fn read(value: &Value) -> Option<Self>;

    /// As `read` reads it.
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

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An IP address and a port; port 0 takes a free one.
    Tcp(SocketAddr),
    /// A Unix domain socket; whoever may write to its path may connect.
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

/// Which backend was asked for.
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

/// How log lines look.
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
