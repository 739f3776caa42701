package dev.dynakv.client.vectors;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Whether a document is as expected. */
final class Match {
  /** What stands for a key that is not there. */
  private static final Object ABSENT = new Object();

  private final Map<String, Object> captured;

  Match(Map<String, Object> captured) {
    this.captured = captured;
  }

  boolean matches(Object expected, Object actual) {
    if (expected instanceof Map<?, ?> map) {
      return matchesMap(Doc.map(map), actual);
    } else if (expected instanceof List<?> list) {
      return actual instanceof List<?> other && inOrder(Doc.list(list), Doc.list(other));
    } else if (expected instanceof Number number) {
      return actual instanceof Number other && number.longValue() == other.longValue();
    }
    return Objects.equals(expected, actual);
  }

  private boolean matchesMap(Map<String, Object> expected, Object actual) {
    if (expected.size() == 1) {
      Map.Entry<String, Object> only = expected.entrySet().iterator().next();
      if (only.getKey().startsWith("$")) {
        return matchesOperator(only.getKey(), only.getValue(), actual);
      } else if (Set.of("SS", "NS", "BS", "N").contains(only.getKey())
          && actual instanceof Map<?, ?> value
          && value.keySet().equals(expected.keySet())) {
        return matchesValue(only.getKey(), only.getValue(), value.get(only.getKey()));
      }
    } else if (expected.keySet().equals(Set.of("$each", "count"))) {
      return actual instanceof List<?> list
          && list.size() == (Integer) expected.get("count")
          && list.stream().allMatch(one -> matches(expected.get("$each"), one));
    } else if (expected.keySet().equals(Set.of("repeat", "times"))) {
      return Args.repeated(expected).equals(actual);
    } else if (expected.keySet().equals(Set.of("deep", "levels"))) {
      return matches(deep(expected), actual);
    }
    return actual instanceof Map<?, ?> map
        && expected.entrySet().stream()
            .allMatch(entry -> matches(entry.getValue(), get(Doc.map(map), entry.getKey())));
  }

  private static Object deep(Map<String, Object> expected) {
    Object value = expected.get("deep");
    for (int level = 0; level < (Integer) expected.get("levels"); level++) {
      value = Map.of("L", List.of(value));
    }
    return value;
  }

  private boolean matchesOperator(String operator, Object data, Object actual) {
    return switch (operator) {
      case "$any" -> actual != ABSENT;
      case "$absent" -> actual == ABSENT;
      case "$ref" -> matches(captured.get((String) data), actual);
      case "$not" -> actual != ABSENT && !matches(data, actual);
      case "$between" -> between(Doc.list(data), actual, 0);
      case "$from_now" -> between(Doc.list(data), actual, Instant.now().toEpochMilli());
      case "$exactly" ->
          actual instanceof Map<?, ?> map
              && map.keySet().equals(Doc.map(data).keySet())
              && Doc.map(data).entrySet().stream()
                  .allMatch(entry -> matches(entry.getValue(), map.get(entry.getKey())));
      case "$unordered" ->
          actual instanceof List<?> list
              && list.size() == Doc.list(data).size()
              && assign(Doc.list(data), new ArrayList<>(list));
      case "$contains" ->
          actual instanceof List<?> list && assign(Doc.list(data), new ArrayList<>(list));
      default -> throw new IllegalArgumentException("no way to match: " + operator);
    };
  }

  private static boolean between(List<Object> bounds, Object actual, long offset) {
    return actual instanceof Number number
        && number.longValue() - offset >= ((Number) bounds.get(0)).longValue()
        && number.longValue() - offset <= ((Number) bounds.get(1)).longValue();
  }

  private boolean matchesValue(String type, Object expected, Object actual) {
    return switch (type) {
      case "N" ->
          expected instanceof Map<?, ?> ? matches(expected, actual) : sameNumber(expected, actual);
      case "NS" ->
          Doc.list(expected).size() == Doc.list(actual).size()
              && Doc.list(expected).stream()
                  .allMatch(
                      number ->
                          Doc.list(actual).stream().anyMatch(other -> sameNumber(number, other)));
      default ->
          Doc.list(expected).size() == Doc.list(actual).size()
              && assign(Doc.list(expected), new ArrayList<>(Doc.list(actual)));
    };
  }

  private static boolean sameNumber(Object expected, Object actual) {
    return new BigDecimal((String) expected).compareTo(new BigDecimal((String) actual)) == 0;
  }

  private boolean inOrder(List<Object> expected, List<Object> actual) {
    if (expected.size() != actual.size()) {
      return false;
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!matches(expected.get(i), actual.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether each of the expected has a match of its own. */
  private boolean assign(List<Object> expected, List<Object> left) {
    if (expected.isEmpty()) {
      return true;
    }
    for (int i = 0; i < left.size(); i++) {
      if (matches(expected.get(0), left.get(i))) {
        List<Object> others = new ArrayList<>(left);
        others.remove(i);
        if (assign(expected.subList(1, expected.size()), others)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Object get(Map<String, Object> map, String key) {
    return map.containsKey(key) ? map.get(key) : ABSENT;
  }
}
