package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of bad YAML: every file says in its first lines, as comments, what is found in it. It stands on bad/base/base.yaml, which must stay clean
 * whatever its neighbour is.
 */
final class BadYamlTest {
  private static final String EXPECTED = "#: ";

  @TempDir Path config;

  static List<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void found(String name) throws IOException {
    Path file = folder().resolve(name);
    String yaml = body(file);
    String found = compile(yaml).diagnostics().stream().map(BadYamlTest::line).distinct().collect(Collectors.joining());
    Golden.matches(file, found + yaml);
    assertThat(found).as("a case of the table has something wrong with it").isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void neighboursServe(String name) throws IOException {
    GatewayPipeline.Compiled compiled = compile(body(folder().resolve(name)));
    assertThat(compiled.diagnostics()).extracting(Diagnostic::file).containsOnly("case.yaml");
    assertThat(compiled.plan().routes()).extracting(route -> route.name().name()).contains("base");
    assertThat(compiled.plan().keys()).extracting(key -> key.name().name()).contains("base");
    assertThat(compiled.plan().balances()).extracting(balance -> balance.name().name()).contains("credit");
  }

  @Test
  void theBaseIsClean() throws IOException {
    assertThat(compile("").diagnostics()).isEmpty();
  }

  private GatewayPipeline.Compiled compile(String yaml) throws IOException {
    Files.writeString(config.resolve("base.yaml"), Files.readString(folder().resolve("base/base.yaml")));
    Files.writeString(config.resolve("case.yaml"), yaml);
    return new GatewayPipeline(Map.of()).compile(FolderReader.read(config));
  }

  private static Path folder() {
    return Golden.folder().resolve("bad");
  }

  private static String body(Path file) throws IOException {
    return Files.readString(file).lines().filter(line -> !line.startsWith(EXPECTED)).map(line -> line + "\n").collect(Collectors.joining());
  }

  private static String line(Diagnostic d) {
    String place = d.object() == null ? "line " + d.line() : d.object() + (d.field() == null ? "" : " " + d.field());
    return EXPECTED + d.severity() + " " + d.code() + " " + place + ": " + d.message() + "\n";
  }
}
