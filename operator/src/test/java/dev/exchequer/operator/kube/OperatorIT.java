package dev.exchequer.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.operator.reconcile.KubernetesOperator.LeaseName;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator on a real API server: elected, told of changes, and its statuses applied by the server. Envoy's part is played. */
final class OperatorIT {
  private static final String NAMESPACE = "default";
  private static final Map<String, String> PLURALS = RealApi.get().plurals();

  private final RealApi api = RealApi.get();
  private final Played serving = new Played();
  private String digest = "";

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

    String digest() {
      return plans.isEmpty() ? "" : plans.getLast().digest();
    }
  }

  @BeforeEach
  void apply() throws IOException {
    digest = new GatewayPipeline(Map.of()).compile(FolderReader.read(RealApi.root().resolve("examples/quickstart"))).digest();
    for (String document : RealApi.documents(Files.readString(RealApi.root().resolve("examples/quickstart/quickstart.yaml")))) {
      RealApi.Answer answer = api.create(NAMESPACE, document);
      assertThat(answer.code()).as(() -> answer.body().toPrettyString()).isEqualTo(201);
    }
  }

  @BeforeEach
  void gateway() throws IOException {
    RealApi.Answer answer = api.create(NAMESPACE, "apiVersion: exchequer.dev/v1alpha1\nkind: TokenGateway\nmetadata: {name: exchequer}\nspec: {}\n");
    assertThat(answer.code()).as(() -> answer.body().toPrettyString()).isEqualTo(201);
  }

  @AfterEach
  void remove() {
    api.take(NAMESPACE);
  }

  @Test
  void whatIsAppliedIsServedAndSaidSo() throws IOException, InterruptedException {
    KubernetesOperator.Settings settings =
        new KubernetesOperator.Settings(Set.of(NAMESPACE), new LeaseName(NAMESPACE, "exchequer-operator", "operator-0"), true, NAMESPACE);
    try (KubernetesOperator operator = KubernetesOperator.start(api.client(), settings, serving)) {
      RealApi.await("the same plan as from files", () -> serving.digest().equals(digest));
      RealApi.await("the only replica leads", operator::leads);
      assertThat(operator.healthy()).isTrue();
      for (Map.Entry<String, String> kind : PLURALS.entrySet()) {
        JsonNode items = api.read(RealApi.GROUP + "/namespaces/" + NAMESPACE + "/" + kind.getValue()).body().path("items");
        assertThat(items).isNotEmpty();
        items.forEach(item -> awaitCondition(kind.getKey(), item.at("/metadata/name").asText(), "Ready", ready -> ready.path("status").asText().equals("True")));
      }
      JsonNode route = object("ModelRoute", "gpt-5.1");
      assertThat(route.at("/status/conditions").findValuesAsText("status")).containsExactly("True", "True", "True", "True");
      assertThat(route.at("/metadata/managedFields").findValuesAsText("manager")).contains("exchequer");
      assertThat(api.kubectl("get", "modelroutes", "-n", NAMESPACE)).contains("(Direct) > ", "WithConsent");
      assertThat(api.kubectl("get", "tgw", "-n", NAMESPACE).lines().toList().getLast().split(" +")).startsWith("exchequer", "4", "0/0", digest.substring(0, 12), "True");

      assertThat(api.patch(api.path(NAMESPACE, "ModelProvider", "official"), "{\"spec\":{\"allowPlaintext\":false}}").good()).isTrue();
      awaitCondition("ModelProvider", "official", "Accepted", accepted -> accepted.path("reason").asText().equals("PlaintextForbidden"));
      assertThat(condition("ModelProvider", "official", "Accepted").path("message").asText()).startsWith("spec.baseUrl: ");
      assertThat(condition("ModelProvider", "official", "Programmed").path("observedGeneration").asLong()).as("the one that serves").isEqualTo(1);
      assertThat(condition("ModelProvider", "official", "Ready").path("status").asText()).isEqualTo("False");
      assertThat(serving.digest()).as("its last good form keeps serving").isEqualTo(digest);
      api.patch(api.path(NAMESPACE, "ModelProvider", "official"), "{\"spec\":{\"allowPlaintext\":true}}");
      awaitCondition("ModelProvider", "official", "Ready", ready -> ready.path("status").asText().equals("True"));

      api.delete("/api/v1/namespaces/" + NAMESPACE + "/secrets/demo-keys");
      awaitCondition("ApiKey", "demo", "ResolvedRefs", resolved -> resolved.path("reason").asText().equals("RefNotFound"));

      int routes = serving.plans.getLast().plan().routes().size();
      api.delete(api.path(NAMESPACE, "ModelRoute", "gpt-5.1"));
      RealApi.await("a route less", () -> serving.plans.getLast().plan().routes().size() == routes - 1);
    }
  }

  private JsonNode object(String kind, String name) {
    return api.read(api.path(NAMESPACE, kind, name)).body();
  }

  private JsonNode condition(String kind, String name, String type) {
    for (JsonNode condition : object(kind, name).at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return object(kind, name).path("absent");
  }

  private void awaitCondition(String kind, String name, String type, Predicate<JsonNode> holds) {
    RealApi.await(type + " of " + kind + " " + name + ": " + object(kind, name).path("status"), () -> holds.test(condition(kind, name, type)));
  }
}
