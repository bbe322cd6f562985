package dev.exchequer.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every story of examples/stories, applied to a real API server as it stands: all objects become ready, and the plan is that of the files. */
final class StoriesIT {
  private static final String GATEWAY = "money";
  private static final String TEAM = "team-acme";
  private static final Path STORIES = RealApi.root().resolve("examples/stories");

  private final RealApi api = RealApi.get();
  private final Played serving = new Played();

  @TempDir Path folder;

  /** Envoy's part, and the service's: whatever comes is served. */
  private static final class Played implements KubernetesOperator.Serving {
    private volatile String digest = "";

    @Override
    public void activate(Compiled compiled, Consumer<Outcome> done) {
      digest = compiled.digest();
      done.accept(new Outcome.Serving());
    }

    @Override
    public Outcome current() {
      return new Outcome.Serving();
    }
  }

  /** What an object of the product is called where it is read. */
  private record Named(String kind, String path) {}

  static List<Path> stories() throws IOException {
    try (Stream<Path> folders = Files.list(STORIES)) {
      return folders.filter(Files::isDirectory).sorted().toList();
    }
  }

  @AfterEach
  void remove() {
    api.take(GATEWAY);
    api.take(TEAM);
  }

  @ParameterizedTest
  @MethodSource("stories")
  void becomesReadyAndIsTheSamePlanAsFromFiles(Path story) throws IOException {
    String yaml = Files.readString(story.resolve("story.yaml"));
    List<Named> objects = apply(yaml);
    assertThat(objects).isNotEmpty();
    KubernetesOperator.Settings settings = new KubernetesOperator.Settings(Set.of(GATEWAY, TEAM), null, true, GATEWAY);
    try (KubernetesOperator operator = KubernetesOperator.start(api.client(), settings, serving)) {
      assertThat(operator.healthy()).isTrue();
      for (Named object : objects) {
        RealApi.await(object.path + " is ready", () -> ready(object.path).equals("True"));
      }
      Files.writeString(folder.resolve("story.yaml"), yaml);
      Files.writeString(folder.resolve("keys.yaml"), generatedKeys(objects));
      Compiled fromFiles = new GatewayPipeline(Map.of(), GatewayIdentity.of(GATEWAY)).compile(FolderReader.read(folder));
      assertThat(fromFiles.diagnostics()).isEmpty();
      RealApi.await("the same plan as from files", () -> serving.digest.equals(fromFiles.digest()));
    }
  }

  /** In the order of the file, as `kubectl apply` does. */
  private List<Named> apply(String yaml) throws IOException {
    List<Named> objects = new ArrayList<>();
    for (String document : RealApi.documents(yaml)) {
      JsonNode object = RealApi.YAML.readTree(document);
      String kind = object.path("kind").asText();
      String name = object.at("/metadata/name").asText();
      if (kind.equals("Namespace")) {
        api.namespace(name);
        ObjectNode labels = RealApi.JSON.createObjectNode();
        labels.putObject("metadata").set("labels", object.at("/metadata/labels").isObject() ? object.at("/metadata/labels") : RealApi.JSON.createObjectNode());
        assertThat(api.patch("/api/v1/namespaces/" + name, labels.toString()).good()).isTrue();
        continue;
      }
      String namespace = object.at("/metadata/namespace").asText();
      RealApi.Answer answer = api.create(namespace, document);
      assertThat(answer.code()).as(() -> document + answer.body().toPrettyString()).isEqualTo(201);
      if (!kind.equals("Secret")) {
        objects.add(new Named(kind, api.path(namespace, kind, name)));
      }
    }
    return objects;
  }

  private String ready(String path) {
    for (JsonNode condition : api.read(path).body().at("/status/conditions")) {
      if (condition.path("type").asText().equals("Ready")) {
        return condition.path("status").asText();
      }
    }
    return "";
  }

  /** What the operator made, as documents beside the story. */
  private String generatedKeys(List<Named> objects) {
    StringBuilder yaml = new StringBuilder();
    for (Named object : objects) {
      if (object.kind.equals("ApiKey")) {
        String secret = api.read(object.path).body().at("/spec/credentials/0/generate/secretName").asText();
        String encoded = api.read("/api/v1/namespaces/" + TEAM + "/secrets/" + secret).body().at("/data/apiKey").asText();
        String key = new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
        yaml.append("---\napiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\nstringData: {apiKey: %s}\n".formatted(secret, TEAM, key));
      }
    }
    assertThat(yaml.toString()).as("every story has a key").isNotEmpty();
    return yaml.toString();
  }
}
