package dev.dynakv.client;

import dev.dynakv.v1.AttributeList;
import dev.dynakv.v1.AttributeMap;
import dev.dynakv.v1.BinarySet;
import dev.dynakv.v1.NumberSet;
import dev.dynakv.v1.StringSet;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Attribute values to messages, and back. */
final class WireValue {
  private WireValue() {}

  static dev.dynakv.v1.Value message(Value value) {
    dev.dynakv.v1.Value.Builder message = dev.dynakv.v1.Value.newBuilder();
    if (value instanceof Value.S s) {
      message.setS(Wire.text(s.text()));
    } else if (value instanceof Value.N n) {
      message.setN(n.number().toString());
    } else if (value instanceof Value.B b) {
      message.setB(b.bytes());
    } else if (value instanceof Value.Bool bool) {
      message.setBool(bool.truth());
    } else if (value instanceof Value.M m) {
      message.setM(AttributeMap.newBuilder().putAllFields(messages(m.attributes())));
    } else if (value instanceof Value.L l) {
      message.setL(list(l.values()));
    } else if (value instanceof Value.Ss ss) {
      message.setSs(
          StringSet.newBuilder().addAllValues(ss.members().stream().map(Wire::text).toList()));
    } else if (value instanceof Value.Ns ns) {
      message.setNs(
          NumberSet.newBuilder()
              .addAllValues(ns.members().stream().map(BigDecimal::toString).toList()));
    } else if (value instanceof Value.Bs bs) {
      message.setBs(BinarySet.newBuilder().addAllValues(bs.members()));
    } else {
      message.setNull(true);
    }
    return message.build();
  }

  static AttributeList list(Iterable<Value> values) {
    AttributeList.Builder list = AttributeList.newBuilder();
    values.forEach(value -> list.addValues(message(value)));
    return list.build();
  }

  static Map<String, dev.dynakv.v1.Value> messages(Map<String, Value> attributes) {
    Map<String, dev.dynakv.v1.Value> messages = new LinkedHashMap<>();
    attributes.forEach((name, value) -> messages.put(Wire.text(name), message(value)));
    return messages;
  }

  static dev.dynakv.v1.ItemKey key(ItemKey key) {
    dev.dynakv.v1.ItemKey.Builder message =
        dev.dynakv.v1.ItemKey.newBuilder().setPartition(message(key.partition()));
    key.sort().ifPresent(sort -> message.setSort(message(sort)));
    return message.build();
  }

  static Value value(dev.dynakv.v1.Value message) {
    return switch (message.getKindCase()) {
      case S -> new Value.S(message.getS());
      case N -> new Value.N(number(message.getN()));
      case B -> new Value.B(message.getB());
      case BOOL -> new Value.Bool(message.getBool());
      case NULL -> new Value.Null();
      case M -> new Value.M(item(message.getM()));
      case L -> new Value.L(message.getL().getValuesList().stream().map(WireValue::value).toList());
      case SS -> new Value.Ss(Set.copyOf(message.getSs().getValuesList()));
      case NS ->
          new Value.Ns(
              message.getNs().getValuesList().stream()
                  .map(WireValue::number)
                  .collect(Collectors.toCollection(TreeSet::new)));
      case BS -> new Value.Bs(new LinkedHashSet<>(message.getBs().getValuesList()));
      case KIND_NOT_SET -> throw Wire.unreadable("a value of no known type");
    };
  }

  static Map<String, Value> item(AttributeMap message) {
    return message.getFieldsMap().entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, field -> value(field.getValue())));
  }

  /** What a getter gives, if its field is there. */
  static Optional<Map<String, Value>> item(boolean present, AttributeMap message) {
    return present ? Optional.of(item(message)) : Optional.empty();
  }

  private static BigDecimal number(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw Wire.unreadable("a number that is none");
    }
  }
}
