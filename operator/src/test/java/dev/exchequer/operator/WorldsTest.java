package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The worlds of the end-to-end tests are what users write: they compile without an error. */
final class WorldsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"main", "crossing", "parallel"})
  void compiles(String world) throws IOException {
    String yaml = Files.readString(root().resolve("cli/src/test/resources/e2e").resolve(world).resolve("world.yaml"));
    Files.writeString(folder.resolve("world.yaml"), yaml.replace("@MOCK@", "18080").replace("@DEAD@", "18081").replace("@SECRET@", "sk-provider"));

    GatewayPipeline.Compiled compiled = new GatewayPipeline(Map.of()).compile(FolderReader.read(folder));

    assertThat(compiled.diagnostics()).filteredOn(d -> d.severity() == Diagnostic.Severity.error).isEmpty();
    assertThat(compiled.diagnostics()).extracting(Diagnostic::code).isSubsetOf(List.of("MeterMissing", "HopUnpriced", "SheetUnused", "RateUnreachable"));
    assertThat(compiled.plan().routes()).isNotEmpty();
    assertThat(compiled.plan().keys()).isNotEmpty();
    System.out.println(compiled.diagnostics());
  }

  static Path root() {
    return Path.of(System.getProperty("exchequer.root", ".."));
  }
}
