package dev.dynakv.examples;

import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.Entry;
import dev.dynakv.client.Expected;
import dev.dynakv.client.Swap;
import java.util.Optional;

/** Changes what somebody else may be changing as well. */
public class CompareAndSet {
  // snippet: compare and set
  static void append(DynaKvClient client, String key, String text) {
    while (true) {
      Optional<Entry> entry = client.get(key).consistent().send();
      String changed = entry.flatMap(Entry::text).orElse("") + text;
      Expected unchanged =
          entry.flatMap(Entry::value).map(Expected::value).orElse(Expected.absent());
      if (client.compareAndSet(key, changed, unchanged).send() instanceof Swap.Swapped) {
        return;
      }
      // Somebody else was faster: once more, from what is there now.
    }
  }

  // end

  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      append(client, "log", "one ");
      append(client, "log", "two");
      System.out.println(client.get("log").send().flatMap(Entry::text).orElseThrow());
    }
  }
}
