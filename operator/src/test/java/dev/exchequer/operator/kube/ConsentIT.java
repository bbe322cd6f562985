package dev.exchequer.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.operator.watch.FolderReader;
import dev.exchequer.policy.ApiKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A story over two namespaces on a real API server: consent by label, and keys that the operator makes. Envoy's part is played. */
final class ConsentIT {
  private static final String GATEWAY = "money";
  private static final String TEAM = "team-acme";
  private static final String SECRETS = "/api/v1/namespaces/" + TEAM + "/secrets/";

  private final RealApi api = RealApi.get();
  private final Played serving = new Played();

  @TempDir Path folder;
  private String yaml = "";

  private static final class Played implements KubernetesOperator.Serving {
    private final List<Compiled> plans = new CopyOnWriteArrayList<>();

    @Override
    public void activate(Compiled compiled, Consumer<Outcome> done) {
      plans.add(compiled);
      done.accept(new Outcome.Serving());
    }

    @Override
    public Outcome current() {
      return new Outcome.Serving();
    }

    List<ApiKey> keys() {
      return plans.isEmpty() ? List.of() : plans.getLast().plan().keys();
    }

    String digest() {
      return plans.isEmpty() ? "" : plans.getLast().digest();
    }
  }

  /** The team's namespace has the label, and the consent asks for it. */
  @BeforeEach
  void apply() throws IOException {
    yaml =
        Files.readString(RealApi.root().resolve("operator/src/test/resources/kube/two-namespaces.yaml"))
            .replace("{key: kubernetes.io/metadata.name, operator: In, values: [team-acme]}", "{key: team, operator: In, values: [acme]}")
            .replace("namespace: default", "namespace: " + GATEWAY)
            .replaceAll("metadata: \\{name: ([a-z0-9.-]+)}", "metadata: {name: $1, namespace: " + GATEWAY + "}");
    api.namespace(GATEWAY);
    api.namespace(TEAM);
    label("acme");
    for (String document : RealApi.documents(yaml)) {
      create(document);
    }
  }

  @AfterEach
  void remove() {
    api.take(GATEWAY);
    api.take(TEAM);
  }

  @Test
  void labelsOfNamespacesAreFollowed() throws IOException {
    Files.writeString(folder.resolve("world.yaml"), yaml + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " + TEAM + ", labels: {team: acme}}\n");
    Compiled fromFiles = new GatewayPipeline(Map.of(), GatewayIdentity.of(GATEWAY)).compile(FolderReader.read(folder));
    assertThat(fromFiles.diagnostics()).isEmpty();
    try (KubernetesOperator operator = start()) {
      assertThat(operator.healthy()).isTrue();
      RealApi.await("the same plan as from files", () -> serving.digest().equals(fromFiles.digest()));
      awaitCondition("ci", "Ready", ready -> ready.path("status").asText().equals("True"));

      label("other");
      RealApi.await("the key is out", () -> serving.keys().isEmpty());
      awaitCondition("ci", "ResolvedRefs", resolved -> resolved.path("reason").asText().equals("RefNotPermitted"));
      assertThat(condition("ci", "ResolvedRefs").path("message").asText())
          .isEqualTo(
              "spec.projectRef.namespace: Project money/acme does not allow references from namespace team-acme: add it to the project's spec.usableFrom");

      label("acme");
      RealApi.await("the key is back", () -> serving.digest().equals(fromFiles.digest()));
    }
  }

