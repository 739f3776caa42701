package dev.dynakv.client.vectors;

import com.google.protobuf.ByteString;
import dev.dynakv.client.Attr;
import dev.dynakv.client.Condition;
import dev.dynakv.client.Expected;
import dev.dynakv.client.ItemKey;
import dev.dynakv.client.Update;
import dev.dynakv.client.Value;
import dev.dynakv.client.Version;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The arguments of a step, as a user of Java would write them. Says at the end whether each was
 * used.
 */
final class Args {
  private final Map<String, Object> args;
  private final Map<String, Object> captured;
  private final Set<String> used = new HashSet<>();

  Args(Map<String, Object> args, Map<String, Object> captured) {
    this.args = args;
    this.captured = captured;
  }

  Args within(Object map) {
    return new Args(Doc.map(map), captured);
  }

  boolean has(String name) {
    return args.containsKey(name);
  }

  Object raw(String name) {
    used.add(name);
    return args.get(name);
  }

  Optional<Object> find(String name) {
    return Optional.ofNullable(raw(name));
  }

  boolean flag(String name) {
    return Boolean.TRUE.equals(raw(name));
  }

  Optional<String> text(String name) {
    return find(name).map(this::text);
  }

  Optional<Duration> duration(String name) {
    return text(name).map(Args::parse);
  }

  Optional<Integer> number(String name) {
    return find(name).map(Integer.class::cast);
  }

