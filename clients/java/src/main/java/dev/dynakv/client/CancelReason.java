package dev.dynakv.client;

/** Why an operation cancelled its transaction. */
public enum CancelReason {
  /** It did not. */
  NONE,
  /** Its condition did not hold. */
  CONDITION_FAILED,
  /** Another transaction or write touched the item. */
  CONFLICT,
  /** DynamoDB throttled it. */
  THROTTLED,
  /** The item collection has reached 10 GB. */
  ITEM_COLLECTION_FULL,
  /** The update does not fit the stored item. */
  NOT_APPLICABLE
}
