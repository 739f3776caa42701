package dev.dynakv.client.vectors;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Documents as YAML has them: maps, lists and scalars. */
final class Doc {
  private Doc() {}

  @SuppressWarnings("unchecked") // The files have nothing but text as keys.
  static Map<String, Object> map(Object object) {
    return (Map<String, Object>) object;
  }

  @SuppressWarnings("unchecked") // Whatever is in it, it is an object.
  static List<Object> list(Object object) {
    return (List<Object>) object;
  }

  /** A document in the making, without what is not there. */
  static Builder of() {
    return new Builder();
  }

  /** An outcome without data. */
  static Map<String, Object> outcome(String name) {
    return Map.of(name, true);
  }

  static Map<String, Object> outcome(String name, Object data) {
    return Map.of(name, data);
  }

  static final class Builder {
    private final Map<String, Object> document = new LinkedHashMap<>();

    Builder put(String name, Object value) {
      document.put(name, value);
      return this;
    }

    Builder put(String name, Optional<?> value) {
      value.ifPresent(some -> document.put(name, some));
      return this;
    }

    Builder putIf(boolean there, String name, Object value) {
      return there ? put(name, value) : this;
    }

    Map<String, Object> build() {
      return document;
    }
  }
}
