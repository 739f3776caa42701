package dev.dynakv.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A server of this repository, in memory, on a port of its own. Ends with the tests, however they
 * end.
 */
public final class TestServer implements AutoCloseable {
  private static final String LISTENING = "listening on ";

  private final Process process;
  private final String address;

  private TestServer(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /** The server that tests share; each uses keys and tables of its own. */
  public static TestServer shared() {
    return Shared.SERVER;
  }

  private static final class Shared {
    static final TestServer SERVER = start("--listen", "127.0.0.1:0");
  }

  /** Starts one more, and waits until it takes calls. */
  public static TestServer start(String... arguments) {
    List<String> command = new ArrayList<>(List.of(binary().toString(), "serve", "--memory"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("DYNAKV__ALLOW_DELETE_TABLE", "true");
    try {
      Process process = builder.start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(LISTENING)) {
          return new TestServer(process, line.substring(LISTENING.length()).trim());
        }
      }
      throw new IllegalStateException("the server ended before it listened: " + command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path binary() {
    String given = System.getenv("DYNAKV_SERVER");
    Path binary = given == null ? repository().resolve("target/debug/dynakv") : Path.of(given);
    if (!Files.isExecutable(binary)) {
      throw new IllegalStateException(
          "there is no server at " + binary + ": build it, or set DYNAKV_SERVER to where it is");
    }
    return binary;
  }

  /** The root of the repository. */
  public static Path repository() {
    return Path.of(System.getProperty("dynakv.repository", "../..")).normalize();
  }

  /** Where it listens. */
  public String address() {
    return address;
  }

  /** The environment of a program that speaks to it. */
  public Map<String, String> environment() {
    return Map.of("DYNAKV_ADDRESS", address);
  }

  /** A client of it. */
  public DynaKvClient client() {
    return DynaKvClient.connect(address);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
