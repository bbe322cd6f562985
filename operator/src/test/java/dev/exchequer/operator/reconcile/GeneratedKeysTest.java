package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent to the API server for a generated key, and what is said of its answer. */
final class GeneratedKeysTest {
  private static final String SECRETS = "/api/v1/namespaces/team/secrets";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesMockServer server = new KubernetesMockServer(false);
  private final Semaphore dirty = new Semaphore(0);
  private final List<Document> keys = List.of(key());
  private volatile boolean leads = true;
  private @Nullable KubernetesClient connected;
  private @Nullable GeneratedKeys generated;

  @BeforeEach
  void start() {
    server.init();
    connected = server.createClient();
    generated = new GeneratedKeys(connected, new Random(7), () -> leads, dirty::release);
  }

  @AfterEach
  void stop() {
    generated().close();
    Objects.requireNonNull(connected).close();
    server.destroy();
  }

  @Test
  void aSecretIsMadeForItsKeyAlone() throws IOException, InterruptedException {
    server.expect().post().withPath(SECRETS).andReturn(201, new Secret()).once();
    assertThat(generated().make(keys, List.of())).isEmpty();
    RecordedRequest request = Objects.requireNonNull(server.takeRequest(20, TimeUnit.SECONDS));
    assertThat(request.getMethod()).isEqualTo("POST");
    JsonNode secret = JSON.readTree(request.getBody().readUtf8());
    assertThat(secret.at("/metadata/name").asText()).isEqualTo("made");
    assertThat(secret.at("/metadata/labels").toString()).isEqualTo("{\"app.kubernetes.io/managed-by\":\"exchequer\"}");
    assertThat(secret.at("/metadata/ownerReferences").toString())
        .isEqualTo("[{\"apiVersion\":\"exchequer.dev/v1alpha1\",\"kind\":\"ApiKey\",\"name\":\"ci\",\"uid\":\"uid-1\"}]");
    assertThat(secret.path("data")).hasSize(1);
    String key = new String(Base64.getDecoder().decode(secret.at("/data/apiKey").asText()), StandardCharsets.US_ASCII);
    assertThat(key).matches("exq-[0-9a-f]{64}");
  }

  @Test
  void whatIsThereIsLeftAlone() throws InterruptedException {
    Document made = document("v1", "Secret", "made");
    assertThat(generated().make(keys, List.of(made))).isEmpty();
    generated().look();
    assertThat(server.takeRequest(200, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void aSecretThatCameMeanwhileIsLeftAlone() throws InterruptedException {
    server.expect().post().withPath(SECRETS).andReturn(409, new StatusBuilder().withCode(409).build()).once();
    generated().make(keys, List.of());
    assertThat(server.takeRequest(20, TimeUnit.SECONDS)).isNotNull();
    generated().close();
    assertThat(generated().make(keys, List.of())).isEmpty();
    assertThat(server.getRequestCount()).as("nothing but the attempt to create it").isEqualTo(1);
  }

  @Test
  void onlyTheLeaderMakesKeys() throws InterruptedException {
    leads = false;
    server.expect().post().withPath(SECRETS).andReturn(201, new Secret()).once();
    generated().make(keys, List.of());
    assertThat(server.takeRequest(200, TimeUnit.MILLISECONDS)).isNull();
    leads = true;
    generated().look();
    assertThat(server.takeRequest(20, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void whatTheOperatorMayNotIsSaidOfTheKey() throws InterruptedException {
    server.expect().post().withPath(SECRETS).andReturn(403, new StatusBuilder().withCode(403).withMessage("no: exq-secret").build()).always();
    generated().make(keys, List.of());
    assertThat(dirty.tryAcquire(20, TimeUnit.SECONDS)).as("there is something to say").isTrue();
    List<Diagnostic> problems = generated().make(keys, List.of());
    assertThat(problems).singleElement().satisfies(
        problem -> {
          assertThat(problem.code()).isEqualTo("RefNotCreated");
          assertThat(problem.object()).isEqualTo("ApiKey team/ci");
          assertThat(problem.field()).isEqualTo("spec.credentials[0].generate");
          assertThat(problem.message())
              .isEqualTo(
                  "the operator may not create the Secret team/made: give its role the verb create on secrets in namespace team, or create the Secret and use secretRef");
        });
    assertThat(generated().make(List.of(), List.of())).as("nobody asks for it any more").isEmpty();
  }

  private GeneratedKeys generated() {
    return Objects.requireNonNull(generated);
  }

  private static Document key() {
    Document key = document("exchequer.dev/v1alpha1", "ApiKey", "ci");
    ObjectNode credential = key.content().putObject("spec").putArray("credentials").addObject().put("name", "a");
    credential.putObject("generate").put("secretName", "made");
    return key;
  }

  private static Document document(String apiVersion, String kind, String name) {
    ObjectNode content = JSON.createObjectNode().put("apiVersion", apiVersion).put("kind", kind);
    content.putObject("metadata").put("name", name).put("namespace", "team").put("uid", "uid-1");
    return new Document(null, 0, apiVersion, new ObjectKey(kind, new ObjectName("team", name)), content, FieldLines.UNKNOWN);
  }
}
