package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart takes from the program: its commands, their options, its metrics. Read from the sources, so that a name changed there is seen here. */
class ProgramTest {
  private static final Path COMMANDS = Chart.ROOT.resolve("cli/src/main/java");
  private static final Path METRICS = Chart.ROOT.resolve("ext-authz-service/server/src/main/java/dev/exchequer/server/metrics");
  private static final Pattern METRIC = Pattern.compile("exchequer_[a-z_]+");

  @ParameterizedTest
  @ValueSource(strings = {"operator", "bootstrap", "service"})
  void theCommandHasTheOptions(String name) throws IOException {
    List<JsonNode> objects = Chart.objects("default");
    JsonNode pod = name.equals("operator") ? Chart.operator(objects) : Chart.gateway(objects);
    List<String> args = Chart.texts(Chart.container(pod, name).path("args"));

    assertThat(args.getFirst()).isEqualTo(name);
    assertThat(command(name)).as("the command " + name).isPresent();
    assertThat(command(name).orElseThrow()).contains(args.stream().skip(1).map(arg -> "\"" + arg.replaceAll("=.*", "") + "\"").toList());
  }

  @Test
  void theDashboardShowsMetricsThatExist() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(Chart.FOLDER.resolve("files/dashboard.json")));
    List<String> known = new ArrayList<>();
    try (Stream<Path> files = Files.list(METRICS)) {
      for (Path file : files.toList()) {
        known.addAll(METRIC.matcher(Files.readString(file)).results().map(MatchResult::group).toList());
      }
    }

    List<String> shown =
        dashboard.findValuesAsText("expr").stream().flatMap(expr -> METRIC.matcher(expr).results().map(MatchResult::group)).map(name -> name.replaceAll("_bucket$", "")).distinct().toList();

    assertThat(shown).hasSizeGreaterThan(8);
    assertThat(known).containsAll(shown);
    JsonNode map = Chart.only(Chart.objects("production"), "ConfigMap");
    assertThat(new ObjectMapper().readTree(map.at("/data/exchequer.json").asText())).isEqualTo(dashboard);
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
