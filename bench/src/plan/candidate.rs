use std::fmt;

/// The measured candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// The server.
    Gateway { coalescing: bool },
    /// A gRPC server that does nothing.
    Noop,
    /// No server: the callers use the AWS SDK for Rust with at most this many connections.
    Sdk { connections: usize },
    /// The callers are a program in another language.
    From(Language, Callee),
}

/// The languages of load generators that are processes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Go,
    /// With a process for each caller.
    Python,
}

/// What such a load generator calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// The server with its defaults.
    Gateway,
    /// The gRPC server that does nothing.
    Noop,
    /// No server: the AWS SDK of the language calls DynamoDB.
    Sdk,
}

impl Callee {
    /// Its name as an argument of a load generator.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::Gateway => "dynakv",
            Self::Noop => "noop",
            Self::Sdk => "sdk",
        }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway { coalescing: true } => f.write_str("DynaKV"),
            Self::Gateway { coalescing: false } => f.write_str("DynaKV, coalescing off"),
            Self::Noop => f.write_str("no-op RPC"),
            Self::Sdk { connections: 1 } => f.write_str("SDK for Rust, 1 connection"),
            Self::Sdk { connections } => write!(f, "SDK for Rust, {connections} connections"),
            Self::From(Language::Go, Callee::Gateway) => f.write_str("DynaKV, grpc-go"),
            Self::From(Language::Go, Callee::Noop) => f.write_str("no-op RPC, grpc-go"),
            Self::From(Language::Go, Callee::Sdk) => f.write_str("aws-sdk-go-v2"),
            Self::From(Language::Python, Callee::Gateway) => f.write_str("DynaKV, its Python client"),
            Self::From(Language::Python, Callee::Noop) => f.write_str("no-op RPC, Python"),
            Self::From(Language::Python, Callee::Sdk) => f.write_str("boto3"),
        }
    }
}
