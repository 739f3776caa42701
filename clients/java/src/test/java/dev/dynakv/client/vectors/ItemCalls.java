package dev.dynakv.client.vectors;

import dev.dynakv.client.DeleteItemCall;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.GetItemCall;
import dev.dynakv.client.ItemWriteCall;
import dev.dynakv.client.ItemsCall;
import dev.dynakv.client.ListKeysCall;
import dev.dynakv.client.Page;
import dev.dynakv.client.PagedCall;
import dev.dynakv.client.Pages;
import dev.dynakv.client.PutItemCall;
import dev.dynakv.client.QueryCall;
import dev.dynakv.client.ReturnValues;
import dev.dynakv.client.ScanCall;
import dev.dynakv.client.UpdateItemCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The calls of items, and all that are answered in pages. */
final class ItemCalls {
  private final DynaKvClient client;
  private final Runner.Sender sender;
  private final Args args;

  ItemCalls(DynaKvClient client, Runner.Sender sender, Args args) {
    this.client = client;
    this.sender = sender;
    this.args = args;
  }

  Object carryOut(String call) {
    return switch (call) {
      case "get_item" -> getItem();
      case "put_item" -> putItem();
      case "update_item" -> updateItem();
      case "delete_item" -> deleteItem();
      case "query" -> query();
      case "scan" -> scan();
      case "list_keys" -> listKeys();
      default -> throw new IllegalArgumentException("no call that this runner knows: " + call);
    };
  }

  static Set<Map.Entry<String, Object>> entries(Args of, String name) {
    return of.has(name) ? Doc.map(of.raw(name)).entrySet() : Set.of();
  }

  private Object getItem() {
    GetItemCall call = Calls.on(client.getItem(args.key(args.raw("key"))), args);
    if (args.flag("consistent")) {
      call.consistent();
    }
    args.text("projection").ifPresent(call::projection);
    entries(args, "names").forEach(name -> call.name(name.getKey(), args.text(name.getValue())));
    return sender
        .send(call)
        .map(item -> Doc.outcome("found", Results.item(item)))
        .orElse(Doc.outcome("missing"));
  }

  private Object putItem() {
    PutItemCall call = conditional(client.putItem(args.item(args.raw("item"))));
    args.duration("ttl").ifPresent(call::ttl);
    if (args.flag("return_old")) {
      call.returnOld();
    }
    return Results.outcome(sender.send(call), Results::written);
  }

  private Object updateItem() {
    UpdateItemCall call =
        conditional(client.updateItem(args.key(args.raw("key")), args.update(args.raw("update"))));
    args.text("return_values").map(ReturnValues::valueOf).ifPresent(call::returnValues);
    return Results.outcome(sender.send(call), Results::written);
  }

  private Object deleteItem() {
    DeleteItemCall call = conditional(client.deleteItem(args.key(args.raw("key"))));
    if (args.flag("return_old")) {
      call.returnOld();
    }
    if (args.flag("omit_existed")) {
      call.omitExisted();
    }
    return Results.outcome(sender.send(call), Results::deleted);
  }

  private <C extends ItemWriteCall<?, C, ?, ?>> C conditional(C call) {
    Calls.write(call, args);
    args.find("condition").ifPresent(condition -> call.condition(args.condition(condition)));
    if (args.flag("return_current")) {
      call.returnCurrent();
    }
    entries(args, "names").forEach(name -> call.name(name.getKey(), args.text(name.getValue())));
    entries(args, "values")
        .forEach(value -> call.value(value.getKey(), args.value(value.getValue())));
    return call;
  }

  private Object query() {
    QueryCall call = items(client.query(args.condition(args.raw("key_condition"))));
    if (args.flag("descending")) {
      call.descending();
    }
    return args.text("mode").orElse("all").equals("count")
        ? count(call)
        : pages(call, Results::item);
  }

  private Object scan() {
    ScanCall call = items(client.scan());
    args.number("segments").ifPresent(call::segments);
    return args.text("mode").orElse("all").equals("count")
        ? count(call)
        : pages(call, Results::item);
  }

  private <C extends ItemsCall<C, ?, ?>> C items(C call) {
    if (args.flag("consistent")) {
      call.consistent();
    }
    args.text("index").ifPresent(call::index);
    args.find("filter").ifPresent(filter -> call.filter(args.condition(filter)));
    args.text("projection").ifPresent(call::projection);
    entries(args, "names").forEach(name -> call.name(name.getKey(), args.text(name.getValue())));
    entries(args, "values")
        .forEach(value -> call.value(value.getKey(), args.value(value.getValue())));
    return paged(call);
  }

  private Object listKeys() {
    ListKeysCall call = paged(client.listKeys());
    args.text("prefix").ifPresent(call::prefix);
    args.text("glob").ifPresent(call::glob);
    if (args.flag("consistent")) {
      call.consistent();
    }
    return pages(call, key -> key);
  }

  private <C extends PagedCall<?, C, ?, ?>> C paged(C call) {
    args.number("page_size").ifPresent(call::pageSize);
    args.text("page_token").ifPresent(call::pageToken);
    return Calls.on(call, args);
  }

  private Object count(ItemsCall<?, ?, ?> call) {
    sender.prepare(call);
    return Map.of("count", call.count());
  }

  private <T> Object pages(PagedCall<T, ?, ?, ?> call, Function<T, Object> row) {
    String mode = args.text("mode").orElse("all");
    if (mode.equals("page")) {
      Page<T> page = sender.send(call);
      return Doc.of()
          .put("rows", page.rows().stream().map(row).toList())
          .put("count", page.count())
          .put("next_page_token", page.nextPageToken())
          .build();
    }
    sender.prepare(call);
    if (mode.equals("pages")) {
      return byPages(call, row);
    }
    try (Stream<T> rows = call.stream()) {
      return Map.of("rows", rows.map(row).toList());
    }
  }

  private static <T> Object byPages(PagedCall<T, ?, ?, ?> call, Function<T, Object> row) {
    List<Object> rows = new ArrayList<>();
    int count = 0;
    try (Pages<T> pages = call.pages()) {
      while (pages.hasNext()) {
        pages.next().rows().stream().map(row).forEach(rows::add);
        count++;
      }
    }
    return Map.of("rows", rows, "pages", count);
  }
}
