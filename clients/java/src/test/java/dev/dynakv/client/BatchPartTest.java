package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchPartTest {
  private static final int MAX_BYTES = 16 * 1024 * 1024;

  private static int[] ones(int count) {
    int[] sizes = new int[count];
    Arrays.fill(sizes, 1);
    return sizes;
  }

  @Test
  void partsEndAtTheCountAndAtTheSize() {
    assertEquals(List.of(), BatchPart.split(new int[0], 100));
    assertEquals(List.of(new BatchPart(0, 10_000)), BatchPart.split(ones(10_000), 100));
    assertEquals(
        List.of(
            new BatchPart(0, 10_000), new BatchPart(10_000, 20_000), new BatchPart(20_000, 20_001)),
        BatchPart.split(ones(20_001), 100));

    int half = (MAX_BYTES - 100) / 2;
    assertEquals(
        List.of(new BatchPart(0, 2), new BatchPart(2, 3)),
        BatchPart.split(new int[] {half, half, half}, 100));
    assertEquals(
        List.of(new BatchPart(0, 1), new BatchPart(1, 2)),
        BatchPart.split(new int[] {half, half + 1}, 100));
  }

  @Test
  void whatFitsNoRequestHasOneOfItsOwn() {
    assertEquals(
        List.of(new BatchPart(0, 1), new BatchPart(1, 2), new BatchPart(2, 3)),
        BatchPart.split(new int[] {1, MAX_BYTES + 1, 1}, 0));
  }

  @Test
  void aRefusalNamesThePositionThatTheCallerKnows() {
    BadRequest.Builder bad = BadRequest.newBuilder();
    bad.addFieldViolationsBuilder()
        .setField("operations[3].set.key")
        .setDescription("must not be empty");
    bad.addFieldViolationsBuilder().setField("table").setDescription("is not configured");
    Failure refused =
        Failure.of(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.INVALID_ARGUMENT.value())
                .setMessage("operations[3].set.key: must not be empty")
                .addDetails(Any.pack(bad.build()))
                .build());
    Failure moved = BatchPart.inCallersWords(refused, index -> index + 10_000);
    assertEquals("operations[10003].set.key: must not be empty", moved.message());
    assertEquals(
        List.of("operations[10003].set.key", "table"),
        moved.fields().stream().map(FieldViolation::field).toList());
    assertEquals(
        "operations[10003].set.key: must not be empty (INVALID_ARGUMENT); table: is not configured",
        moved.toString());
  }
}
