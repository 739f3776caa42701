//! Which method a call is of, and what that means for its admission.

use crate::wire::prescan::{self, Method, Schema};
use crate::wire::status::Access;

/// Orchestrators ask for health without a credential, and above all while the server is overloaded.
const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";
const HEALTH: &str = "/grpc.health.v1.Health/";
const REFLECTION: [&str; 2] = ["/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.ServerReflection/"];

/// What a call is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// One of DynaKV's own.
    Call(&'static Method),
    /// A health check.
    Check,
    /// A stream of what health says, for as long as the connection lives.
    Watch,
    /// A stream of questions about the services.
    Reflection,
    /// None that this server has.
    Unknown,
}

impl Kind {
    /// Whether it may change anything; unknown for what is not DynaKV's own.
    pub(super) fn access(self) -> Option<Access> {
        match self {
            Self::Call(method) => Some(method.access),
            Self::Check | Self::Watch | Self::Reflection => Some(Access::Read),
            Self::Unknown => None,
        }
    }

    /// Whether it is only for those who may call.
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
            // A method that the health service lacks is refused as cheaply as a check is answered.
            _ if path.starts_with(HEALTH) => Kind::Check,
            _ if REFLECTION.iter().any(|service| path.starts_with(service)) => Kind::Reflection,
            _ => Kind::Unknown,
        }
    }
}
