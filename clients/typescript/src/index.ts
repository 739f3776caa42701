/**
 * Client for DynaKV, a gRPC key-value service in front of Amazon DynamoDB.
 *
 * @packageDocumentation
 */

export type {
  BatchDeleteItem,
  BatchItemOperation,
  BatchItemRead,
  BatchPutItem,
  FoundItem,
  FoundItemAt,
} from "./batch-items.js";
export type { Found, FoundAt } from "./batch-read.js";
export type { BatchDelete, BatchOperation, BatchOutcome, BatchSet } from "./batch-write.js";
export { Client } from "./client.js";
export { attr, Attribute, Condition, Operand, type AttributeType } from "./condition.js";
export { DEFAULT_ADDRESS, type ClientOptions, type TlsOptions } from "./connect.js";
export type {
  CompareAndDeleteOptions,
  CompareAndSetOptions,
  Counter,
  DeleteOptions,
  Deletion,
  Expiration,
  IncrementOptions,
  Persistence,
  SetOptions,
  Swap,
  Ttl,
  Written,
} from "./entries.js";
export { Entry, type Expected } from "./entry.js";
export { CallError, ConnectError, DynaKVError, OutcomeUnknownError, type CodeName } from "./errors.js";
export type { ExpressionOptions } from "./expression.js";
export type { FieldViolation } from "./failure.js";
export type {
  ConditionFailed,
  ConditionOptions,
  DeletedItem,
  DeleteItemOptions,
  GetItemOptions,
  PutItemOptions,
  UpdateItemOptions,
  WrittenItem,
} from "./items.js";
export { NumberValue } from "./number.js";
export type { CallOptions, ExpiryOptions, ReadOptions, TableOptions, WriteOptions } from "./options.js";
export { Paged, PagedItems, type Page, type PageOptions } from "./paged.js";
export type { ItemPageOptions, ListKeysOptions, QueryOptions, ScanOptions } from "./query.js";
export {
  BackendAccessDeniedError,
  BackendCredentialsError,
  BackendUnavailableError,
  CancelledError,
  CounterOverflowError,
  DeadlineExceededError,
  InternalError,
  InvalidExpressionError,
  InvalidFieldError,
  InvalidPageTokenError,
  ItemCollectionFullError,
  ItemTooLargeError,
  MalformedMessageError,
  MessageTooLargeError,
  NotACounterError,
  OperationDisabledError,
  OverloadedError,
  PermissionDeniedError,
  RateLimitedError,
  StorageFullError,
  TableExistsError,
  TableNotActiveError,
  TableNotConfiguredError,
  TableNotFoundError,
  TableShapeError,
  ThrottledError,
  TransactionConflictError,
  UnauthenticatedError,
  UnexpectedAttributeTypeError,
  UnimplementedError,
  UpdateNotApplicableError,
  type KnownReason,
  type Reason,
} from "./reason.js";
export type { RetryOptions } from "./service-config.js";
export type {
  CreateTableOptions,
  IndexDescription,
  IndexProjection,
  KeyAttribute,
  ListedTable,
  NewIndex,
  TableDescription,
  Throughput,
  TimeToLive,
} from "./tables.js";
export type { Bytes } from "./text.js";
export type {
  Cancellation,
  CancelReason,
  Committed,
  Snapshot,
  Transaction,
  TransactCheck,
  TransactDelete,
  TransactDeleteItem,
  TransactOperation,
  TransactPutItem,
  TransactRead,
  TransactSet,
  TransactUpdateItem,
} from "./transact.js";
export { Update, type SetInput } from "./update.js";
export type { Item, ItemInput, ItemKey, KeyValue, NumberInput, Value, ValueInput } from "./value.js";
