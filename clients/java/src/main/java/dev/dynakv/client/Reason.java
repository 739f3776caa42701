package dev.dynakv.client;

import java.util.Optional;

/**
 * Why DynaKV refused or failed a call: {@code ErrorInfo.reason}, as {@code errors.proto} lists
 * them.
 */
public enum Reason {
  /** A field is missing, malformed or past a limit. */
  INVALID_FIELD,
  /** The request is larger than 16 MiB. */
  MESSAGE_TOO_LARGE,
  /** The request is no valid protobuf message, or nested too deeply. */
  MALFORMED_MESSAGE,
  /** The table is not in the server's configuration. */
  TABLE_NOT_CONFIGURED,
  /** DynamoDB refused an expression that the caller wrote. */
  INVALID_EXPRESSION,
  /** The page token is forged, expired or from another request. */
  INVALID_PAGE_TOKEN,
  /** The item would become larger than 400 KB. */
  ITEM_TOO_LARGE,
  /** The update does not fit the stored item. */
  UPDATE_NOT_APPLICABLE,
  /** The configured table does not exist in DynamoDB. */
  TABLE_NOT_FOUND,
  /** The table is being created, changed or deleted. */
  TABLE_NOT_ACTIVE,
  /** A key-value call on a table with a sort key, or whose key is no string. */
  TABLE_SHAPE,
  /** There is a table of this name. */
  TABLE_EXISTS,
  /** The entry holds no whole number of 64 bits. */
  NOT_A_COUNTER,
  /** The counter would leave the range of a signed 64-bit integer. */
  COUNTER_OVERFLOW,
  /** Another program stored something of a type that DynaKV does not read. */
  UNEXPECTED_ATTRIBUTE_TYPE,
  /** An item collection reached 10 GB. */
  ITEM_COLLECTION_FULL,
  /** The server's configuration switches this operation off. */
  OPERATION_DISABLED,
  /** Another transaction or a replicated write touches the same item. */
  TRANSACTION_CONFLICT,
  /** DynamoDB throttled the call. */
  THROTTLED,
  /** This caller passed its own limit on this server. */
  RATE_LIMITED,
  /** The server has too much work and did not begin this call. */
  OVERLOADED,
  /** The call carries no credential that the server accepts. */
  UNAUTHENTICATED,
  /** The caller may not do this. */
  PERMISSION_DENIED,
  /** The server's own AWS role may not do this. */
  BACKEND_ACCESS_DENIED,
  /** The server's own AWS credentials are not valid. */
  BACKEND_CREDENTIALS,
  /** DynamoDB did not answer; a write certainly did not happen. */
  BACKEND_UNAVAILABLE,
  /** The write may or may not have happened. */
  OUTCOME_UNKNOWN,
  /** The call's time is used up. */
  DEADLINE_EXCEEDED,
  /** The caller went away. */
  CANCELLED,
  /** A fault of DynaKV. */
  INTERNAL_ERROR,
  /** This server has no such RPC. */
  UNIMPLEMENTED,
  /** The disk of the server's embedded engine is full; a write certainly did not happen. */
  STORAGE_FULL;

  /**
   * The reason of this name on the wire; empty for one that this version of the client does not
   * know.
   */
  static Optional<Reason> of(String name) {
    try {
      return Optional.of(valueOf(name));
    } catch (IllegalArgumentException fromLaterServer) {
      return Optional.empty();
    }
  }
}
