package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every piece of code in the README is a part of a file that the tests or the build run. */
class ReadmeTest {
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- snippet: (.+?) -->\\n)?```(java|xml)\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern REGION =
      Pattern.compile(
          "^ *(?://|<!--) snippet: (.+?)(?: -->)?\\n(.*?)^ *(?://|<!--) end",
          Pattern.DOTALL | Pattern.MULTILINE);

  @Test
  void everySnippetIsWhatTheExamplesSay() throws IOException {
    Map<String, String> regions = regions();
    Matcher blocks = BLOCK.matcher(Files.readString(Path.of("README.md")));
    Set<String> shown =
        blocks.results().map(block -> check(block, regions)).collect(Collectors.toSet());
    assertFalse(shown.isEmpty(), "the README has no code");
    assertEquals(regions.keySet(), shown, "regions of the examples and snippets of the README");
  }

  private static String check(MatchResult block, Map<String, String> regions) {
    String name = block.group(1);
    assertEquals(regions.get(name), block.group(3), "snippet: " + name);
    return name;
  }

  private static Map<String, String> regions() throws IOException {
    Map<String, String> regions = new HashMap<>();
    try (Stream<Path> files = Files.walk(Path.of("examples"))) {
      List<Path> sources = Stream.concat(files, Stream.of(Path.of("package/pom.xml"))).toList();
      for (Path file : sources) {
        if (Files.isRegularFile(file)) {
          Matcher matcher = REGION.matcher(Files.readString(file));
          matcher.results().forEach(region -> regions.put(region.group(1), plain(region.group(2))));
        }
      }
    }
    return regions;
  }

  /** Without the indentation of the file around it. */
  private static String plain(String region) {
    return region.stripTrailing().stripIndent() + "\n";
  }
}
