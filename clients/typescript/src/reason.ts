import { CallError } from "./errors.js";
import type { Failure } from "./failure.js";
import type { ErrorReason } from "./gen/dynakv/v1/errors.js";

/** A reason that this version of the library knows: the names of `errors.proto`. */
export type KnownReason = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

/** DynaKV's reason for an error. A later server may have others than those that are known here, hence any string. */
export type Reason = KnownReason | (string & {});

/** A field is missing, malformed or past a limit. */
export class InvalidFieldError extends CallError {}

/** The request is larger than 16 MiB. */
export class MessageTooLargeError extends CallError {}

/** The request is no valid protobuf message, or nested too deeply. */
export class MalformedMessageError extends CallError {}

/** The table is not in the server's configuration. */
export class TableNotConfiguredError extends CallError {}

/** DynamoDB refused an expression that the caller wrote. */
export class InvalidExpressionError extends CallError {}

/** The page token is forged, expired or from another request. */
export class InvalidPageTokenError extends CallError {}

/** The item would become larger than 400 KB. */
export class ItemTooLargeError extends CallError {}

/** The update does not fit the stored item. */
export class UpdateNotApplicableError extends CallError {}

/** The configured table does not exist in DynamoDB. */
export class TableNotFoundError extends CallError {}

/** The table is being created, changed or deleted. */
export class TableNotActiveError extends CallError {}

/** A key-value call on a table with a sort key, or whose key is no string. */
export class TableShapeError extends CallError {}

/** There is a table of this name. */
export class TableExistsError extends CallError {}

/** The entry holds no whole number of 64 bits. */
export class NotACounterError extends CallError {}

/** The counter would leave the range of a signed 64-bit integer. */
export class CounterOverflowError extends CallError {}

/** Another program stored something of a type that DynaKV does not read. */
export class UnexpectedAttributeTypeError extends CallError {}

/** An item collection reached 10 GB. */
export class ItemCollectionFullError extends CallError {}

/** The server's configuration switches this operation off. */
export class OperationDisabledError extends CallError {}

/** Another transaction or a replicated write touches the same item. */
export class TransactionConflictError extends CallError {}

/** DynamoDB throttled the call. */
export class ThrottledError extends CallError {}

/** This caller passed its own limit on this server. */
export class RateLimitedError extends CallError {}

/** The server has too much work and did not begin this call. */
export class OverloadedError extends CallError {}

/** The call carries no credential that the server accepts. */
export class UnauthenticatedError extends CallError {}

/** The caller may not do this. */
export class PermissionDeniedError extends CallError {}

/** The server's own AWS role may not do this. */
export class BackendAccessDeniedError extends CallError {}

/** The server's own AWS credentials are not valid. */
export class BackendCredentialsError extends CallError {}

/** DynamoDB did not answer; a write certainly did not happen. */
export class BackendUnavailableError extends CallError {}

/** The call's time is used up. */
export class DeadlineExceededError extends CallError {}

/** The caller went away. */
export class CancelledError extends CallError {}

/** A fault of DynaKV. */
export class InternalError extends CallError {}

/** This server has no such RPC. */
export class UnimplementedError extends CallError {}

/** The disk of the server's embedded engine is full; a write certainly did not happen. */
export class StorageFullError extends CallError {}

/** `OUTCOME_UNKNOWN` has no class here: it is what `OutcomeUnknownError` is about. */
const CLASSES: Record<Exclude<KnownReason, "OUTCOME_UNKNOWN">, typeof CallError> = {
  INVALID_FIELD: InvalidFieldError,
  MESSAGE_TOO_LARGE: MessageTooLargeError,
  MALFORMED_MESSAGE: MalformedMessageError,
  TABLE_NOT_CONFIGURED: TableNotConfiguredError,
  INVALID_EXPRESSION: InvalidExpressionError,
  INVALID_PAGE_TOKEN: InvalidPageTokenError,
  ITEM_TOO_LARGE: ItemTooLargeError,
  UPDATE_NOT_APPLICABLE: UpdateNotApplicableError,
  TABLE_NOT_FOUND: TableNotFoundError,
  TABLE_NOT_ACTIVE: TableNotActiveError,
  TABLE_SHAPE: TableShapeError,
  TABLE_EXISTS: TableExistsError,
  NOT_A_COUNTER: NotACounterError,
  COUNTER_OVERFLOW: CounterOverflowError,
  UNEXPECTED_ATTRIBUTE_TYPE: UnexpectedAttributeTypeError,
  ITEM_COLLECTION_FULL: ItemCollectionFullError,
  OPERATION_DISABLED: OperationDisabledError,
  TRANSACTION_CONFLICT: TransactionConflictError,
  THROTTLED: ThrottledError,
  RATE_LIMITED: RateLimitedError,
  OVERLOADED: OverloadedError,
  UNAUTHENTICATED: UnauthenticatedError,
  PERMISSION_DENIED: PermissionDeniedError,
  BACKEND_ACCESS_DENIED: BackendAccessDeniedError,
  BACKEND_CREDENTIALS: BackendCredentialsError,
  BACKEND_UNAVAILABLE: BackendUnavailableError,
  DEADLINE_EXCEEDED: DeadlineExceededError,
  CANCELLED: CancelledError,
  INTERNAL_ERROR: InternalError,
  UNIMPLEMENTED: UnimplementedError,
  STORAGE_FULL: StorageFullError,
};

for (const errorClass of Object.values(CLASSES)) {
  errorClass.prototype.name = errorClass.name;
}

/** The error of a failure, of the class of its reason. */
export function callError(failure: Failure, options?: ErrorOptions): CallError {
  const { reason } = failure;
  const errorClass =
    reason !== undefined && Object.hasOwn(CLASSES, reason) ? CLASSES[reason as keyof typeof CLASSES] : CallError;
  return new errorClass(failure, options);
}
