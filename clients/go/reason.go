package dynakv

// A Reason is why a call failed, in DynaKV's words. New ones may come; treat an unknown one by its gRPC code.
type Reason string

// The reasons that errors.proto lists, each with its gRPC code.
const (
	// ReasonInvalidField, INVALID_ARGUMENT: a field is missing, malformed or past a limit. `BadRequest` names the field.
	ReasonInvalidField Reason = "INVALID_FIELD"
	// ReasonMessageTooLarge, INVALID_ARGUMENT: the request is larger than 16 MiB.
	ReasonMessageTooLarge Reason = "MESSAGE_TOO_LARGE"
	// ReasonMalformedMessage, INVALID_ARGUMENT: the request is no valid protobuf message of its type, or is nested too deeply.
	ReasonMalformedMessage Reason = "MALFORMED_MESSAGE"
	// ReasonTableNotConfigured, INVALID_ARGUMENT: `table` is not in the server's configuration.
	ReasonTableNotConfigured Reason = "TABLE_NOT_CONFIGURED"
	// ReasonInvalidExpression, INVALID_ARGUMENT: DynamoDB refused an expression that the caller wrote.
	ReasonInvalidExpression Reason = "INVALID_EXPRESSION"
	// ReasonInvalidPageToken, INVALID_ARGUMENT: the page token is forged, expired or from another request.
	ReasonInvalidPageToken Reason = "INVALID_PAGE_TOKEN"
	// ReasonItemTooLarge, FAILED_PRECONDITION: the write would make the item larger than 400 KB together with what is stored.
	ReasonItemTooLarge Reason = "ITEM_TOO_LARGE"
	// ReasonUpdateNotApplicable, FAILED_PRECONDITION: the update does not fit the stored item, for example adding to a string.
	ReasonUpdateNotApplicable Reason = "UPDATE_NOT_APPLICABLE"
	// ReasonTableNotFound, FAILED_PRECONDITION: the configured table does not exist in DynamoDB.
	ReasonTableNotFound Reason = "TABLE_NOT_FOUND"
	// ReasonTableNotActive, FAILED_PRECONDITION: the table is being created, changed or deleted.
	ReasonTableNotActive Reason = "TABLE_NOT_ACTIVE"
	// ReasonTableShape, FAILED_PRECONDITION: a key-value RPC on a table with a sort key, or whose key is no string.
	ReasonTableShape Reason = "TABLE_SHAPE"
	// ReasonTableExists, ALREADY_EXISTS: there is a table of this name.
	ReasonTableExists Reason = "TABLE_EXISTS"
	// ReasonNotACounter, FAILED_PRECONDITION: Increment on an entry that holds no whole number of 64 bits.
	ReasonNotACounter Reason = "NOT_A_COUNTER"
	// ReasonCounterOverflow, OUT_OF_RANGE: the counter would leave the range of a signed 64-bit integer. It is unchanged.
	ReasonCounterOverflow Reason = "COUNTER_OVERFLOW"
	// ReasonUnexpectedAttributeType, FAILED_PRECONDITION: another program stored a value, key or version of a type that DynaKV does not read.
	ReasonUnexpectedAttributeType Reason = "UNEXPECTED_ATTRIBUTE_TYPE"
	// ReasonItemCollectionFull, FAILED_PRECONDITION: an item collection of a table with a local index reached 10 GB.
	ReasonItemCollectionFull Reason = "ITEM_COLLECTION_FULL"
	// ReasonOperationDisabled, FAILED_PRECONDITION: the server's configuration switches this operation off.
	ReasonOperationDisabled Reason = "OPERATION_DISABLED"
	// ReasonTransactionConflict, ABORTED: another transaction or a replicated write touches the same item. Retry the call.
	ReasonTransactionConflict Reason = "TRANSACTION_CONFLICT"
	// ReasonThrottled, RESOURCE_EXHAUSTED: DynamoDB throttled the call. `QuotaFailure` says what is exhausted; retry later.
	ReasonThrottled Reason = "THROTTLED"
	// ReasonRateLimited, RESOURCE_EXHAUSTED: this caller passed its own limit on this server. Retry later.
	ReasonRateLimited Reason = "RATE_LIMITED"
	// ReasonOverloaded, UNAVAILABLE: the server has too much work and did not begin this call. Retry elsewhere.
	ReasonOverloaded Reason = "OVERLOADED"
	// ReasonUnauthenticated, UNAUTHENTICATED: the call carries no credential that the server accepts.
	ReasonUnauthenticated Reason = "UNAUTHENTICATED"
	// ReasonPermissionDenied, PERMISSION_DENIED: the caller may not do this.
	ReasonPermissionDenied Reason = "PERMISSION_DENIED"
	// ReasonBackendAccessDenied, FAILED_PRECONDITION: the server's own AWS role may not do this. A matter for its operator.
	ReasonBackendAccessDenied Reason = "BACKEND_ACCESS_DENIED"
	// ReasonBackendCredentials, UNAVAILABLE: the server's own AWS credentials are not valid. A matter for its operator.
	ReasonBackendCredentials Reason = "BACKEND_CREDENTIALS"
	// ReasonBackendUnavailable, UNAVAILABLE: DynamoDB did not answer; if this was a write, it certainly did not happen.
	ReasonBackendUnavailable Reason = "BACKEND_UNAVAILABLE"
	// ReasonOutcomeUnknown, UNKNOWN: the write may or may not have happened.
	ReasonOutcomeUnknown Reason = "OUTCOME_UNKNOWN"
	// ReasonDeadlineExceeded, DEADLINE_EXCEEDED: the call's time is used up. For a write, `outcome` says whether it may have happened.
	ReasonDeadlineExceeded Reason = "DEADLINE_EXCEEDED"
	// ReasonCancelled, CANCELLED: the caller went away.
	ReasonCancelled Reason = "CANCELLED"
	// ReasonInternalError, INTERNAL: a fault of DynaKV.
	ReasonInternalError Reason = "INTERNAL_ERROR"
	// ReasonUnimplemented, UNIMPLEMENTED: this server has no such RPC.
	ReasonUnimplemented Reason = "UNIMPLEMENTED"
	// ReasonStorageFull, RESOURCE_EXHAUSTED: the disk of the embedded engine has no room for the write, which certainly did not happen. A matter for its operator; do not retry.
	ReasonStorageFull Reason = "STORAGE_FULL"
)
