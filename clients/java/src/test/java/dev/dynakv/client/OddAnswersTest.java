package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.SetRequest;
import dev.dynakv.v1.SetResponse;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
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
      var waited =
          assertThrows(OutcomeUnknownException.class, () -> client.set("k", "v").send());
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
}
