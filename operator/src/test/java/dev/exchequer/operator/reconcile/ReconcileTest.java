package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.crds.Api;
import dev.exchequer.crds.ModelRoute;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.watch.FolderReader;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The objects of an API server become the plan that the same files become. The server is Fabric8's mock, which keeps objects and tells watchers; it has no
 * server-side apply and checks nothing by the definitions, so statuses are merged here and a wrong object gets as far as the operator.
 */
final class ReconcileTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final KubernetesMockServer server =
      new KubernetesMockServer(new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(contexts()), true);
  private final FakeServing serving = new FakeServing();
  private @Nullable KubernetesClient connected;
  private @Nullable KubernetesOperator operator;
  private Reading files = new Reading(List.of(), List.of(), "");

  /** Takes every plan, and says of each what the test wants. */
  private static final class FakeServing implements KubernetesOperator.Serving {
    private final List<Compiled> plans = new CopyOnWriteArrayList<>();
    private volatile Outcome outcome = new Outcome.Serving();

    @Override
    public void activate(Compiled compiled, Consumer<Outcome> done) {
      plans.add(compiled);
      done.accept(outcome);
    }

    @Override
    public Outcome current() {
      return outcome;
    }

    String digest() {
      return plans.isEmpty() ? "" : plans.getLast().digest();
    }
  }

  @BeforeEach
  void start() throws IOException {
    server.init();
    connected = server.createClient();
    files = FolderReader.read(Path.of(System.getProperty("exchequer.root", "..")).resolve("examples/quickstart"));
    files.documents().forEach(this::apply);
    operator = KubernetesOperator.start(client(), new KubernetesOperator.Settings(Set.of(), null, false, "default"), serving);
  }

  @AfterEach
  void stop() {
    if (operator != null) {
      operator.close();
    }
    client().close();
    server.destroy();
  }

  @Test
  void theQuickstartIsTheSamePlanAsFromFiles() {
    Compiled fromFiles = new GatewayPipeline(Map.of()).compile(files);
    await("the same digest as from files", () -> serving.digest().equals(fromFiles.digest()));
    assertThat(serving.plans.getLast().plan()).isEqualTo(fromFiles.plan());
    assertThat(serving.plans).as("there was never a plan of half the objects").allSatisfy(plan -> assertThat(plan.digest()).isEqualTo(fromFiles.digest()));

    for (Document object : files.documents()) {
      if (!object.kind().equals("Secret")) {
        awaitStatus(object, status -> condition(status, "Ready").path("status").asText().equals("True"));
        JsonNode status = status(object);
        assertThat(status.path("conditions").findValuesAsText("type")).containsExactly("Accepted", "ResolvedRefs", "Programmed", "Ready");
        assertThat(status.path("conditions").findValuesAsText("status")).containsOnly("True");
        assertThat(status.toString()).doesNotContain("mock-official-key", "exq-demo");
      }
    }
    Document route = any("ModelRoute");
    assertThat(status(route).path("hops").asText()).matches("[a-z]+\\([A-Z][a-z]+\\)( > [a-z]+\\([A-Z][a-z]+\\))*");
    assertThat(status(route).path("crossing").asText()).isIn("Never", "WithConsent");
  }

  @Test
  void aChangeIsServed() {
    settled();
    String before = serving.digest();
    edit(any("Project"), spec -> spec.put("disclose", "None"));
    await("another plan", () -> !serving.digest().equals(before));
    edit(any("Project"), spec -> spec.put("disclose", "Balance"));
    await("the first plan again", () -> serving.digest().equals(before));
  }

  @Test
  void aBrokenObjectKeepsServingAndSaysWhatIsWrong() {
    settled();
    String before = serving.digest();
    Document provider = any("ModelProvider");
    edit(provider, spec -> spec.put("allowPlaintext", false));
    awaitStatus(provider, status -> condition(status, "Accepted").path("status").asText().equals("False"));
    assertThat(serving.digest()).isEqualTo(before);
    JsonNode accepted = condition(status(provider), "Accepted");
    assertThat(accepted.path("reason").asText()).isEqualTo("PlaintextForbidden");
    assertThat(accepted.path("message").asText()).startsWith("spec.baseUrl: ");
    assertThat(condition(status(provider), "Programmed").path("reason").asText()).isIn("LastGoodServes", "Programmed");
    assertThat(condition(status(provider), "Ready").path("status").asText()).isEqualTo("False");

    edit(provider, spec -> spec.put("allowPlaintext", true));
    awaitStatus(provider, status -> condition(status, "Ready").path("status").asText().equals("True"));
    assertThat(serving.digest()).isEqualTo(before);
  }

  /** Not one of ours could hold it; it must not take the other providers with it. */
  @Test
  void anObjectOfAnotherShapeTakesOutOnlyItself() {
    settled();
    Document provider = any("ModelProvider");
    edit(provider, spec -> spec.putArray("auth").add(5));
    awaitStatus(provider, status -> condition(status, "Accepted").path("reason").asText().equals("WrongType"));
    assertThat(serving.plans.getLast().plan().providers()).hasSameSizeAs(of("ModelProvider"));
  }

  @Test
  void aDeletedObjectIsGone() {
    settled();
    Document route = any("ModelRoute");
    int before = serving.plans.getLast().plan().routes().size();
    resources(route.kind(), route.name().namespace()).withName(route.name().name()).delete();
    await("a route less", () -> serving.plans.getLast().plan().routes().size() == before - 1);
  }

  @Test
  void anotherSecretIsAnotherKeyAndADeletedOneIsMissed() {
    settled();
    String before = serving.digest();
    client().secrets().inNamespace("default").withName("demo-keys").edit(
        secret -> {
          secret.setStringData(null);
          secret.getData().put("demo", Base64.getEncoder().encodeToString("another-key-of-thirty-two-characters".getBytes(StandardCharsets.UTF_8)));
          return secret;
        });
    await("another plan", () -> !serving.digest().equals(before));
    client().secrets().inNamespace("default").withName("demo-keys").delete();
    Document key = any("ApiKey");
    awaitStatus(key, status -> condition(status, "ResolvedRefs").path("reason").asText().equals("RefNotFound"));
    assertThat(condition(status(key), "ResolvedRefs").path("message").asText()).contains("spec.credentials[0].secretRef").contains("demo-keys");
  }

  @Test
  void whatEnvoyRefusesIsSaidInItsWords() {
    settled();
    serving.outcome = new Outcome.Rejected("hop: no such cluster");
    Document route = any("ModelRoute");
    edit(route, spec -> spec.put("suspend", true));
    awaitStatus(route, status -> condition(status, "Programmed").path("message").asText().endsWith("hop: no such cluster"));
    assertThat(condition(status(route), "Programmed").path("status").asText()).isEqualTo("False");
    assertThat(condition(status(route), "Accepted").path("status").asText()).isEqualTo("True");
  }

  @Test
  void anEnvoyThatComesLaterMakesItTrue() {
    serving.outcome = new Outcome.NoEnvoy("no Envoy is connected");
    Document route = any("ModelRoute");
    awaitStatus(route, status -> condition(status, "Programmed").path("status").asText().equals("Unknown"));
    serving.outcome = new Outcome.Serving();
    awaitStatus(route, status -> condition(status, "Ready").path("status").asText().equals("True"));
  }

  @Test
  void aStatusThatIsTrueIsNotWrittenAgain() {
    settled();
    Document project = any("Project");
    awaitStatus(project, status -> condition(status, "Ready").path("status").asText().equals("True"));
    String version = version(project);
    int plans = serving.plans.size();
    edit(any("ModelRoute"), spec -> spec.put("suspend", true));
    await("a plan more", () -> serving.plans.size() > plans);
    // a second change: what the first one's statuses had caused would stand before its plan
    edit(any("ModelRoute"), spec -> spec.put("suspend", false));
    await("another plan", () -> serving.plans.size() > plans + 1);
    assertThat(version(project)).isEqualTo(version);
    assertThat(serving.plans).as("writing a status is no change").hasSize(plans + 2);
  }

  @Test
  void theWatchedKindsAreTheDefinedOnes() {
    assertThat(Kinds.ALL).hasSize(9);
    for (Kinds.Watched<?> kind : Kinds.ALL) {
      Class<?> defined = defined(kind.type().getSimpleName());
      assertThat(HasMetadata.getFullResourceName(kind.type())).isEqualTo(HasMetadata.getFullResourceName(defined.asSubclass(HasMetadata.class)));
      assertThat(HasMetadata.getKind(kind.type())).isEqualTo(HasMetadata.getKind(defined.asSubclass(HasMetadata.class)));
      assertThat(HasMetadata.getApiVersion(kind.type())).isEqualTo(Api.GROUP + "/" + Api.VERSION);
    }
  }

  private static Class<?> defined(String kind) {
    try {
      return Class.forName(ModelRoute.class.getPackageName() + "." + kind);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static List<CustomResourceDefinitionContext> contexts() {
    return Kinds.ALL.stream().map(kind -> CustomResourceDefinitionContext.fromCustomResourceType(kind.type().asSubclass(RawResource.class))).toList();
  }

  private KubernetesClient client() {
    return Objects.requireNonNull(connected);
  }

  private void settled() {
    String digest = new GatewayPipeline(Map.of()).compile(files).digest();
    await("the first plan", () -> serving.digest().equals(digest));
    of("ModelRoute").forEach(object -> awaitStatus(object, status -> condition(status, "Ready").path("status").asText().equals("True")));
  }

  private void apply(Document document) {
    ObjectNode content = document.content().deepCopy();
    if (document.kind().equals("Secret")) {
      // what the API server does with stringData
      ObjectNode data = content.putObject("data");
      content
          .remove("stringData")
          .fields()
          .forEachRemaining(
              entry ->
                  data.put(
                      entry.getKey(),
                      Base64.getEncoder().encodeToString(entry.getValue().asText().getBytes(StandardCharsets.UTF_8))));
    }
    ((ObjectNode) content.path("metadata")).put("namespace", document.name().namespace());
    client().resource(content.toString()).inNamespace(document.name().namespace()).create();
  }

  private void edit(Document object, Consumer<ObjectNode> change) {
    await("an edit of " + object.key(), () -> edited(object, change));
  }

  /** Here an edit can cross the writing of a status, as with kubectl edit. */
  private boolean edited(Document object, Consumer<ObjectNode> change) {
    try {
      editOnce(object, change);
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == 409) {
        return false;
      }
      throw e;
    }
  }

  private void editOnce(Document object, Consumer<ObjectNode> change) {
    resources(object.kind(), object.name().namespace())
        .withName(object.name().name())
        .edit(
            resource -> {
              ObjectNode spec = Serialization.jsonMapper().valueToTree(resource.getAdditionalProperties().get("spec"));
              change.accept(spec);
              resource.setAdditionalProperty("spec", spec);
              return resource;
            });
  }

  private Document any(String kind) {
    return of(kind).getFirst();
  }

  private List<Document> of(String kind) {
    return files.documents().stream().filter(object -> object.kind().equals(kind)).toList();
  }

  private JsonNode status(Document object) {
    return Serialization.jsonMapper().valueToTree(current(object).getAdditionalProperties()).path("status");
  }

  private String version(Document object) {
    return current(object).getMetadata().getResourceVersion();
  }

  private GenericKubernetesResource current(Document object) {
    return resources(object.kind(), object.name().namespace()).withName(object.name().name()).require();
  }

  private NonNamespaceOperation<GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>> resources(
      String kind, String namespace) {
    Kinds.Watched<?> watched = Kinds.ALL.stream().filter(one -> one.type().getSimpleName().equals(kind)).findFirst().orElseThrow();
    return client().genericKubernetesResources(ResourceDefinitionContext.fromResourceType(watched.type())).inNamespace(namespace);
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return status.path("absent");
  }

  private void awaitStatus(Document object, Predicate<JsonNode> holds) {
    await("the status of " + object.key() + ": " + status(object), () -> holds.test(status(object)));
  }

  private static void await(String what, BooleanSupplier holds) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come: " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
