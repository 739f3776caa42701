package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples, each as a program of its own against a real server. */
class ExamplesTest {
  static Stream<String> examples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("examples/dev/dynakv/examples"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void itRuns(String example) throws Exception {
    run(example);
  }

  @Test
  void aLockIsHeldByOne() throws Exception {
    assertEquals(
        "somebody else gets it meanwhile: false\nmine: true\nfree again: true\n", run("Lock"));
  }

  @Test
  void theFirstCallSaysHello() throws Exception {
    assertEquals("hello\n", run("FirstCall"));
  }

  private static String run(String example) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Short programs: no time for the compiler to become clever.
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.dynakv.examples." + example)
            .redirectErrorStream(true);
    builder.environment().putAll(TestServer.shared().environment());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
