package dev.dynakv.examples;

import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.Expected;
import dev.dynakv.client.Swap;
import java.time.Duration;

/** A lock that ends by itself if its holder dies, and that nobody else can release. */
public class Lock {
  // snippet: lock
  static boolean withLock(DynaKvClient client, String name, Duration atMost, Runnable work) {
    Swap taken = client.compareAndSet(name, "held", Expected.absent()).ttl(atMost).send();
    if (!(taken instanceof Swap.Swapped lock)) {
      return false;
    }
    try {
      work.run();
    } finally {
      // By the version: if the lock has expired and is somebody else's by now, it stays theirs.
      client.compareAndDelete(name, Expected.version(lock.version())).send();
    }
    return true;
  }

  // end

  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      Runnable work =
          () -> {
            boolean second = withLock(client, "lock", Duration.ofSeconds(30), () -> {});
            System.out.println("somebody else gets it meanwhile: " + second);
          };
      System.out.println("mine: " + withLock(client, "lock", Duration.ofSeconds(30), work));
      System.out.println("free again: " + client.get("lock").consistent().send().isEmpty());
    }
  }
}
