package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.operator.check.CheckReport;
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

/** One folder a case: in.yaml becomes plan.yaml becomes policy.json; what `check` prints is check.txt. */
final class GoldenTest {
  @TempDir Path config;

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(Golden.folder().resolve("golden"))) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void plan(String name) throws IOException {
    Golden.matches(golden(name).resolve("plan.yaml"), Golden.yaml(compiled(name).plan()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void policy(String name) throws IOException {
    GatewayPipeline.Compiled compiled = compiled(name);
    String json = JsonFormat.printer().print(AccountingPolicy.parseFrom(compiled.policy()));
    Golden.matches(golden(name).resolve("policy.json"), "// digest " + compiled.digest() + "\n" + json + "\n");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void check(String name) throws IOException {
    String lines = compiled(name).diagnostics().stream().map(diagnostic -> CheckReport.line(diagnostic) + "\n").collect(Collectors.joining());
    Golden.matches(golden(name).resolve("check.txt"), lines);
  }

  @Test
  void noPlanPrintsASecret() throws IOException {
    for (String name : cases()) {
      assertThat(Golden.yaml(compiled(name).plan())).doesNotContain("sk-");
      assertThat(compiled(name).plan().toString()).doesNotContain("sk-");
    }
  }

  private static Path golden(String name) {
    return Golden.folder().resolve("golden").resolve(name);
  }

  private GatewayPipeline.Compiled compiled(String name) throws IOException {
    Files.copy(golden(name).resolve("in.yaml"), config.resolve("in.yaml"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    return new GatewayPipeline(Map.of("OPENAI_API_KEY", "sk-from-the-environment")).compile(FolderReader.read(config));
  }
}
