//! The method of a call and what it means for admission.

use crate::wire::prescan::{self, Method, Schema};
use crate::wire::status::Access;

/// Orchestrators check health without credentials, most of all while the server is overloaded.
const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";
const HEALTH: &str = "/grpc.health.v1.Health/";
const REFLECTION: [&str; 2] = ["/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.ServerReflection/"];

/// The kind of a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A method of DynaKV's services.
    Call(&'static Method),
    /// A health check.
    Check,
    /// A stream of health updates, open as long as the connection.
    Watch,
    /// A reflection stream.
    Reflection,
    /// A method that this server does not have.
    Unknown,
}

impl Kind {
    /// Whether it reads or writes; none for an unknown method.
    pub(super) fn access(self) -> Option<Access> {
        match self {
            Self::Call(method) => Some(method.access),
            Self::Check | Self::Watch | Self::Reflection => Some(Access::Read),
            Self::Unknown => None,
        }
    }

    /// Whether the caller has to authenticate.
    pub(super) fn needs_credentials(self) -> bool {
        match self {
            Self::Call(_) | Self::Reflection | Self::Unknown => true,
            Self::Check | Self::Watch => false,
        }
    }
}

/// All methods of this server.
#[derive(Debug)]
pub(super) struct Methods(&'static Schema);

impl Methods {
    pub(super) fn compiled() -> Result<Self, &'static prescan::Error> {
        prescan::compiled().map(Self)
    }

    pub(super) fn kind(&self, path: &str) -> Kind {
        if let Some(method) = self.0.method(path) {
            return Kind::Call(method);
        }
        match path {
            WATCH => Kind::Watch,
            CHECK => Kind::Check,
            // An unknown health method is refused as cheaply as a check is served.
            _ if path.starts_with(HEALTH) => Kind::Check,
            _ if REFLECTION.iter().any(|service| path.starts_with(service)) => Kind::Reflection,
            _ => Kind::Unknown,
        }
    }
}
