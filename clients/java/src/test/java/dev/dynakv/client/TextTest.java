package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.dynakv.v1.GetRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Strings that have no UTF-8: those with half of a surrogate pair. */
class TextTest {
  private static final String HALF = "a\ud83d";

  @Test
  void protobufWouldWriteAQuestionMark() throws Exception {
    ByteString wire = GetRequest.newBuilder().setKey(HALF).build().toByteString();
    assertEquals("a?", GetRequest.parseFrom(wire).getKey());
    assertEquals("a?", ByteString.copyFromUtf8(HALF).toStringUtf8());
  }

  @Test
  void keysAndValuesAreRefused() {
    Expected absent = Expected.absent();
    try (DynaKvClient client = DynaKvClient.connect("127.0.0.1:1")) {
      refused(
          () -> client.get(HALF),
          () -> client.set(HALF, "v"),
          () -> client.set("k", HALF),
          () -> client.compareAndSet(HALF, "v", absent),
          () -> client.compareAndSet("k", HALF, absent),
          () -> client.compareAndDelete(HALF, absent),
          () -> client.delete(HALF),
          () -> client.exists("k", HALF),
          () -> client.getTtl(HALF),
          () -> client.expire(HALF, Duration.ofHours(1)),
          () -> client.persist(HALF),
          () -> client.increment(HALF),
          () -> client.batchGet(List.of("k", HALF)),
          () -> client.listKeys().prefix(HALF),
          () -> Expected.value(HALF),
          () -> BatchOperation.set(HALF, "v"),
          () -> BatchOperation.set("k", HALF),
          () -> BatchOperation.delete(HALF),
          () -> TransactOperation.set(HALF, "v"),
          () -> TransactOperation.set("k", HALF),
          () -> TransactOperation.delete(HALF),
          () -> TransactRead.entry(HALF));
    }
  }

  @Test
  void itemsAndPathsAreRefused() {
    try (DynaKvClient client = DynaKvClient.connect("127.0.0.1:1")) {
      refused(
          () -> client.putItem(Map.of("pk", HALF)),
          () -> client.putItem(Map.of(HALF, "v")),
          () -> client.putItem(Map.of("pk", "k", "m", Map.of(HALF, 1))),
          () -> client.putItem(Map.of("pk", "k", "s", Set.of(HALF))),
          () -> client.putItem(Map.of("pk", "k", "l", List.of(HALF))),
          () -> client.getItem(ItemKey.of(HALF)),
          () -> client.query("pk = :pk").value(":pk", HALF),
          () -> client.query("#p = :pk").name("#p", HALF),
          () -> TransactOperation.putItem(Map.of("pk", HALF)),
          () -> new Update().set(HALF, 1),
          () -> new Update().set("a", HALF),
          () -> Attr.attr(HALF));
    }
  }

  @Test
  void wholePairsAreText() {
    assertEquals("\ud83d\ude00", Wire.utf8("\ud83d\ude00").toStringUtf8());
    refused(() -> Wire.text("\ude00\ud83d"), () -> Wire.text("\ud83d\ud83d\ude00"));
  }

  private static void refused(Executable... calls) {
    for (int i = 0; i < calls.length; i++) {
      assertThrows(IllegalArgumentException.class, calls[i], "number " + i);
    }
  }
}
