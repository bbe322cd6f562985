package dev.exchequer.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same YAML in a folder and in the API server, which fills in defaults and turns stringData into data, is the same plan to the byte. */
final class SamePlanIT {
  private final RealApi api = RealApi.get();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "examples/quickstart/quickstart.yaml",
        "cli/src/test/resources/e2e/main/world.yaml",
        "cli/src/test/resources/e2e/crossing/world.yaml",
        "cli/src/test/resources/e2e/parallel/world.yaml",
        "operator/src/test/resources/golden/minimal/in.yaml",
        "operator/src/test/resources/golden/everything/in.yaml",
        "operator/src/test/resources/kube/between-defaults.yaml",
        "operator/src/test/resources/kube/two-namespaces.yaml"
      })
  void compilesTheSame(String file) throws IOException {
    // variables are of files alone, and the server counts generations itself
    String yaml =
        Files.readString(RealApi.root().resolve(file))
            .replace("@MOCK@", "18080")
            .replace("@DEAD@", "18081")
            .replace("@SECRET@", "sk-provider")
            .replace(", generation: 4", "")
            .replaceAll("\\$\\{[A-Z_]+}", "0123456789abcdef0123456789abcdef");
    Files.writeString(folder.resolve("world.yaml"), yaml);
    GatewayPipeline.Compiled fromFolder = new GatewayPipeline(Map.of()).compile(FolderReader.read(folder));
    assertThat(fromFolder.hasErrors()).isFalse();

    List<JsonNode> stored = new ArrayList<>();
    try {
      for (String document : RealApi.documents(yaml)) {
        String namespace = RealApi.YAML.readTree(document).at("/metadata/namespace").asText("default");
        api.namespace(namespace);
        RealApi.Answer answer = api.create(namespace, document);
        assertThat(answer.code()).as(() -> document + answer.body().toPrettyString()).isEqualTo(201);
      }
    } finally {
      for (JsonNode namespace : api.read("/api/v1/namespaces").body().path("items")) {
        String name = namespace.at("/metadata/name").asText();
        if (yaml.contains("namespace: " + name) || name.equals("default")) {
          stored.addAll(api.take(name));
        }
      }
    }
    GatewayPipeline.Compiled fromApi = new GatewayPipeline(Map.of()).compile(new Reading(stored.stream().map(SamePlanIT::document).toList(), List.of(), ""));

    assertThat(fromApi.diagnostics().stream().map(SamePlanIT::line)).containsExactlyInAnyOrderElementsOf(fromFolder.diagnostics().stream().map(SamePlanIT::line).toList());
    assertThat(fromApi.plan().routes()).isEqualTo(fromFolder.plan().routes());
    assertThat(fromApi.plan()).isEqualTo(fromFolder.plan());
    assertThat(fromApi.digest()).isEqualTo(fromFolder.digest());
  }

  private static Document document(JsonNode object) {
    String namespace = object.at("/metadata/namespace").asText();
    String apiVersion = object.path("apiVersion").asText();
    ObjectKey key = new ObjectKey(object.path("kind").asText(), new ObjectName(namespace, object.at("/metadata/name").asText()));
    return new Document(null, 0, apiVersion, key, (ObjectNode) object, FieldLines.UNKNOWN);
  }

  private static String line(Diagnostic d) {
    return d.severity() + " " + d.code() + " " + d.object() + " " + d.field() + ": " + d.message();
  }
}
