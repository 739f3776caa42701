package dev.dynakv.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The aliases and placeholders of the expressions of one request: those a caller gave, and those
 * made here.
 */
final class Expressions {
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, dev.dynakv.v1.Value> values = new LinkedHashMap<>();
  private int madeNames;
  private int madeValues;

  /** For one rendering: what is made by it is not left to the next one. */
  Expressions copy() {
    Expressions copy = new Expressions();
    copy.names.putAll(names);
    copy.values.putAll(values);
    return copy;
  }

  Map<String, String> names() {
    return names;
  }

  Map<String, dev.dynakv.v1.Value> values() {
    return values;
  }

  void name(String alias, String attribute) {
    String known = names.putIfAbsent(Objects.requireNonNull(alias), Wire.text(attribute));
    if (known != null && !known.equals(attribute)) {
      throw twoMeanings(alias);
    }
  }

  void value(String placeholder, Object value) {
    Value given = Value.of(value);
    dev.dynakv.v1.Value known =
        values.putIfAbsent(Objects.requireNonNull(placeholder), WireValue.message(given));
    if (known != null && !WireValue.value(known).equals(given)) {
      throw twoMeanings(placeholder);
    }
  }

  /** Names the placeholder only: what it stands for may be secret. */
  private static IllegalArgumentException twoMeanings(String placeholder) {
    return new IllegalArgumentException(
        "'" + placeholder + "' stands for something else in this call already");
  }

  String render(Condition condition) {
    return condition.render(this);
  }

  String render(Attr... attributes) {
    return Stream.of(attributes).map(this::path).collect(Collectors.joining(", "));
  }

  /**
   * The expression for a path, with an alias for each of its names, so that reserved words work.
   */
  String path(Attr attribute) {
    return attribute.elements().stream().map(this::element).collect(Collectors.joining());
  }

  /** A placeholder that stands for the value. */
  String placeholder(Value value) {
    String placeholder;
    do {
      placeholder = ":_" + madeValues++;
    } while (values.containsKey(placeholder));
    values.put(placeholder, WireValue.message(value));
    return placeholder;
  }

  String placeholders(List<Value> many) {
    return many.stream().map(this::placeholder).collect(Collectors.joining(", "));
  }

  private String element(Attr.Element element) {
    if (element.name() == null) {
      return "[" + element.position() + "]";
    }
    String alias =
        names.entrySet().stream()
            .filter(
                made -> made.getKey().startsWith("#_") && made.getValue().equals(element.name()))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseGet(this::freeAlias);
    names.put(alias, element.name());
    return element.first() ? alias : "." + alias;
  }

  private String freeAlias() {
    String alias;
    do {
      alias = "#_" + madeNames++;
    } while (names.containsKey(alias));
    return alias;
  }
}
