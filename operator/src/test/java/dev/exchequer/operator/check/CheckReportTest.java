package dev.exchequer.operator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckReportTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void cleanIsZero() throws IOException {
    project("owner: x");
    assertThat(run(false)).isZero();
    assertThat(text()).isEqualTo("1 object, 0 errors, 0 warnings\n");
  }

  @Test
  void anErrorIsOneAndEveryDiagnosticALine() throws IOException {
    project("ownr: x");
    assertThat(run(false)).isEqualTo(1);
    assertThat(text())
        .isEqualTo(
            """
            one.yaml:4: error: Project default/one: spec.owner: is required
            one.yaml:4: error: Project default/one: spec.ownr: unknown field, did you mean owner?
            1 object, 2 errors, 0 warnings
            """);
  }

  @Test
  void jsonHasTheNamesOfTheContract() throws IOException {
    project("owner: 5");
    assertThat(run(true)).isEqualTo(1);
    JsonNode item = new ObjectMapper().readTree(text()).path("items").path(0);
    assertThat(item.fieldNames()).toIterable().containsExactly("severity", "code", "object", "file", "line", "field", "message");
    assertThat(item.path("severity").asText()).isEqualTo("error");
    assertThat(item.path("object").asText()).isEqualTo("Project default/one");
    assertThat(item.path("line").asInt()).isEqualTo(4);
  }

  @Test
  void noFolderIsTwo() {
    assertThat(CheckReport.run(folder.resolve("nowhere"), "default", false, out(), Map.of())).isEqualTo(2);
    assertThat(text()).contains("nowhere is not a folder");
  }

  private int run(boolean json) {
    return CheckReport.run(folder, "default", json, out(), Map.of());
  }

  private PrintStream out() {
    return new PrintStream(printed, true, StandardCharsets.UTF_8);
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private void project(String spec) throws IOException {
    Files.writeString(folder.resolve("one.yaml"), "apiVersion: exchequer.dev/v1alpha1\nkind: Project\nmetadata: {name: one}\nspec: {" + spec + "}\n");
  }
}
