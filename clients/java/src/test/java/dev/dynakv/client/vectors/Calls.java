package dev.dynakv.client.vectors;

import dev.dynakv.client.BatchAnswer;
import dev.dynakv.client.BatchDelete;
import dev.dynakv.client.BatchGetCall;
import dev.dynakv.client.BatchOperation;
import dev.dynakv.client.BatchSet;
import dev.dynakv.client.BatchWriteCall;
import dev.dynakv.client.CompareAndDeleteCall;
import dev.dynakv.client.CompareAndSetCall;
import dev.dynakv.client.Counter;
import dev.dynakv.client.DeleteCall;
import dev.dynakv.client.Deletion;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.ExistsCall;
import dev.dynakv.client.ExpireOutcome;
import dev.dynakv.client.Found;
import dev.dynakv.client.GetCall;
import dev.dynakv.client.GetTtlCall;
import dev.dynakv.client.IncrementCall;
import dev.dynakv.client.PersistOutcome;
import dev.dynakv.client.SetCall;
import dev.dynakv.client.Swap;
import dev.dynakv.client.TableCall;
import dev.dynakv.client.TtlOutcome;
import dev.dynakv.client.WriteCall;
import dev.dynakv.client.Written;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** The calls of entries: how their arguments are given and what their results are as documents. */
final class Calls {
  private final DynaKvClient client;
  private final Runner.Sender sender;
  private final Args args;

  Calls(DynaKvClient client, Runner.Sender sender, Args args) {
    this.client = client;
    this.sender = sender;
    this.args = args;
  }

  Object carryOut(String call) {
    return switch (call) {
      case "get" -> get();
      case "set" -> set();
      case "compare_and_set" -> compareAndSet();
      case "delete" -> delete();
      case "compare_and_delete" -> compareAndDelete();
      case "exists" -> exists();
      case "get_ttl" -> getTtl();
      case "expire" -> expire();
      case "persist" -> persist();
      case "increment" -> increment();
      case "batch_get" -> batchGet();
      case "batch_write" -> batchWrite();
      case "batch_get_items", "batch_write_items" ->
          new ItemBatchCalls(client, sender, args).carryOut(call);
      case "transact_get", "transact_write" ->
          new TransactCalls(client, sender, args).carryOut(call);
      case "create_table", "describe_table", "list_tables", "enable_ttl", "delete_table" ->
          new TableCalls(client, sender, args).carryOut(call);
      default -> new ItemCalls(client, sender, args).carryOut(call);
    };
  }

  static <C extends TableCall<?, C, ?, ?>> C on(C call, Args args) {
    args.text("table").ifPresent(call::table);
    return call;
  }

  static <C extends WriteCall<?, C, ?, ?>> C write(C call, Args args) {
    args.text("request_id").map(UUID::fromString).ifPresent(call::requestId);
    return on(call, args);
  }

  private String key() {
    return args.text("key").orElseThrow();
  }

  private Object get() {
    GetCall call = on(client.get(key()), args);
    if (args.flag("consistent")) {
      call.consistent();
    }
    return sender
        .send(call)
        .map(entry -> Doc.outcome("found", Results.entry(entry)))
        .orElse(Doc.outcome("missing"));
  }

  private Object set() {
    SetCall call = write(client.set(key(), args.bytes(args.raw("value"))), args);
    args.duration("ttl").ifPresent(call::ttl);
    if (args.flag("keep_ttl")) {
      call.keepTtl();
    }
    if (args.flag("return_previous")) {
      call.returnPrevious();
    }
    Written written = sender.send(call);
    return Doc.of()
        .put("version", written.version().text())
        .put("expire_time", Results.time(written.expireTime()))
        .put("previous", written.previous().map(Results::entry))
        .putIf(written.previousLost(), "previous_lost", true)
        .build();
  }

  private Object compareAndSet() {
    CompareAndSetCall call =
        write(
            client.compareAndSet(
                key(), args.bytes(args.raw("value")), args.expected(args.raw("expected"))),
            args);
    args.duration("ttl").ifPresent(call::ttl);
    if (args.flag("keep_ttl")) {
      call.keepTtl();
    }
    if (args.flag("return_current")) {
      call.returnCurrent();
    }
    Swap swap = sender.send(call);
    return swap instanceof Swap.Swapped swapped
        ? Doc.outcome("swapped", Results.written(swapped.version(), swapped.expireTime()))
        : Doc.outcome("not_swapped", Results.current(((Swap.NotSwapped) swap).current()));
  }

  private Object compareAndDelete() {
    CompareAndDeleteCall call =
        write(client.compareAndDelete(key(), args.expected(args.raw("expected"))), args);
    if (args.flag("return_current")) {
      call.returnCurrent();
    }
    Deletion deletion = sender.send(call);
    return deletion instanceof Deletion.NotDeleted not
        ? Doc.outcome("not_deleted", Results.current(not.current()))
        : Doc.outcome("deleted");
  }

