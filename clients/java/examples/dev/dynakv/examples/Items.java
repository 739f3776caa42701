package dev.dynakv.examples;

import static dev.dynakv.client.Attr.attr;

import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.ItemKey;
import dev.dynakv.client.ItemOutcome;
import dev.dynakv.client.KeyAttribute;
import dev.dynakv.client.Page;
import dev.dynakv.client.ReturnValues;
import dev.dynakv.client.Update;
import dev.dynakv.client.Value;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Items with all that DynamoDB knows, and queries over them. */
public class Items {
  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.builderFromEnv().table("orders").build()) {
      client.createTable().sortKey(KeyAttribute.number("number")).send();
      // snippet: items
      Map<String, Object> order =
          Map.of(
              "pk",
              "ada",
              "number",
              1,
              "price",
              new BigDecimal("12.50"),
              "tags",
              Set.of("gift"),
              "log",
              List.of("placed"));
      var written = client.putItem(order).condition(attr("pk").notExists()).returnCurrent().send();
      if (written instanceof ItemOutcome.ConditionFailed<?> failed) {
        System.out.println("there already: " + failed.current());
      }

      // Paths may go into maps and lists; names need no aliases, values no placeholders.
      Update update =
          new Update().set("state", "paid").add("price", 5).append("log", List.of("paid"));
      client
          .updateItem(ItemKey.of("ada", 1), update)
          .condition(attr("price").lt(100).and(attr("tags").contains("gift")))
          .returnValues(ReturnValues.ALL_NEW)
          .send();

      Map<String, Value> item = client.getItem(ItemKey.of("ada", 1)).send().orElseThrow();
      System.out.println(item.get("price").asNumber() + " " + item.get("tags").asStringSet());
      // end

      // snippet: query
      // All pages, the next one read while this one is used.
      try (Stream<Map<String, Value>> orders =
          client
              .query(attr("pk").eq("ada").and(attr("number").ge(1)))
              .filter(attr("price").gt(10))
              .descending()
              .stream()) {
        orders.forEach(found -> System.out.println(found.get("state").asString()));
      }

      // One page, and how to go on.
      Page<Map<String, Value>> page = client.scan().segments(4).pageSize(50).send();
      page.nextPageToken().ifPresent(token -> client.scan().pageToken(token).send());

      // DynamoDB's own expressions, as its documentation has them.
      long paid =
          client
              .query("pk = :p")
              .filter("#s = :s")
              .name("#s", "state")
              .value(":p", "ada")
              .value(":s", "paid")
              .count();
      System.out.println(paid + " paid");
      // end
    }
  }
}