  @Test
  void aKeyIsMadeOnceAndServes() throws IOException {
    create(key("made", "generate: {secretName: acme-made}"));
    try (KubernetesOperator operator = start()) {
      assertThat(operator.healthy()).isTrue();
      RealApi.await("the Secret is made", () -> api.read(SECRETS + "acme-made").good());
      JsonNode secret = api.read(SECRETS + "acme-made").body();
      assertThat(secret.at("/metadata/labels").toString()).contains("\"app.kubernetes.io/managed-by\":\"exchequer\"");
      assertThat(secret.at("/metadata/ownerReferences/0/uid").asText()).isEqualTo(object("made").at("/metadata/uid").asText());
      String key = new String(Base64.getDecoder().decode(secret.at("/data/apiKey").asText()), StandardCharsets.US_ASCII);
      assertThat(key).matches("exq-[0-9a-f]{64}");
      awaitKey("made", key);
      awaitCondition("made", "Ready", ready -> ready.path("status").asText().equals("True"));
      assertThat(object("made").toString()).doesNotContain(key).doesNotContain(sha256(key));

      String other = "exq-rotated-0123456789abcdef0123456789abcdef";
      patchKey("acme-made", "\"" + Base64.getEncoder().encodeToString(other.getBytes(StandardCharsets.US_ASCII)) + "\"");
      awaitKey("made", other);
      assertThat(api.read(SECRETS + "acme-made").body().at("/metadata/uid").asText()).as("it is the same Secret").isEqualTo(secret.at("/metadata/uid").asText());

      patchKey("acme-made", "null");
      awaitCondition("made", "ResolvedRefs", resolved -> resolved.path("reason").asText().equals("SecretInvalid"));
      assertThat(condition("made", "ResolvedRefs").path("message").asText())
          .isEqualTo("spec.credentials[0].generate: the Secret team-acme/acme-made has no key apiKey: delete the Secret, and the operator makes it anew");

      api.delete(SECRETS + "acme-made");
      awaitCondition("made", "Ready", ready -> ready.path("status").asText().equals("True"));
    }
  }

  @Test
  void aSecretOfSomebodyElseIsNotTouched() throws IOException {
    create("apiVersion: v1\nkind: Secret\nmetadata: {name: taken, namespace: " + TEAM + "}\nstringData: {apiKey: theirs-0123456789abcdef0123456789abcdef}\n");
    String before = api.read(SECRETS + "taken").body().at("/metadata/resourceVersion").asText();
    create(key("thief", "generate: {secretName: taken}"));
    try (KubernetesOperator operator = start()) {
      assertThat(operator.healthy()).isTrue();
      awaitCondition("thief", "ResolvedRefs", resolved -> resolved.path("reason").asText().equals("RefNotPermitted"));
      assertThat(condition("thief", "ResolvedRefs").path("message").asText()).contains("the Secret team-acme/taken was not made for this ApiKey");
      assertThat(serving.keys()).extracting(key -> key.name().name()).containsExactly("ci");
      assertThat(api.read(SECRETS + "taken").body().at("/metadata/resourceVersion").asText()).isEqualTo(before);
    }
  }

  private KubernetesOperator start() {
    return KubernetesOperator.start(api.client(), new KubernetesOperator.Settings(Set.of(GATEWAY, TEAM), null, true, GATEWAY), serving);
  }

  private void create(String document) throws IOException {
    RealApi.Answer answer = api.create(RealApi.YAML.readTree(document).at("/metadata/namespace").asText(), document);
    assertThat(answer.code()).as(() -> document + answer.body().toPrettyString()).isEqualTo(201);
  }

  private static String key(String name, String credential) {
    return "apiVersion: exchequer.dev/v1alpha1\nkind: ApiKey\nmetadata: {name: " + name + ", namespace: " + TEAM + "}\n"
        + "spec: {projectRef: {name: acme, namespace: " + GATEWAY + "}, label: " + name + ", credentials: [{name: a, " + credential + "}]}\n";
  }

  private void label(String team) {
    RealApi.Answer answer =
        api.send("PATCH", "/api/v1/namespaces/" + TEAM, "application/merge-patch+json", "{\"metadata\":{\"labels\":{\"team\":\"" + team + "\"}}}");
    assertThat(answer.good()).as(answer.message()).isTrue();
  }

  private void patchKey(String secret, String base64) {
    assertThat(api.send("PATCH", SECRETS + secret, "application/merge-patch+json", "{\"data\":{\"apiKey\":" + base64 + "}}").good()).isTrue();
  }

  private void awaitKey(String name, String key) {
    RealApi.await(
        "the key of " + name + " serves",
        () ->
            serving.keys().stream()
                .filter(served -> served.name().name().equals(name))
                .anyMatch(served -> served.credentials().stream().anyMatch(credential -> credential.sha256().equals(sha256(key)))));
  }

  private JsonNode object(String key) {
    return api.read(api.path(TEAM, "ApiKey", key)).body();
  }

  private JsonNode condition(String key, String type) {
    for (JsonNode condition : object(key).at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return object(key).path("absent");
  }

  private void awaitCondition(String key, String type, Predicate<JsonNode> holds) {
    RealApi.await(type + " of ApiKey " + key + ": " + object(key).path("status"), () -> holds.test(condition(key, type)));
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