  private Object delete() {
    DeleteCall call = write(client.delete(key()), args);
    if (args.flag("omit_existed")) {
      call.omitExisted();
    }
    return Map.of("existed", sender.send(call));
  }

  private Object exists() {
    ExistsCall call = on(client.exists(args.keys(args.raw("keys"))), args);
    if (args.flag("consistent")) {
      call.consistent();
    }
    return Map.of("exists", sender.send(call));
  }

  private Object getTtl() {
    GetTtlCall call = on(client.getTtl(key()), args);
    if (args.flag("consistent")) {
      call.consistent();
    }
    TtlOutcome outcome = sender.send(call);
    if (outcome instanceof TtlOutcome.Ttl ttl) {
      return Doc.outcome(
          "ttl",
          Map.of("ttl", ttl.ttl().toMillis(), "expire_time", ttl.expireTime().toEpochMilli()));
    }
    return Doc.outcome(outcome instanceof TtlOutcome.NoTtl ? "no_ttl" : "not_found");
  }

  private Object expire() {
    ExpireOutcome outcome =
        sender.send(write(client.expire(key(), args.duration("ttl").orElseThrow()), args));
    return outcome instanceof ExpireOutcome.TtlSet set
        ? Doc.outcome(
            "ttl_set",
            Map.of("version", set.version().text(), "expire_time", set.expireTime().toEpochMilli()))
        : Doc.outcome("not_found");
  }

  private Object persist() {
    PersistOutcome outcome = sender.send(write(client.persist(key()), args));
    if (outcome instanceof PersistOutcome.TtlRemoved removed) {
      return Doc.outcome("ttl_removed", Map.of("version", removed.version().text()));
    }
    return Doc.outcome(outcome instanceof PersistOutcome.NoTtl ? "no_ttl" : "not_found");
  }

  private Object increment() {
    IncrementCall call = write(client.increment(key()), args);
    args.text("by").map(Long::parseLong).ifPresent(call::by);
    args.text("initial").map(Long::parseLong).ifPresent(call::initial);
    args.duration("ttl").ifPresent(call::ttl);
    Counter counter = sender.send(call);
    return Doc.of()
        .put("value", Long.toString(counter.value()))
        .put("version", counter.version().text())
        .put("expire_time", Results.time(counter.expireTime()))
        .build();
  }

  private Object batchGet() {
    List<String> keys = args.keys(args.raw("keys"));
    BatchGetCall call = client.batchGet(keys);
    args.text("table").ifPresent(call::table);
    if (args.flag("consistent")) {
      call.consistent();
    }
    List<Found> found =
        args.text("mode").orElse("all").equals("stream")
            ? streamed(call, keys.size())
            : sender.send(call);
    return Map.of("results", found.stream().map(Results::found).toList());
  }

  private List<Found> streamed(BatchGetCall call, int count) {
    sender.prepare(call);
    Found[] all = new Found[count];
    try (Stream<BatchAnswer<Found>> answers = call.stream()) {
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

  private Object batchWrite() {
    Object operations = args.raw("operations");
    List<BatchOperation> list =
        operations instanceof Map<?, ?> map
            ? args.keys(map).stream()
                .map(key -> (BatchOperation) BatchOperation.set(key, args.bytes(map.get("value"))))
                .toList()
            : Doc.list(operations).stream().map(this::operation).toList();
    BatchWriteCall call = client.batchWrite(list);
    args.text("table").ifPresent(call::table);
    args.text("request_id").map(UUID::fromString).ifPresent(call::requestId);
    return Map.of("results", sender.send(call).stream().map(Results::batch).toList());
  }

  private BatchOperation operation(Object object) {
    Map<String, Object> map = Doc.map(object);
    Args of = args.within(map.values().iterator().next());
    String key = of.text("key").orElseThrow();
    BatchOperation operation =
        map.containsKey("set")
            ? set(BatchOperation.set(key, of.bytes(of.raw("value"))), of)
            : delete(BatchOperation.delete(key), of);
    of.noneLeft();
    return operation;
  }

  private static BatchSet set(BatchSet plain, Args of) {
    BatchSet set = plain;
    if (of.has("ttl")) {
      set = set.ttl(of.duration("ttl").orElseThrow());
    }
    set = of.flag("keep_ttl") ? set.keepTtl() : set;
    set = of.has("expected") ? set.expected(of.expected(of.raw("expected"))) : set;
    return of.flag("return_current") ? set.returnCurrent() : set;
  }

  private static BatchDelete delete(BatchDelete plain, Args of) {
    BatchDelete delete = plain;
    delete = of.has("expected") ? delete.expected(of.expected(of.raw("expected"))) : delete;
    delete = of.flag("return_current") ? delete.returnCurrent() : delete;
    return of.flag("report_existed") ? delete.reportExisted() : delete;
  }
}
