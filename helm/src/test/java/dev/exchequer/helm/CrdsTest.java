package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chart cannot reach out of its folder, so it has copies of the generated definitions. {@code -Dgolden.update=true} copies them anew and then fails. */
class CrdsTest {
  private static final Path GENERATED = Chart.ROOT.resolve("crds/yaml");
  private static final Path COPIES = Chart.FOLDER.resolve("files/crds");

  @Test
  void copiesAreTheGeneratedDefinitions() throws IOException {
    Map<String, String> generated = files(GENERATED);
    if (Boolean.getBoolean("golden.update")) {
      for (String old : files(COPIES).keySet()) {
        Files.delete(COPIES.resolve(old));
      }
      for (Map.Entry<String, String> file : generated.entrySet()) {
        Files.writeString(COPIES.resolve(file.getKey()), file.getValue());
      }
      fail("copied crds/yaml to helm/exchequer/files/crds: run without -Dgolden.update");
    }
    assertThat(generated).hasSizeGreaterThanOrEqualTo(8);
    assertThat(files(COPIES)).as("helm/exchequer/files/crds differs from crds/yaml: run with -Dgolden.update=true").isEqualTo(generated);
  }

  @Test
  void areTemplatesThatUninstallKeeps() throws IOException {
    Map<String, JsonNode> rendered =
        Chart.objects("default").stream()
            .filter(Chart.kind("CustomResourceDefinition"))
            .collect(Collectors.toMap(definition -> definition.at("/metadata/name").asText(), Function.identity()));

    assertThat(rendered).hasSameSizeAs(files(GENERATED));
    for (String file : files(GENERATED).keySet()) {
      JsonNode generated = Chart.yaml(GENERATED.resolve(file));
      JsonNode installed = Objects.requireNonNull(rendered.get(generated.at("/metadata/name").asText()), file);
      assertThat(installed.at("/metadata/annotations/helm.sh~1resource-policy").asText()).isEqualTo("keep");
      ((ObjectNode) installed.get("metadata")).remove("annotations");
      assertThat(installed).isEqualTo(generated);
    }
  }

  @Test
  void rolesKnowEveryKind() throws IOException {
    Set<String> plurals = new TreeSet<>(files(GENERATED).keySet().stream().map(file -> file.replace(".yaml", "")).toList());
    plurals.add("tokengateways");

    List<JsonNode> readers = Chart.objects("default").stream().filter(Chart.kind("ClusterRole")).toList();

    assertThat(readers).hasSize(4).allSatisfy(role -> assertThat(Chart.texts(role.at("/rules/0/resources"))).containsExactlyElementsOf(plurals));
  }

  private static Map<String, String> files(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.collect(Collectors.toMap(file -> file.getFileName().toString(), CrdsTest::read, (a, b) -> a, TreeMap::new));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
