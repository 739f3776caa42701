package dev.dynakv.client;

import com.google.protobuf.ByteString;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Values to what Java has for them, and back. */
final class Conversion {
  private Conversion() {}

  static Value toValue(Object object) {
    if (object == null) {
      return new Value.Null();
    } else if (object instanceof Value value) {
      return value;
    } else if (object instanceof CharSequence text) {
      return new Value.S(text.toString());
    } else if (object instanceof Number number) {
      return new Value.N(decimal(number));
    } else if (object instanceof Boolean truth) {
      return new Value.Bool(truth);
    } else if (object instanceof byte[]
        || object instanceof ByteString
        || object instanceof ByteBuffer) {
      return new Value.B(bytes(object));
    } else if (object instanceof Map<?, ?> map) {
      return new Value.M(attributes(map));
    } else if (object instanceof Set<?> set) {
      return set(set);
    } else if (object instanceof Iterable<?> list) {
      return new Value.L(list(list));
    } else if (object instanceof Optional<?> optional) {
      return toValue(optional.orElse(null));
    }
    throw new IllegalArgumentException(
        "no attribute value stands for a " + object.getClass().getName());
  }

  /** The values of a list. */
  static List<Value> list(Iterable<?> objects) {
    List<Value> values = new ArrayList<>();
    objects.forEach(object -> values.add(toValue(object)));
    return values;
  }

  /** The attributes of an item or of a map in one. */
  static Map<String, Value> attributes(Map<?, ?> map) {
    Map<String, Value> attributes = new LinkedHashMap<>();
    map.forEach(
        (name, object) -> {
          if (!(name instanceof String text)) {
            throw new IllegalArgumentException("the names of attributes are strings");
          }
          attributes.put(text, toValue(object));
        });
    return attributes;
  }

  static BigDecimal decimal(Number number) {
    if (number instanceof BigDecimal decimal) {
      return decimal;
    } else if (number instanceof BigInteger whole) {
      return new BigDecimal(whole);
    } else if (number instanceof Double || number instanceof Float) {
      if (!Double.isFinite(number.doubleValue())) {
        throw new IllegalArgumentException("no attribute value stands for " + number);
      }
      // The shortest text that stands for exactly this number among those of its type.
      return new BigDecimal(number.toString());
    } else if (number instanceof Long
        || number instanceof Integer
        || number instanceof Short
        || number instanceof Byte) {
      return BigDecimal.valueOf(number.longValue());
    }
    // An AtomicLong, for example, and whatever else a library made.
    return new BigDecimal(number.toString());
  }

  private static ByteString bytes(Object object) {
    if (object instanceof byte[] array) {
      return ByteString.copyFrom(array);
    }
    return object instanceof ByteBuffer buffer
        ? ByteString.copyFrom(buffer.duplicate())
        : (ByteString) object;
  }

  private static Value set(Set<?> set) {
    if (!set.isEmpty() && set.stream().allMatch(String.class::isInstance)) {
      return new Value.Ss(set.stream().map(String.class::cast).collect(Collectors.toSet()));
    } else if (!set.isEmpty() && set.stream().allMatch(Number.class::isInstance)) {
      return new Value.Ns(
          set.stream()
              .map(member -> decimal((Number) member))
              .collect(Collectors.toCollection(TreeSet::new)));
    } else if (!set.isEmpty()
        && set.stream()
            .allMatch(member -> member instanceof ByteString || member instanceof byte[])) {
      return new Value.Bs(
          set.stream().map(Conversion::bytes).collect(Collectors.toCollection(LinkedHashSet::new)));
    }
    throw new IllegalArgumentException("a set has members, all strings, all numbers or all bytes");
  }

  static Object toObject(Value value) {
    if (value instanceof Value.S s) {
      return s.text();
    } else if (value instanceof Value.N n) {
      return n.number();
    } else if (value instanceof Value.B b) {
      return b.bytes();
    } else if (value instanceof Value.Bool bool) {
      return bool.truth();
    } else if (value instanceof Value.M m) {
      Map<String, Object> objects = new LinkedHashMap<>();
      m.attributes().forEach((name, attribute) -> objects.put(name, toObject(attribute)));
      return Collections.unmodifiableMap(objects);
    } else if (value instanceof Value.L l) {
      List<Object> objects = new ArrayList<>();
      l.values().forEach(member -> objects.add(toObject(member)));
      return Collections.unmodifiableList(objects);
    } else if (value instanceof Value.Ss ss) {
      return ss.members();
    } else if (value instanceof Value.Ns ns) {
      return ns.members();
    } else if (value instanceof Value.Bs bs) {
      return bs.members();
    }
    return null;
  }

  static <V extends Value> V as(Class<V> type, Value value) {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw new IllegalStateException(
        "a value of type " + value.getClass().getSimpleName() + " is no " + type.getSimpleName());
  }
}
