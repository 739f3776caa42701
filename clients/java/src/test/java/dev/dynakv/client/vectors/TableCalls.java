package dev.dynakv.client.vectors;

import dev.dynakv.client.CreateTableCall;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.Index;
import dev.dynakv.client.KeyAttribute;
import dev.dynakv.client.KeyType;
import dev.dynakv.client.ListedTable;
import dev.dynakv.client.Throughput;
import java.util.Map;

/** The calls of tables. */
final class TableCalls {
  private final DynaKvClient client;
  private final Runner.Sender sender;
  private final Args args;

  TableCalls(DynaKvClient client, Runner.Sender sender, Args args) {
    this.client = client;
    this.sender = sender;
    this.args = args;
  }

  Object carryOut(String call) {
    return switch (call) {
      case "create_table" -> createTable();
      case "describe_table" -> Results.table(sender.send(Calls.on(client.describeTable(), args)));
      case "list_tables" ->
          Map.of(
              "tables", sender.send(client.listTables()).stream().map(TableCalls::listed).toList());
      case "enable_ttl" -> Results.timeToLive(sender.send(Calls.on(client.enableTtl(), args)));
      case "delete_table" -> deleteTable();
      default -> throw new IllegalArgumentException("no call that this runner knows: " + call);
    };
  }

  private Object createTable() {
    CreateTableCall call = Calls.on(client.createTable(), args);
    args.find("partition_key").map(this::key).ifPresent(call::partitionKey);
    args.find("sort_key").map(this::key).ifPresent(call::sortKey);
    args.find("indexes").ifPresent(list -> Doc.list(list).forEach(of -> call.index(index(of))));
    args.find("throughput").map(TableCalls::throughput).ifPresent(call::throughput);
    if (args.flag("enable_ttl")) {
      call.enableTtl();
    }
    return Results.table(sender.send(call));
  }

  private Object deleteTable() {
    sender.send(client.deleteTable(args.text("table").orElse("")));
    return Map.of();
  }

  private KeyAttribute key(Object object) {
    Map<String, Object> key = Doc.map(object);
    return new KeyAttribute(
        args.text(key.get("name")), KeyType.valueOf((String) key.getOrDefault("type", "S")));
  }

  private static Throughput throughput(Object object) {
    Map<String, Object> units = Doc.map(object);
    return new Throughput(
        (Integer) units.get("read_capacity_units"), (Integer) units.get("write_capacity_units"));
  }

  private Index index(Object object) {
    Args of = args.within(object);
    String name = of.text("name").orElseThrow();
    boolean isLocal = of.text("kind").orElse("GLOBAL").equals("LOCAL");
    Index index =
        isLocal
            ? Index.local(name, key(of.raw("sort_key")))
            : Index.global(name, key(of.raw("partition_key")));
    if (!isLocal && of.has("sort_key")) {
      index = index.sortKey(key(of.raw("sort_key")));
    }
    index =
        switch (of.text("projection").orElse("ALL")) {
          case "KEYS_ONLY" -> index.keysOnly();
          case "INCLUDE" -> index.include(of.keys(of.raw("projected")).toArray(String[]::new));
          default -> index;
        };
    if (of.has("throughput")) {
      index = index.throughput(throughput(of.raw("throughput")));
    }
    of.noneLeft();
    return index;
  }

  private static Object listed(ListedTable table) {
    return Map.of(
        "name", table.name(),
        "physical_name", table.physicalName(),
        "is_default", table.isDefault());
  }
}
