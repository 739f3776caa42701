package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynakv.v1.BatchWriteRequest;
import dev.dynakv.v1.SetRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goes over the wire when a call is sent, and what its failure means. */
class CallTest {
  @Test
  void aCallCarriesTheTokenTheDeadlineTheTableAndTheMetadata() throws Exception {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client =
            server
                .client()
                .token("s3cret")
                .table("orders")
                .timeout(Duration.ofMinutes(1))
                .build()) {
      client.set("k", "v").metadata("x-purpose", "test").send();
      client.set("k", "v").table("other").timeout(Duration.ofSeconds(30)).send();

      RecordingServer.Seen first = server.next();
      assertEquals("orders", ((SetRequest) first.request()).getTable());
      assertEquals("Bearer s3cret", first.header("authorization"));
      assertEquals("test", first.header("x-purpose"));
      assertTrue(first.header("user-agent").startsWith("dynakv-java/"));
      assertTrue(first.left().compareTo(Duration.ofSeconds(30)) > 0);
      RecordingServer.Seen second = server.next();
      assertEquals("other", ((SetRequest) second.request()).getTable());
      assertNull(second.header("x-purpose"));
      assertTrue(second.left().compareTo(Duration.ofSeconds(30)) <= 0);
    }
  }

  @Test
  void theTokenIsNeverShown() {
    ClientBuilder builder = DynaKvClient.builder().token("s3cret");
    assertFalse(builder.toString().contains("s3cret"));
    try (DynaKvClient client = builder.build()) {
      assertFalse(client.toString().contains("s3cret"));
    }
    assertThrows(
        IllegalArgumentException.class, () -> DynaKvClient.builder().token("two\nlines").build());
  }

  @Test
  void everyAttemptOfAWriteHasTheSameIdAndEveryWriteItsOwn() throws Exception {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      server.failNext(Status.UNAVAILABLE);
      server.failNext(Status.UNAVAILABLE);
      SetCall call = client.set("k", "v");
      call.send();
      call.sendAsync().join();

      List<UUID> ids = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ids.add(UUID.fromString(((SetRequest) server.next().request()).getRequestId()));
      }
      assertTrue(ids.get(0).equals(ids.get(1)) && ids.get(1).equals(ids.get(2)), ids.toString());
      assertNotEquals(ids.get(2), ids.get(3));
      assertEquals(4, ids.get(0).version());
    }
  }

  @Test
  void aWriteThatFailedWithoutAWordFromDynaKvIsUnknownAndNamesItsId() throws Exception {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      server.failNext(Status.INTERNAL.withDescription("a proxy's fault"));
      var unknown = assertThrows(OutcomeUnknownException.class, () -> client.set("k", "v").send());
      SetRequest sent = (SetRequest) server.next().request();
      assertEquals(sent.getRequestId(), unknown.requestId().toString());
      assertEquals(Status.Code.INTERNAL, unknown.code());
      assertTrue(unknown.reason().isEmpty());

      server.failNext(Status.INTERNAL);
      var thrown =
          assertThrows(CompletionException.class, () -> client.set("k", "v").sendAsync().join());
      assertInstanceOf(OutcomeUnknownException.class, thrown.getCause());
    }
  }

  @Test
  void oneAttemptThatMayHaveWrittenLeavesTheOutcomeUnknown() {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      server.refuseNext(Status.Code.UNAVAILABLE, "OVERLOADED");
      server.refuseNext(Status.Code.INVALID_ARGUMENT, "INVALID_FIELD");
      assertThrows(InvalidRequestException.class, () -> client.set("k", "v").send());

      server.failNext(Status.UNAVAILABLE);
      server.refuseNext(Status.Code.INVALID_ARGUMENT, "INVALID_FIELD");
      var unknown = assertThrows(OutcomeUnknownException.class, () -> client.set("k", "v").send());
      assertEquals(Reason.INVALID_FIELD, unknown.reason().orElseThrow());
    }
  }

  @Test
  void detailsThatNobodyCanReadVouchForNothing() {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      Metadata trailers = new Metadata();
      trailers.put(
          Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
          new byte[] {1, 2, 3});
      server.failNext(Status.INVALID_ARGUMENT, trailers);
      assertThrows(OutcomeUnknownException.class, () -> client.set("k", "v").send());
    }
  }

  @Test
  void aWriteThatFoundNoServerCertainlyDidNotHappen() throws IOException {
    // A port that nobody listens on; bound and closed just before.
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (DynaKvClient client =
        DynaKvClient.builder().address("127.0.0.1:" + port).retry(RetryPolicy.none()).build()) {
      var failed = assertThrows(UnavailableException.class, () -> client.set("k", "v").send());
      assertTrue(failed.getMessage().contains("refused"), failed.getMessage());
    }
  }

  @Test
  void whatCouldNotBeRecognisedIsSentOnce() throws Exception {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      server.failNext(Status.UNAVAILABLE);
      var unknown =
          assertThrows(
              OutcomeUnknownException.class,
              () ->
                  client
                      .batchWrite(
                          BatchOperation.set("a", "1"),
                          BatchOperation.delete("b").expected(Expected.present()))
                      .send());
      assertEquals(
          unknown.requestId().toString(),
          ((BatchWriteRequest) server.next().request()).getRequestId());
      server.failNext(Status.UNAVAILABLE);
      assertThrows(
          OutcomeUnknownException.class,
          () -> client.transactWrite(TransactOperation.delete("cart")).send());
      server.next();
      assertTrue(server.seen.isEmpty());

      // With a set beside it, it is recognised by the version that leaves.
      server.failNext(Status.UNAVAILABLE);
      client
          .transactWrite(TransactOperation.delete("cart"), TransactOperation.set("order", "1"))
          .send();
      server.failNext(Status.UNAVAILABLE);
      client.batchWrite(BatchOperation.set("a", "1"), BatchOperation.delete("b")).send();
      assertEquals(4, server.seen.size());
    }
  }

  @Test
  void aBatchIsSplitUnderIdsThatFollowFromItsOwn() throws Exception {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      List<BatchOperation> operations =
          IntStream.range(0, 20_001)
              .mapToObj(i -> (BatchOperation) BatchOperation.set("k" + i, "v"))
              .toList();
      UUID id = UUID.randomUUID();
      assertEquals(20_001, client.batchWrite(operations).requestId(id).send().size());
      List<String> ids = new ArrayList<>();
      List<Integer> counts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        BatchWriteRequest request = (BatchWriteRequest) server.next().request();
        ids.add(request.getRequestId());
        counts.add(request.getOperationsCount());
      }
      assertEquals(List.of(10_000, 10_000, 1), counts);
      assertEquals(
          IntStream.range(0, 3).mapToObj(i -> BatchWriteRun.partId(id, i).toString()).toList(),
          ids);
      assertEquals(id.toString(), ids.get(0));
      assertEquals(3, ids.stream().distinct().count());
    }
  }

  @Test
  void withoutRetriesEveryCallIsSentOnce() {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().retry(RetryPolicy.none()).build()) {
      server.failNext(Status.UNAVAILABLE);
      assertThrows(UnavailableException.class, () -> client.get("k").send());
      assertEquals(1, server.seen.size());
    }
  }

  @Test
  void anInterruptEndsTheCall() {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      Thread.currentThread().interrupt();
      var ended = assertThrows(DynaKvException.class, () -> client.get("k").send());
      assertEquals(Status.Code.CANCELLED, ended.code());
      assertTrue(Thread.interrupted(), "the thread stays interrupted");
    }
  }

  @Test
  void anInterruptLeavesItUnknownWhetherABatchWasWritten() {
    UUID id = UUID.randomUUID();
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      BatchWriteCall call = client.batchWrite(BatchOperation.set("a", "1")).requestId(id);
      Thread.currentThread().interrupt();
      var ended = assertThrows(DynaKvException.class, call::send);
      assertTrue(Thread.interrupted(), "the thread stays interrupted");
      assertEquals(Status.Code.CANCELLED, ended.code());
      assertEquals(id, assertInstanceOf(OutcomeUnknownException.class, ended).requestId());
      assertInstanceOf(InterruptedException.class, ended.getCause());
    }
  }

  @Test
  void anyTimeoutIsTaken() throws Exception {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      client.get("k").timeout(Duration.ofSeconds(Long.MAX_VALUE)).send();
      assertTrue(server.next().left().compareTo(Duration.ofDays(100)) <= 0);
    }
  }
}
