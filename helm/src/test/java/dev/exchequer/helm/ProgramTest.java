package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the chart takes from the program: its commands, their options, its metrics. Read from the sources, so that a name changed there is seen here. */
class ProgramTest {
  private static final Path COMMANDS = Chart.ROOT.resolve("cli/src/main/java");
  private static final Path METRICS = Chart.ROOT.resolve("ext-authz-service/server/src/main/java/dev/exchequer/server/metrics/Metrics.java");
  private static final Pattern METRIC = Pattern.compile("exchequer_[a-z_]+");
  private static final String NOT_YET = "The command `operator` does not exist yet";

  @Test
  void theServiceHasTheOptions() throws IOException {
    assertThat(command("service").orElseThrow()).contains(options(1));
  }

  /** Until the command is there the README must say so; from then on its options are compared and the README must not say it any more. */
  @Test
  void theOperatorHasTheOptions() throws IOException {
    Optional<String> source = command("operator");
    String readme = Files.readString(Chart.FOLDER.resolve("README.md"));
    if (source.isEmpty()) {
      assertThat(readme).contains(NOT_YET);
      return;
    }
    assertThat(source.get()).contains(options(0));
    assertThat(readme).doesNotContain(NOT_YET);
  }

  @Test
  void theDashboardShowsMetricsThatExist() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(Chart.FOLDER.resolve("files/dashboard.json")));
    List<String> known = METRIC.matcher(Files.readString(METRICS)).results().map(MatchResult::group).toList();

    List<String> shown =
        dashboard.findValuesAsText("expr").stream().flatMap(expr -> METRIC.matcher(expr).results().map(MatchResult::group)).map(name -> name.replaceAll("_bucket$", "")).distinct().toList();

    assertThat(shown).hasSizeGreaterThan(8);
    assertThat(known).containsAll(shown);
    JsonNode map = Chart.only(Chart.objects("production"), "ConfigMap");
    assertThat(new ObjectMapper().readTree(map.at("/data/exchequer.json").asText())).isEqualTo(dashboard);
  }

  /** The names of the options of a sidecar, as their declarations write them. */
  private static List<String> options(int sidecar) throws IOException {
    JsonNode pod = Chart.pod(Chart.objects("default"));
    return Chart.texts(pod.at("/initContainers/" + sidecar + "/args")).stream().filter(arg -> arg.startsWith("--")).map(arg -> "\"" + arg.replaceAll("=.*", "") + "\"").toList();
  }

  private static Optional<String> command(String name) throws IOException {
    Pattern declaration = Pattern.compile("@Command\\(\\s*name = \"" + name + "\"");
    try (Stream<Path> files = Files.walk(COMMANDS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String text = Files.readString(file);
        if (declaration.matcher(text).find()) {
          return Optional.of(text);
        }
      }
    }
    return Optional.empty();
  }
}
