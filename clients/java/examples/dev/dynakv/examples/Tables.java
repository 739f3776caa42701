package dev.dynakv.examples;

import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.Index;
import dev.dynakv.client.KeyAttribute;
import dev.dynakv.client.TableDescription;

/** Tables of the server. */
public class Tables {
  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      // snippet: tables
      Index byState =
          Index.global("by-state", "state")
              .sortKey(KeyAttribute.number("placed"))
              .include("customer");
      TableDescription table =
          client.createTable().table("invoices").sortKey("number").index(byState).send();
      System.out.println(table.name() + " is " + table.status());
      client.listTables().send().forEach(listed -> System.out.println(listed.name()));
      // end
    }
  }
}
