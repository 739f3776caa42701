package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynakv.v1.BatchGetRequest;
import dev.dynakv.v1.BatchGetResponse;
import dev.dynakv.v1.BatchGetResult;
import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.ListTablesRequest;
import dev.dynakv.v1.ListTablesResponse;
import dev.dynakv.v1.SetRequest;
import dev.dynakv.v1.SetResponse;
import dev.dynakv.v1.TableServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Answers that no DynaKV gives: those of a proxy that breaks, or of another server altogether. */
class OddAnswersTest {
  private static Server serve(BindableService service) throws IOException {
    return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
        .addService(service)
        .build()
        .start();
  }

  /** Answers a set with any number of messages and any status. */
  private static BindableService sets(Consumer<StreamObserver<SetResponse>> answer) {
    MethodDescriptor<SetRequest, SetResponse> method =
        KeyValueServiceGrpc.getSetMethod().toBuilder()
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .build();
    return () ->
        ServerServiceDefinition.builder("dynakv.v1.KeyValueService")
            .addMethod(
                method,
                ServerCalls.asyncServerStreamingCall((request, sink) -> answer.accept(sink)))
            .build();
  }

  private static void isUnknown(Status.Code code, Consumer<StreamObserver<SetResponse>> answer)
      throws Exception {
    Server server = serve(sets(answer));
    try (DynaKvClient client = DynaKvClient.connect("127.0.0.1:" + server.getPort())) {
      CompletableFuture<?> sent = client.set("k", "v").sendAsync();
      var thrown = assertThrows(ExecutionException.class, () -> sent.get(5, TimeUnit.SECONDS));
      var unknown = assertInstanceOf(OutcomeUnknownException.class, thrown.getCause());
      assertEquals(code, unknown.code());
      var waited = assertThrows(OutcomeUnknownException.class, () -> client.set("k", "v").send());
      assertEquals(code, waited.code());
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void okWithoutAMessageIsNoAnswer() throws Exception {
    isUnknown(Status.Code.INTERNAL, StreamObserver::onCompleted);
  }

  @Test
  void aMessageBeforeAnErrorIsNoAnswer() throws Exception {
    isUnknown(
        Status.Code.DATA_LOSS,
        sink -> {
          sink.onNext(SetResponse.newBuilder().setVersion("1").build());
          sink.onError(Status.DATA_LOSS.asRuntimeException());
        });
  }

  @Test
  void aResultThatBelongsToNoKeyTakesNoOtherWithIt() throws Exception {
    Server server =
        serve(
            new KeyValueServiceGrpc.KeyValueServiceImplBase() {
              @Override
              public void batchGet(BatchGetRequest request, StreamObserver<BatchGetResponse> sink) {
                BatchGetResult.Builder missing =
                    BatchGetResult.newBuilder()
                        .setMissing(BatchGetResult.Missing.getDefaultInstance());
                sink.onNext(
                    BatchGetResponse.newBuilder()
                        .addResults(missing.setIndex(0).build())
                        .addResults(missing.setIndex(7).build())
                        .build());
                sink.onCompleted();
              }
            });
    try (DynaKvClient client = DynaKvClient.connect("127.0.0.1:" + server.getPort())) {
      List<Found> found = client.batchGet(List.of("a", "b")).sendAsync().get(5, TimeUnit.SECONDS);
      assertInstanceOf(Found.Missing.class, found.get(0));
      assertInstanceOf(Found.Failed.class, found.get(1));
      assertEquals(2, client.batchGet(List.of("a", "b")).stream().count());
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void whoCancelsAListOfTablesCancelsTheCall() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    Server server =
        serve(
            new TableServiceGrpc.TableServiceImplBase() {
              @Override
              public void listTables(
                  ListTablesRequest request, StreamObserver<ListTablesResponse> sink) {
                ((ServerCallStreamObserver<ListTablesResponse>) sink)
                    .setOnCancelHandler(cancelled::countDown);
                arrived.countDown();
              }
            });
    try (DynaKvClient client = DynaKvClient.connect("127.0.0.1:" + server.getPort())) {
      CompletableFuture<List<ListedTable>> tables = client.listTables().sendAsync();
      assertTrue(arrived.await(5, TimeUnit.SECONDS));
      tables.cancel(true);
      assertTrue(cancelled.await(5, TimeUnit.SECONDS));
    } finally {
      server.shutdownNow();
    }
  }
}
