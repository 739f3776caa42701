package dev.dynakv.examples;

import dev.dynakv.client.Counter;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.DynaKvException;
import dev.dynakv.client.InvalidRequestException;
import dev.dynakv.client.OutcomeUnknownException;

/** What can go wrong, and what to do about it. */
public class Errors {
  // snippet: unknown outcome
  static Counter countOrder(DynaKvClient client) {
    try {
      return client.increment("orders").send();
    } catch (OutcomeUnknownException e) {
      // The same write under the same id: one that has happened is recognised.
      return client.increment("orders").requestId(e.requestId()).send();
    }
  }

  // end

  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      System.out.println(countOrder(client).value());
      // snippet: errors
      try {
        client.set("", "a key has at least one byte").send();
      } catch (InvalidRequestException e) {
        e.failure().fields().forEach(field -> System.out.println(field.field() + " is wrong"));
      } catch (DynaKvException e) {
        System.out.println(e.code() + " " + e.reason() + " " + e.failure().retryDelay());
      }
      // end
    }
  }
}
