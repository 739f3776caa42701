package dev.dynakv.client.vectors;

import dev.dynakv.client.BatchAnswer;
import dev.dynakv.client.BatchGetItemsCall;
import dev.dynakv.client.BatchItemOperation;
import dev.dynakv.client.BatchItemRead;
import dev.dynakv.client.BatchWriteItemsCall;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.FoundItem;
import dev.dynakv.client.ItemKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** The batches of items. */
final class ItemBatchCalls {
  private final DynaKvClient client;
  private final Runner.Sender sender;
  private final Args args;

  ItemBatchCalls(DynaKvClient client, Runner.Sender sender, Args args) {
    this.client = client;
    this.sender = sender;
    this.args = args;
  }

  Object carryOut(String call) {
    return Map.of("results", call.equals("batch_get_items") ? get() : write());
  }

  private List<?> get() {
    Object given = args.raw("reads");
    List<BatchItemRead> reads =
        given instanceof Map<?, ?> map
            ? args.keys(map).stream().map(key -> BatchItemRead.of(ItemKey.of(key))).toList()
            : Doc.list(given).stream().map(this::read).toList();
    BatchGetItemsCall call = client.batchGetItems(reads);
    if (args.flag("consistent")) {
      call.consistent();
    }
    args.text("projection").ifPresent(call::projection);
    ItemCalls.entries(args, "names")
        .forEach(name -> call.name(name.getKey(), args.text(name.getValue())));
    List<FoundItem> found =
        args.text("mode").orElse("all").equals("stream")
            ? streamed(call, reads.size())
            : sender.send(call);
    return found.stream().map(Results::found).toList();
  }

  private BatchItemRead read(Object object) {
    Args of = args.within(object);
    BatchItemRead read = BatchItemRead.of(of.key(of.raw("key")));
    read = of.has("table") ? read.table(of.text("table").orElseThrow()) : read;
    of.noneLeft();
    return read;
  }

  private List<FoundItem> streamed(BatchGetItemsCall call, int count) {
    sender.prepare(call);
    FoundItem[] all = new FoundItem[count];
    try (Stream<BatchAnswer<FoundItem>> answers = call.stream()) {
      answers.forEach(
          answer -> {
            if (all[answer.position()] != null) {
              throw new AssertionError("position " + answer.position() + " came twice");
            }
            all[answer.position()] = answer.found();
          });
    }
    if (Arrays.asList(all).contains(null)) {
      throw new AssertionError("a position never came");
    }
    return Arrays.asList(all);
  }

  private List<?> write() {
    List<? extends BatchItemOperation<?>> operations =
        Doc.list(args.raw("operations")).stream().map(this::operation).toList();
    BatchWriteItemsCall call = client.batchWriteItems(operations);
    args.text("request_id").map(UUID::fromString).ifPresent(call::requestId);
    return sender.send(call).stream().map(Results::batch).toList();
  }

  private BatchItemOperation<?> operation(Object object) {
    Args beside = args.within(object);
    boolean isPut = beside.has("put_item");
    Args of = args.within(beside.raw(isPut ? "put_item" : "delete_item"));
    BatchItemOperation<?> operation = isPut ? put(of) : delete(of);
    of.noneLeft();
    if (beside.has("table")) {
      operation = operation.table(beside.text("table").orElseThrow());
    }
    operation = beside.flag("return_current") ? operation.returnCurrent() : operation;
    beside.noneLeft();
    return operation;
  }

  private static BatchItemOperation.Put put(Args of) {
    BatchItemOperation.Put put = BatchItemOperation.putItem(of.item(of.raw("item")));
    put = of.has("ttl") ? put.ttl(of.duration("ttl").orElseThrow()) : put;
    return conditional(put, of);
  }

  private static BatchItemOperation.Deletion delete(Args of) {
    BatchItemOperation.Deletion delete = BatchItemOperation.deleteItem(of.key(of.raw("key")));
    delete = of.flag("report_existed") ? delete.reportExisted() : delete;
    return conditional(delete, of);
  }

  private static <T extends BatchItemOperation<T>> T conditional(T plain, Args of) {
    T operation = plain;
    if (of.has("condition")) {
      operation = operation.condition(of.condition(of.raw("condition")));
    }
    for (Map.Entry<String, Object> name : ItemCalls.entries(of, "names")) {
      operation = operation.name(name.getKey(), of.text(name.getValue()));
    }
    for (Map.Entry<String, Object> value : ItemCalls.entries(of, "values")) {
      operation = operation.value(value.getKey(), of.value(value.getValue()));
    }
    return operation;
  }
}