  void noneLeft() {
    Set<String> left = new HashSet<>(args.keySet());
    left.removeAll(used);
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("arguments that this runner does not know: " + left);
    }
  }

  String text(Object object) {
    if (object instanceof Map<?, ?> map) {
      if (map.containsKey("$ref")) {
        return (String) captured.get((String) map.get("$ref"));
      }
      return repeated(Doc.map(map));
    }
    return (String) object;
  }

  static String repeated(Map<String, Object> map) {
    return ((String) map.get("repeat")).repeat((Integer) map.get("times"));
  }

  ByteString bytes(Object object) {
    return object instanceof Map<?, ?> map && map.containsKey("base64")
        ? base64((String) map.get("base64"))
        : ByteString.copyFromUtf8(text(object));
  }

  static ByteString base64(String text) {
    return ByteString.copyFrom(Base64.getDecoder().decode(text));
  }

  static Duration parse(String text) {
    boolean millis = text.endsWith("ms");
    BigDecimal number = new BigDecimal(text.substring(0, text.length() - (millis ? 2 : 1)));
    return Duration.ofNanos(number.movePointRight(millis ? 6 : 9).longValueExact());
  }

  /** Keys that are listed, or numbered. */
  List<String> keys(Object object) {
    if (object instanceof Map<?, ?> map) {
      return IntStream.range(0, (Integer) map.get("count"))
          .mapToObj(number -> (String) map.get("prefix") + number)
          .toList();
    }
    return Doc.list(object).stream().map(this::text).toList();
  }

  Expected expected(Object object) {
    Map<String, Object> map = Doc.map(object);
    return switch (map.keySet().iterator().next()) {
      case "absent" -> Expected.absent();
      case "present" -> Expected.present();
      case "version" -> Expected.version(new Version(text(map.get("version"))));
      case "value" -> Expected.value(bytes(map.get("value")));
      default -> throw new IllegalArgumentException("no expectation: " + map);
    };
  }

  ItemKey key(Object object) {
    Map<String, Object> map = Doc.map(object);
    Object partition = value(map.get("partition"));
    return map.containsKey("sort")
        ? ItemKey.of(partition, value(map.get("sort")))
        : ItemKey.of(partition);
  }

  Map<String, Object> item(Object object) {
    Map<String, Object> item = new LinkedHashMap<>();
    Doc.map(object).forEach((name, value) -> item.put(name, value(value)));
    return item;
  }

  /** An attribute's value as Java has it. */
  Object value(Object object) {
    Map<String, Object> map = Doc.map(object);
    if (map.containsKey("deep")) {
      Object value = value(map.get("deep"));
      for (int level = 0; level < (Integer) map.get("levels"); level++) {
        value = List.of(value);
      }
      return value;
    }
    if (map.containsKey("named")) {
      Map<String, Object> named = new LinkedHashMap<>();
      named.put(text(map.get("name")), value(map.get("named")));
      return named;
    }
    String type = map.keySet().iterator().next();
    Object data = map.get(type);
    return switch (type) {
      case "S" -> text(data);
      case "N" -> new BigDecimal(text(data));
      case "B" -> base64(text(data)).toByteArray();
      case "BOOL" -> data;
      case "NULL" -> null;
      case "M" -> item(data);
      case "L" -> values(data);
      case "SS" -> set(data, this::text, Value::stringSet);
      case "NS" -> set(data, text -> new BigDecimal(text(text)), Value::numberSet);
      case "BS" -> set(data, text -> base64(text(text)), Value::binarySet);
      default -> throw new IllegalArgumentException("no type of DynamoDB's: " + type);
    };
  }

  List<Object> values(Object list) {
    List<Object> values = new ArrayList<>();
    Doc.list(list).forEach(value -> values.add(value(value)));
    return values;
  }

  /** A set as it is; one without members needs to be told its type. */
  private static <T> Object set(
      Object data, Function<Object, T> member, Function<Set<T>, Value> of) {
    Set<T> members = new LinkedHashSet<>();
    Doc.list(data).forEach(object -> members.add(member.apply(object)));
    return members.isEmpty() ? of.apply(members) : members;
  }

  Update update(Object object) {
    Map<String, Object> map = Doc.map(object);
    if (map.containsKey("expression")) {
      return Update.expression(text(map.get("expression")));
    }
    Update update = new Update();
    for (Object action : Doc.list(map.get("actions"))) {
      update = action(update, Doc.map(action));
    }
    return update;
  }

  private Update action(Update update, Map<String, Object> action) {
    String path = text(action.get("path"));
    String kind =
        action.keySet().stream().filter(key -> !key.equals("path")).findFirst().orElseThrow();
    Object data = action.get(kind);
    return switch (kind) {
      case "set" -> update.set(path, value(data));
      case "set_if_absent" -> update.setIfAbsent(path, value(data));
      case "add" -> update.add(path, new BigDecimal(text(data)));
      case "append" -> update.append(path, values(data));
      case "prepend" -> update.prepend(path, values(data));
      case "remove" -> update.remove(path);
      case "add_to_set" -> update.addToSet(path, value(data));
      case "remove_from_set" -> update.removeFromSet(path, value(data));
      default -> throw new IllegalArgumentException("no action: " + kind);
    };
  }

  /** An expression as text, or by the builder. */
  Condition condition(Object object) {
    if (!(object instanceof Map<?, ?> map)
        || map.containsKey("repeat")
        || map.containsKey("$ref")) {
      return Condition.expression(text(object));
    }
    String operator = (String) map.keySet().iterator().next();
    Object data = map.get(operator);
    return switch (operator) {
      case "and" -> conditions(data).reduce(Condition::and).orElseThrow();
      case "or" -> conditions(data).reduce(Condition::or).orElseThrow();
      case "not" -> condition(data).not();
      case "exists" -> Attr.attr(text(data)).exists();
      case "not_exists" -> Attr.attr(text(data)).notExists();
      default -> simple(operator, Doc.list(data));
    };
  }

  private java.util.stream.Stream<Condition> conditions(Object list) {
    return Doc.list(list).stream().map(this::condition);
  }

  private Condition simple(String operator, List<Object> data) {
    Attr attr = Attr.attr(text(data.get(0)));
    return switch (operator) {
      case "eq" -> attr.eq(value(data.get(1)));
      case "ne" -> attr.ne(value(data.get(1)));
      case "lt" -> attr.lt(value(data.get(1)));
      case "le" -> attr.le(value(data.get(1)));
      case "gt" -> attr.gt(value(data.get(1)));
      case "ge" -> attr.ge(value(data.get(1)));
      case "between" -> attr.between(value(data.get(1)), value(data.get(2)));
      case "in" -> attr.in(values(data.get(1)).toArray());
      case "begins_with" -> attr.beginsWith(value(data.get(1)));
      case "contains" -> attr.contains(value(data.get(1)));
      case "is_type" -> attr.isType(text(data.get(1)));
      case "size" -> size(attr.size(), (String) data.get(1), (Integer) data.get(2));
      default -> throw new IllegalArgumentException("no condition: " + operator);
    };
  }

  private static Condition size(Attr.Size size, String operator, int number) {
    return switch (operator) {
      case "eq" -> size.eq(number);
      case "ne" -> size.ne(number);
      case "lt" -> size.lt(number);
      case "le" -> size.le(number);
      case "gt" -> size.gt(number);
      case "ge" -> size.ge(number);
      default -> throw new IllegalArgumentException("no comparison: " + operator);
    };
  }
}
