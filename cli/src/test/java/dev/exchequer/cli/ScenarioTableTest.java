package dev.exchequer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/design/scenarios.md names tests that are there. */
class ScenarioTableTest {
  private static final Path ROOT = Path.of(System.getProperty("exchequer.root"));
  private static final Pattern TEST = Pattern.compile("`([A-Za-z]+)#([A-Za-z0-9]+)`");

  @Test
  void everyTestOfTheTableIsThere() throws IOException {
    Map<String, Path> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      files.filter(file -> file.toString().contains("src/test/java") && file.toString().endsWith(".java")).forEach(file -> sources.put(file.getFileName().toString(), file));
    }
    List<String> missing = new ArrayList<>();
    int named = 0;
    Matcher tests = TEST.matcher(Files.readString(ROOT.resolve("docs/design/scenarios.md")));
    while (tests.find()) {
      named++;
      Path source = sources.get(tests.group(1) + ".java");
      if (source == null || !Files.readString(source).contains(" void " + tests.group(2) + "(")) {
        missing.add(tests.group(1) + "#" + tests.group(2));
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(50);
  }
}
