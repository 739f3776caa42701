package dev.dynakv.examples;

import dev.dynakv.client.BatchAnswer;
import dev.dynakv.client.BatchOperation;
import dev.dynakv.client.BatchOutcome;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.Expected;
import dev.dynakv.client.Found;
import java.util.List;
import java.util.stream.Stream;

/** Many entries at once. */
public class Batch {
  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      // snippet: batch
      List<BatchOutcome> outcomes =
          client
              .batchWrite(
                  BatchOperation.set("cart-1", "apples"),
                  BatchOperation.set("cart-2", "pears").expected(Expected.absent()),
                  BatchOperation.delete("cart-3"))
              .send();
      for (BatchOutcome outcome : outcomes) {
        if (outcome instanceof BatchOutcome.Failed failed) {
          System.out.println(failed.failure());
        } else if (outcome instanceof BatchOutcome.OutcomeUnknown unknown) {
          System.out.println("perhaps written: " + unknown.failure());
        }
      }

      // All at the end, in the order of the keys.
      List<Found> found = client.batchGet(List.of("cart-1", "cart-2")).consistent().send();
      System.out.println(found.get(0).orThrow().isPresent());

      // Or one by one, as they come in.
      try (Stream<BatchAnswer<Found>> answers =
          client.batchGet(List.of("cart-1", "cart-3")).stream()) {
        answers.forEach(answer -> System.out.println(answer.position() + ": " + answer.found()));
      }
      // end
    }
  }
}
