package dev.dynakv.client.vectors;

import dev.dynakv.client.Condition;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.ItemKey;
import dev.dynakv.client.TransactDelete;
import dev.dynakv.client.TransactItem;
import dev.dynakv.client.TransactOperation;
import dev.dynakv.client.TransactRead;
import dev.dynakv.client.TransactSet;
import dev.dynakv.client.TransactWriteCall;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The calls of transactions. */
final class TransactCalls {
  private final DynaKvClient client;
  private final Runner.Sender sender;
  private final Args args;

  TransactCalls(DynaKvClient client, Runner.Sender sender, Args args) {
    this.client = client;
    this.sender = sender;
    this.args = args;
  }

  Object carryOut(String call) {
    if (call.equals("transact_get")) {
      List<TransactRead> reads = Doc.list(args.raw("reads")).stream().map(this::read).toList();
      return Map.of(
          "results",
          sender.send(client.transactGet(reads)).stream().map(Results::snapshot).toList());
    }
    List<? extends TransactOperation<?>> operations =
        Doc.list(args.raw("operations")).stream().map(this::operation).toList();
    TransactWriteCall write = client.transactWrite(operations);
    args.text("request_id").map(UUID::fromString).ifPresent(write::requestId);
    return Results.transaction(sender.send(write));
  }

  private TransactRead read(Object object) {
    Args of = args.within(object);
    TransactRead read =
        of.has("item_key")
            ? TransactRead.item(of.key(of.raw("item_key")))
            : TransactRead.entry(of.text("key").orElseThrow());
    read = of.has("table") ? read.table(of.text("table").orElseThrow()) : read;
    of.noneLeft();
    return read;
  }

  private TransactOperation<?> operation(Object object) {
    Args beside = args.within(object);
    String kind =
        List.of("set", "delete", "put_item", "update_item", "delete_item", "check").stream()
            .filter(beside::has)
            .findFirst()
            .orElseThrow();
    Args of = args.within(beside.raw(kind));
    TransactOperation<?> operation = operation(kind, of);
    of.noneLeft();
    if (beside.has("table")) {
      operation = operation.table(beside.text("table").orElseThrow());
    }
    operation = beside.flag("return_current") ? operation.returnCurrent() : operation;
    beside.noneLeft();
    return operation;
  }

  private static TransactOperation<?> operation(String kind, Args of) {
    return switch (kind) {
      case "set" -> set(of);
      case "delete" -> delete(of);
      case "put_item" -> put(of);
      case "update_item" ->
          conditional(TransactOperation.updateItem(key(of), of.update(of.raw("update"))), of);
      case "delete_item" -> conditional(TransactOperation.deleteItem(key(of)), of);
      default -> check(of);
    };
  }

  private static ItemKey key(Args of) {
    return of.key(of.raw("key"));
  }

  private static TransactSet set(Args of) {
    TransactSet set =
        TransactOperation.set(of.text("key").orElseThrow(), of.bytes(of.raw("value")));
    set = of.has("ttl") ? set.ttl(of.duration("ttl").orElseThrow()) : set;
    return of.has("expected") ? set.expected(of.expected(of.raw("expected"))) : set;
  }

  private static TransactDelete delete(Args of) {
    TransactDelete delete = TransactOperation.delete(of.text("key").orElseThrow());
    return of.has("expected") ? delete.expected(of.expected(of.raw("expected"))) : delete;
  }

  private static TransactItem.Put put(Args of) {
    TransactItem.Put put = TransactOperation.putItem(of.item(of.raw("item")));
    put = of.has("ttl") ? put.ttl(of.duration("ttl").orElseThrow()) : put;
    return conditional(put, of);
  }

  private static TransactItem.Check check(Args of) {
    Condition condition =
        of.has("condition") ? of.condition(of.raw("condition")) : Condition.expression("");
    return named(TransactOperation.check(key(of), condition), of);
  }

  private static <T extends TransactItem<T>> T conditional(T plain, Args of) {
    T operation = plain;
    if (of.has("condition")) {
      operation = operation.condition(of.condition(of.raw("condition")));
    }
    return named(operation, of);
  }

  private static <T extends TransactItem<T>> T named(T plain, Args of) {
    T operation = plain;
    for (Map.Entry<String, Object> name : ItemCalls.entries(of, "names")) {
      operation = operation.name(name.getKey(), of.text(name.getValue()));
    }
    for (Map.Entry<String, Object> value : ItemCalls.entries(of, "values")) {
      operation = operation.value(value.getKey(), of.value(value.getValue()));
    }
    return operation;
  }
}
