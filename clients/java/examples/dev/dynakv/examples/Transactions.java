package dev.dynakv.examples;

import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.Expected;
import dev.dynakv.client.TransactOperation;
import dev.dynakv.client.Transaction;

/** All or none. */
public class Transactions {
  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      client.set("cart", "apples").send();
      client.delete("order-1").send();
      // snippet: transaction
      Transaction ended =
          client
              .transactWrite(
                  TransactOperation.set("order-1", "apples").expected(Expected.absent()),
                  TransactOperation.delete("cart").expected(Expected.value("apples")))
              .send();
      if (ended instanceof Transaction.Cancelled cancelled) {
        System.out.println("not ordered: " + cancelled.operations());
      } else {
        System.out.println("ordered");
      }
      // end
    }
  }
}
