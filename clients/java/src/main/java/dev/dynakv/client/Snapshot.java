package dev.dynakv.client;

import java.util.Map;

/** What one read of a transaction found. */
public sealed interface Snapshot {
  /**
   * The entry.
   *
   * @param entry the entry
   */
  record OfEntry(Entry entry) implements Snapshot {}

  /**
   * The item.
   *
   * @param item its attributes, by name
   */
  record OfItem(Map<String, Value> item) implements Snapshot {}

  /** There is no such entry or item. */
  record Absent() implements Snapshot {}
}
