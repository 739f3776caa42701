package dev.dynakv.client.vectors;

import dev.dynakv.client.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** One of the vectors that all clients share, as the README beside them describes it. */
record Vector(String name, List<Step> steps) {
  /**
   * A call and what must become of it.
   *
   * @param call the RPC in snake_case
   * @param args its arguments
   * @param timeout its deadline
   * @param fault what the server is asked for
   * @param expect what the result must match, or null
   * @param error what the error must match, or null
   * @param capture names for parts of the result or error
   */
  record Step(
      String call,
      Map<String, Object> args,
      Optional<String> timeout,
      List<Map<String, Object>> fault,
      Object expect,
      Object error,
      Map<String, Object> capture) {}

  static List<Vector> all() throws IOException {
    String given = System.getenv("DYNAKV_VECTORS");
    Path folder =
        given == null ? TestServer.repository().resolve("clients/vectors") : Path.of(given);
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .flatMap(file -> read(file).stream())
          .toList();
    }
  }

  private static List<Vector> read(Path file) {
    try {
      Load load = new Load(LoadSettings.builder().setLabel(file.toString()).build());
      Map<String, Object> document = Doc.map(load.loadFromString(Files.readString(file)));
      return Doc.list(document.get("vectors")).stream().map(Doc::map).map(Vector::of).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Vector of(Map<String, Object> vector) {
    List<Step> steps =
        Doc.list(vector.get("steps")).stream().map(Doc::map).map(Vector::step).toList();
    return new Vector((String) vector.get("name"), steps);
  }

  private static Step step(Map<String, Object> step) {
    List<String> known = List.of("call", "args", "timeout", "fault", "expect", "error", "capture");
    if (!known.containsAll(step.keySet())
        || step.containsKey("expect") == step.containsKey("error")) {
      throw new IllegalArgumentException("no step that this runner knows: " + step);
    }
    return new Step(
        (String) step.get("call"),
        Doc.map(step.getOrDefault("args", Map.of())),
        Optional.ofNullable((String) step.get("timeout")),
        Doc.list(step.getOrDefault("fault", List.of())).stream().map(Doc::map).toList(),
        step.get("expect"),
        step.get("error"),
        Doc.map(step.getOrDefault("capture", Map.of())));
  }
}
