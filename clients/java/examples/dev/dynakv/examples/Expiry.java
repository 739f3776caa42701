package dev.dynakv.examples;

import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.TtlOutcome;
import java.time.Duration;

/** Entries that end by themselves. */
public class Expiry {
  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      // snippet: ttl
      client.set("session", "ada").ttl(Duration.ofMinutes(30)).send();

      // The value changes, the time that is left does not.
      client.set("session", "ada, twice").keepTtl().send();

      if (client.getTtl("session").send() instanceof TtlOutcome.Ttl left) {
        System.out.println("expires in " + left.ttl().toMinutes() + " minutes");
      }
      client.expire("session", Duration.ofHours(1)).send();
      client.persist("session").send();
      // end
    }
  }
}
