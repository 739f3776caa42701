package dev.dynakv.examples;

import dev.dynakv.client.Counter;
import dev.dynakv.client.DynaKvClient;
import java.util.concurrent.CompletableFuture;

/** Calls that do not block. */
public class Futures {
  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      // snippet: futures
      CompletableFuture<Counter> visits = client.increment("visits").sendAsync();
      CompletableFuture<Counter> hits = client.increment("hits").by(5).sendAsync();
      System.out.println(visits.join().value() + " " + hits.join().value());
      // end
    }
  }
}
