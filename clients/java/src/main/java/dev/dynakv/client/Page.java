package dev.dynakv.client;

import java.util.List;
import java.util.Optional;

/**
 * A page of a query, a scan or a list of keys. It may be empty and yet not the last.
 *
 * @param <T> what it holds
 * @param rows what it holds; nothing, of a call that only counts
 * @param count how many it holds or, of a call that only counts, has counted
 * @param nextPageToken for the next page; empty if there is none. It holds keys, encrypted, and is
 *     valid for the same request
 */
public record Page<T>(List<T> rows, int count, Optional<String> nextPageToken) {}
