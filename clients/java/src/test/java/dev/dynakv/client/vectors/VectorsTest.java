package dev.dynakv.client.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dynakv.client.TestServer;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The vectors that all clients share. None can be skipped. */
class VectorsTest {
  @Test
  void everyVectorPassesWithCallsThatBlock() throws IOException {
    int passed = run(Runner.BLOCKING);
    System.out.println("vectors: " + passed + " passed");
  }

  @Test
  void everyVectorPassesWithFutures() throws IOException {
    run(Runner.FUTURES);
  }

  private static int run(Runner.Sender sender) throws IOException {
    List<Vector> vectors = Vector.all();
    assertFalse(vectors.isEmpty(), "there are no vectors");
    try (TestServer server = TestServer.start("--listen", "127.0.0.1:0")) {
      Runner runner = new Runner(server.address(), sender);
      List<String> failures =
          vectors.parallelStream()
              .map(vector -> failure(runner, vector))
              .filter(Objects::nonNull)
              .toList();
      assertEquals(List.of(), failures, () -> String.join("\n", failures));
    }
    return vectors.size();
  }

  private static String failure(Runner runner, Vector vector) {
    try {
      runner.run(vector);
      return null;
    } catch (AssertionError failed) {
      return failed.getMessage();
    }
  }
}
