package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ValueTest {
  private static final BigDecimal DIGITS =
      new BigDecimal("12345678901234567890.123456789012345678");

  @Test
  void everyTypeGoesToTheWireAndBack() {
    ByteString bytes = ByteString.copyFrom(new byte[] {0, -1});
    List<Value> values =
        List.of(
            Value.of(""),
            Value.of(DIGITS),
            Value.of(Long.MIN_VALUE),
            Value.of(bytes),
            Value.of(ByteString.EMPTY),
            Value.of(true),
            Value.of(null),
            Value.of(List.of(1, Optional.empty(), List.of())),
            Value.of(Map.of("a", Map.of())),
            Value.of(Set.of("a", "b")),
            Value.of(Set.of(1, 2.5)),
            Value.of(Set.of(bytes, ByteString.EMPTY)));
    for (Value value : values) {
      assertEquals(value, WireValue.value(WireValue.message(value)));
      assertEquals(value, Value.of(value.toObject()));
    }
  }

  @Test
  void whatJavaHasStandsForAValue() {
    assertEquals(new Value.S("x"), Value.of(CharBuffer.wrap("x")));
    assertEquals(Value.of(7), Value.of(BigInteger.valueOf(7)));
    assertEquals("0.1", Value.of(0.1).asNumber().toString());
    assertEquals("0.1", Value.of(0.1f).asNumber().toString());
    byte[] array = {1, 2};
    Value copied = Value.of(array);
    array[0] = 9;
    assertEquals(ByteString.copyFrom(new byte[] {1, 2}), copied.asBytes());
    assertEquals(copied, Value.of(ByteBuffer.wrap(new byte[] {1, 2})));
    List<Object> withNull = new ArrayList<>();
    withNull.add(null);
    assertEquals(List.of(new Value.Null()), Value.of(withNull).asList());
    assertNull(Value.of(null).toObject());
  }

  @Test
  void whatIsNoValueIsRefused() {
    for (Object object :
        List.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Set.of(),
            Set.of("a", 1),
            Map.of(1, "a"),
            new Object())) {
      assertThrows(IllegalArgumentException.class, () -> Value.of(object));
    }
  }

  @Test
  void numbersAreEqualByWhatTheyAre() {
    assertEquals(Value.of(new BigDecimal("1.50")), Value.of(1.5));
    assertEquals(Value.of(new BigDecimal("1.50")).hashCode(), Value.of(1.5).hashCode());
    assertEquals(Value.of(new BigDecimal("1E+2")), Value.of(100));
    assertNotEquals(Value.of(9_007_199_254_740_993L), Value.of(9_007_199_254_740_992L));
    Value set = Value.numberSet(Set.of(new BigDecimal("1.0"), new BigDecimal("1")));
    assertEquals(set, new Value.Ns(new TreeSet<>(Set.of(BigDecimal.ONE))));
    assertEquals(set.hashCode(), new Value.Ns(new TreeSet<>(Set.of(BigDecimal.ONE))).hashCode());
  }

  @Test
  void aValueIsReadAsWhatItIs() {
    assertEquals(5, Value.of(5).asLong());
    assertThrows(ArithmeticException.class, () -> Value.of(0.5).asLong());
    var wrong = assertThrows(IllegalStateException.class, () -> Value.of("secret").asNumber());
    assertEquals("a value of type S is no N", wrong.getMessage());
  }
}
