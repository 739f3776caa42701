use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why DynaKV refused or failed a call: `ErrorInfo.reason`, as `errors.proto` lists them.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $variant,)*
            /// A reason that this version of the client does not know.
            Unknown(String),
        }

        impl Reason {
            /// The reason as it is on the wire, such as `THROTTLED`.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown(name) => name,
                }
            }
        }

        impl From<&str> for Reason {
            fn from(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Unknown(name.to_owned()),
                }
            }
        }

        #[cfg(test)]
        const ALL: &[Reason] = &[$(Reason::$variant,)*];
    };
}

reasons! {
    /// A field is missing, malformed or past a limit.
    InvalidField = "INVALID_FIELD",
    /// The request is larger than 16 MiB.
    MessageTooLarge = "MESSAGE_TOO_LARGE",
    /// The request is no valid protobuf message, or nested too deeply.
    MalformedMessage = "MALFORMED_MESSAGE",
    /// The table is not in the server's configuration.
    TableNotConfigured = "TABLE_NOT_CONFIGURED",
    /// DynamoDB refused an expression that the caller wrote.
    InvalidExpression = "INVALID_EXPRESSION",
    /// The page token is forged, expired or from another request.
    InvalidPageToken = "INVALID_PAGE_TOKEN",
    /// The item would become larger than 400 KB.
    ItemTooLarge = "ITEM_TOO_LARGE",
    /// The update does not fit the stored item.
    UpdateNotApplicable = "UPDATE_NOT_APPLICABLE",
    /// The configured table does not exist in DynamoDB.
    TableNotFound = "TABLE_NOT_FOUND",
    /// The table is being created, changed or deleted.
    TableNotActive = "TABLE_NOT_ACTIVE",
    /// A key-value call on a table with a sort key, or whose key is no string.
    TableShape = "TABLE_SHAPE",
    /// There is a table of this name.
    TableExists = "TABLE_EXISTS",
    /// The entry holds no whole number of 64 bits.
    NotACounter = "NOT_A_COUNTER",
    /// The counter would leave the range of a signed 64-bit integer.
    CounterOverflow = "COUNTER_OVERFLOW",
    /// Another program stored something of a type that DynaKV does not read.
    UnexpectedAttributeType = "UNEXPECTED_ATTRIBUTE_TYPE",
    /// An item collection reached 10 GB.
    ItemCollectionFull = "ITEM_COLLECTION_FULL",
    /// The server's configuration switches this operation off.
    OperationDisabled = "OPERATION_DISABLED",
    /// Another transaction or a replicated write touches the same item.
    TransactionConflict = "TRANSACTION_CONFLICT",
    /// DynamoDB throttled the call.
    Throttled = "THROTTLED",
    /// This caller passed its own limit on this server.
    RateLimited = "RATE_LIMITED",
    /// The server has too much work and did not begin this call.
    Overloaded = "OVERLOADED",
    /// The call carries no credential that the server accepts.
    Unauthenticated = "UNAUTHENTICATED",
    /// The caller may not do this.
    PermissionDenied = "PERMISSION_DENIED",
    /// The server's own AWS role may not do this.
    BackendAccessDenied = "BACKEND_ACCESS_DENIED",
    /// The server's own AWS credentials are not valid.
    BackendCredentials = "BACKEND_CREDENTIALS",
    /// DynamoDB did not answer; a write certainly did not happen.
    BackendUnavailable = "BACKEND_UNAVAILABLE",
    /// The write may or may not have happened.
    OutcomeUnknown = "OUTCOME_UNKNOWN",
    /// The call's time is used up.
    DeadlineExceeded = "DEADLINE_EXCEEDED",
    /// The caller went away.
    Cancelled = "CANCELLED",
    /// A fault of DynaKV.
    InternalError = "INTERNAL_ERROR",
    /// This server has no such RPC.
    Unimplemented = "UNIMPLEMENTED",
    /// The disk of the server's embedded engine is full; a write certainly did not happen.
    StorageFull = "STORAGE_FULL",
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb::ErrorReason;

    #[test]
    fn every_reason_of_the_proto_has_its_variant_and_none_is_made_up() {
        let in_proto: Vec<_> = (1..)
            .map_while(|number| ErrorReason::try_from(number).ok())
            .map(|reason| reason.as_str_name().trim_start_matches("ERROR_REASON_").to_owned())
            .collect();
        let in_enum: Vec<_> = ALL.iter().map(|reason| reason.as_str().to_owned()).collect();
        assert_eq!(in_enum, in_proto);
    }

    #[test]
    fn an_unknown_reason_keeps_its_name() {
        assert_eq!(Reason::from("NEW_IN_A_LATER_SERVER").to_string(), "NEW_IN_A_LATER_SERVER");
        assert_eq!(Reason::from("THROTTLED"), Reason::Throttled);
    }
}
