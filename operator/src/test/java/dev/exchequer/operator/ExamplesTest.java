package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.check.CheckReport;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every folder of examples/ is what a user starts from: not even a warning. */
final class ExamplesTest {
  private static final Path STORIES = WorldsTest.root().resolve("examples/stories");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)}");

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.walk(WorldsTest.root().resolve("examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).map(Path::getParent).distinct().sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void isClean(Path folder) throws IOException {
    GatewayPipeline.Compiled compiled = new GatewayPipeline(variables(folder), GatewayIdentity.of(gatewayNamespace(folder))).compile(FolderReader.read(folder));

    assertThat(compiled.diagnostics()).extracting(CheckReport::line).isEmpty();
    assertThat(compiled.plan().routes()).isNotEmpty();
  }

  /** The stories are written for a gateway in a namespace of its own. */
  private static String gatewayNamespace(Path folder) {
    return folder.startsWith(STORIES) ? "money" : ObjectName.DEFAULT_NAMESPACE;
  }

  @Test
  void everyStoryIsThereAndTold() throws IOException {
    List<String> stories = examples().stream().filter(folder -> folder.startsWith(STORIES)).map(folder -> STORIES.relativize(folder).toString()).toList();
    assertThat(stories)
        .containsExactly("bring-your-own-key", "budget-per-month", "cost-and-margin", "key-level-settlement", "never-cross", "premium-with-pool-fallback", "task-envelope");
    assertThat(Files.readString(STORIES.resolve("README.md"))).contains(stories);
  }

  /** Every variable that the files name, set. */
  private static Map<String, String> variables(Path folder) throws IOException {
    Map<String, String> set = new HashMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Matcher matcher = VARIABLE.matcher(Files.readString(file));
        while (matcher.find()) {
          set.put(matcher.group(1), "0123456789abcdef0123456789abcdef");
        }
      }
    }
    return set;
  }
}
