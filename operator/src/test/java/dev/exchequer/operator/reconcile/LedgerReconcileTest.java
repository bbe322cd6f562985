package dev.exchequer.operator.reconcile;

import static dev.exchequer.operator.reconcile.PlayedGateway.balance;
import static dev.exchequer.operator.reconcile.PlayedGateway.budget;
import static dev.exchequer.operator.reconcile.PlayedGateway.report;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.exchequer.operator.TestClock;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.publish.Outcome;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What gateways say becomes statuses, finalizers and events. The server is Fabric8's mock, for speed: it has no server-side apply (it answers such a patch with
 * 415), so statuses are merged by the client here; StatusIT shows the same with field managers on a real API server.
 */
final class LedgerReconcileTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String WORLD =
      """
      kind: TokenGateway
      metadata: {name: exchequer}
      spec: {}
      ---
      kind: Project
      metadata: {name: acme}
      spec: {owner: x}
      ---
      kind: Balance
      metadata: {name: wallet}
      spec: {projectRef: {name: acme}, type: Credit, unit: CREDIT, routeClasses: [Direct]}
      ---
      kind: Budget
      metadata: {name: cap}
      spec: {targetRef: {kind: Project, name: acme}, limits: [{unit: CREDIT, amount: "10"}], window: {type: Lifetime}}
      """;

  private final KubernetesMockServer server =
      new KubernetesMockServer(new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(contexts()), true);
  private final PlayedGateway gateway = new PlayedGateway();
  private final TestClock clock = new TestClock();
  private @Nullable KubernetesClient connected;
  private @Nullable KubernetesOperator operator;

  @BeforeEach
  void start() {
    server.init();
    connected = server.createClient();
    for (String document : WORLD.split("---\n", -1)) {
      create(document);
    }
    operator = KubernetesOperator.start(client(), settings(), gateway);
    await("the world serves", () -> condition("Balance", "wallet", "Ready").path("status").asText().equals("True"));
  }

  @AfterEach
  void stop() {
    Objects.requireNonNull(operator).close();
    client().close();
    server.destroy();
  }

  @Test
  void amountsAreShownAndConditionsOfOthersStay() {
    gateway.report(report(true, clock.millis(), List.of(balance("default/wallet", 3, "50", "1.5", 1)), List.of(budget("default/cap", "10", "4"))));
    awaitStatus("Balance", "wallet", status -> status.path("available").asText().equals("48.5"));
    JsonNode status = status("Balance", "wallet");
    assertThat(status.path("posted").asText() + " " + status.path("held").asText() + " " + status.path("sequence").asLong()).isEqualTo("50 1.5 3");
    assertThat(condition("Balance", "wallet", "Low").path("status").asText()).isEqualTo("False");
    assertThat(condition("Balance", "wallet", "Ready").path("status").asText()).isEqualTo("True");
    awaitStatus("Budget", "cap", budget -> budget.path("spent").asText().equals("4") && budget.path("remaining").asText().equals("6"));
    awaitStatus("TokenGateway", "exchequer", gw -> gw.at("/ledger/openHolds").asLong() == 1 && gw.at("/ledger/node").asText().equals("gateway-0"));
  }

  @Test
  void theNextChangeWaitsForItsPace() {
    gateway.report(report(true, clock.millis(), List.of(balance("default/wallet", 3, "50", "0", 0)), List.of()));
    awaitStatus("Balance", "wallet", status -> status.path("posted").asText().equals("50"));
    gateway.report(report(false, clock.millis() + 1, List.of(balance("default/wallet", 4, "40", "0", 0)), List.of(budget("default/cap", "10", "1"))));
    awaitStatus("Budget", "cap", budget -> budget.path("spent").asText().equals("1"));
    assertThat(status("Balance", "wallet").path("posted").asText()).as("taken before the budget, and not yet due").isEqualTo("50");
    clock.passSeconds(15);
    awaitStatus("Balance", "wallet", status -> status.path("posted").asText().equals("40"));
  }

  @Test
  void anExhaustedBalanceIsAnEventAndSoIsOneThatPaysAgain() {
    gateway.report(report(true, clock.millis(), List.of(balance("default/wallet", 3, "50", "0", 0)), List.of()));
    awaitStatus("Balance", "wallet", status -> status.path("posted").asText().equals("50"));
    awaitLook();
    clock.passSeconds(15);
    gateway.report(report(false, clock.millis(), List.of(balance("default/wallet", 4, "0", "0", 0)), List.of()));
    await("exhausted", () -> events("wallet").contains("Warning Exhausted"));
    assertThat(condition("Balance", "wallet", "Low").path("status").asText()).isEqualTo("True");
    clock.passSeconds(15);
    gateway.report(report(false, clock.millis(), List.of(balance("default/wallet", 5, "20", "0", 0)), List.of()));
    await("pays again", () -> events("wallet").contains("Normal PaysAgain"));
    assertThat(events("wallet")).containsExactlyInAnyOrder("Warning Exhausted", "Normal PaysAgain");
  }

  @Test
  void aRejectedObjectIsAnEventOnceAndAgainWhenItIsInForce() {
    awaitLook();
    edit("Project", "acme", Map.of("owner", "x", "disclose", "Everything"));
    await("rejected", () -> events("acme").equals(List.of("Warning Rejected")));
    edit("Project", "acme", Map.of("owner", "x"));
    await("in force", () -> events("acme").contains("Normal InForce"));
    assertThat(events("acme")).containsExactlyInAnyOrder("Warning Rejected", "Normal InForce");
  }

  @Test
  void aDeletedBalanceWaitsForItsHoldsAndTakesNoNewOnes() {
    gateway.report(report(true, clock.millis(), List.of(balance("default/wallet", 3, "50", "1", 1)), List.of()));
    await("the finalizer", () -> finalizers("wallet").contains(OpenHolds.FINALIZER));
    delete("Balance", "wallet");
    await("it takes no new holds", () -> Objects.requireNonNull(gateway.plan()).plan().balances().isEmpty());
    assertThat(there("Balance", "wallet")).isTrue();
    clock.passSeconds(15);
    awaitStatus("Balance", "wallet", status -> status.toString().contains("DeletionWaits"));
    await("said so", () -> events("wallet").contains("Warning DeletionWaits"));
    gateway.report(report(false, clock.millis(), List.of(balance("default/wallet", 4, "49", "0", 0)), List.of()));
    await("it goes", () -> !there("Balance", "wallet"));
  }

  @Test
  void withoutAnyReportADeletedBalanceGoesAfterTwoLeases() {
    gateway.report(report(true, clock.millis(), List.of(balance("default/wallet", 3, "50", "1", 1)), List.of()));
    await("the finalizer", () -> finalizers("wallet").contains(OpenHolds.FINALIZER));
    awaitStatus("Balance", "wallet", status -> status.path("posted").asText().equals("50"));
    delete("Balance", "wallet");
    await("it takes no new holds", () -> Objects.requireNonNull(gateway.plan()).plan().balances().isEmpty());
    // the mock server's own time: the deletion is before the silence of 120 s only if the test's clock is after it
    clock.pass(Duration.between(clock.instant(), Instant.now()).plusSeconds(OpenHolds.SILENCE.toSeconds() + 60));
    await("it goes", () -> !there("Balance", "wallet"));
  }

  @Test
  void aReplicaThatStopsLetsGo() {
    gateway.report(report(true, clock.millis(), List.of(balance("default/wallet", 3, "50", "1", 1)), List.of()));
    await("the finalizer", () -> finalizers("wallet").contains(OpenHolds.FINALIZER));
    gateway.envoys = Map.of("gateway-0", new Outcome.Serving());
    awaitStatus("TokenGateway", "exchequer", status -> status.at("/envoys/0/node").asText().equals("gateway-0"));
    Objects.requireNonNull(operator).close();
    assertThat(finalizers("wallet")).isEmpty();
  }

  @Test
  void theGatewaySaysHowItsEnvoysStand() {
    gateway.envoys = Map.of("gateway-0", new Outcome.Serving());
    awaitStatus("TokenGateway", "exchequer", status -> status.path("serving").asText().equals("1/1"));
    JsonNode status = status("TokenGateway", "exchequer");
    String digest = Objects.requireNonNull(gateway.plan()).digest();
    assertThat(status.path("plan").asText()).isEqualTo(digest).startsWith(status.path("shortPlan").asText());
    assertThat(status.path("routes").asInt()).isZero();
    assertThat(status.at("/envoys/0/plan").asText()).isEqualTo(digest);
    assertThat(status.at("/envoys/0/operator").asText()).isEqualTo("operator-0");
    awaitLook();

    gateway.outcome = new Outcome.Rejected("hop: no such cluster");
    edit("Project", "acme", Map.of("owner", "y"));
    awaitStatus("TokenGateway", "exchequer", refused -> refused.at("/envoys/0/message").asText().equals("hop: no such cluster"));
    await("an event on the gateway", () -> events("exchequer").contains("Warning EnvoyRefused"));
    await("an event on the object", () -> events("acme").contains("Warning EnvoyRefused"));
    awaitStatus("TokenGateway", "exchequer", refused -> refused.path("serving").asText().equals("0/1"));
    assertThat(condition("TokenGateway", "exchequer", "Programmed").path("status").asText()).isEqualTo("False");
  }

  /** Another replica's Envoy refuses what this one's took. */
  @Test
  void aRefusalAtAnotherReplicaIsSaidToo() {
    gateway.envoys = Map.of("gateway-0", new Outcome.Serving());
    awaitStatus("TokenGateway", "exchequer", status -> status.path("serving").asText().equals("1/1"));
    int plans = gateway.plans();
    edit("Project", "acme", Map.of("owner", "z"));
    await("another plan", () -> gateway.plans() > plans);
    String digest = Objects.requireNonNull(gateway.plan()).digest();
    Map<String, Object> entry =
        Map.of("node", "gateway-1", "operator", "operator-1", "state", "Refused", "plan", digest, "message", "too large", "seen", clock.instant().toString());
    await("the other replica writes", () -> foreign(entry));
    awaitStatus("TokenGateway", "exchequer", status -> status.path("serving").asText().equals("1/2"));
    assertThat(condition("TokenGateway", "exchequer", "Programmed").path("message").asText()).endsWith("gateway-1: too large");
  }

  /** Here a write can cross another: it is tried again. */
  private boolean foreign(Map<String, Object> entry) {
    try {
      foreignOnce(entry);
      return true;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private void foreignOnce(Map<String, Object> entry) {
    resource("TokenGateway", "exchequer")
        .editStatus(
            resource -> {
              JsonNode status = Serialization.jsonMapper().valueToTree(resource.getAdditionalProperties().get("status"));
              ((ArrayNode) status.path("envoys")).add(Serialization.jsonMapper().valueToTree(entry));
              resource.setAdditionalProperty("status", status);
              return resource;
            });
  }

  private KubernetesOperator.Settings settings() {
    return new KubernetesOperator.Settings(Set.of(), null, false, GatewayIdentity.of("default"), "operator-0", clock);
  }

  /** The next look at what changed lies behind what was seen: a status that is written by every look shows it. */
  private void awaitLook() {
    String before = String.valueOf(gateway.envoys.size());
    gateway.envoys = Map.of("look-" + before, new Outcome.Serving());
    awaitStatus("TokenGateway", "exchequer", status -> status.path("envoys").toString().contains("look-" + before));
    gateway.envoys = Map.of("gateway-0", new Outcome.Serving());
    awaitStatus("TokenGateway", "exchequer", status -> status.path("envoys").toString().contains("gateway-0"));
  }

  private void create(String yaml) {
    client().resource("apiVersion: exchequer.dev/v1alpha1\n" + yaml).inNamespace("default").create();
  }

  private void edit(String kind, String name, Map<String, Object> spec) {
    resource(kind, name)
        .edit(
            resource -> {
              resource.setAdditionalProperty("spec", spec);
              return resource;
            });
  }

  private void delete(String kind, String name) {
    resource(kind, name).delete();
  }

  private boolean there(String kind, String name) {
    return resource(kind, name).get() != null;
  }

  private List<String> finalizers(String balance) {
    GenericKubernetesResource there = resource("Balance", balance).get();
    return there == null ? List.of() : there.getMetadata().getFinalizers();
  }

  private List<String> events(String name) {
    return client().events().v1().events().inNamespace("default").list().getItems().stream()
        .filter(event -> event.getRegarding().getName().equals(name))
        .map(LedgerReconcileTest::text)
        .toList();
  }

  private static String text(Event event) {
    assertThat(event.getReportingController()).isEqualTo("exchequer.dev/operator");
    assertThat(event.getNote()).isNotBlank();
    return event.getType() + " " + event.getReason();
  }

  private JsonNode status(String kind, String name) {
    GenericKubernetesResource there = resource(kind, name).get();
    return Serialization.jsonMapper().valueToTree(there == null ? Map.of() : there.getAdditionalProperties()).path("status");
  }

  private JsonNode condition(String kind, String name, String type) {
    JsonNode status = status(kind, name);
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return status.path("absent");
  }

  private void awaitStatus(String kind, String name, Predicate<JsonNode> holds) {
    await(kind + " " + name, () -> holds.test(status(kind, name)), () -> status(kind, name).toString());
  }

  private static void await(String what, BooleanSupplier holds) {
    await(what, holds, () -> "");
  }

  private static void await(String what, BooleanSupplier holds, Supplier<String> is) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s: %s", what, is.get()).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private Resource<GenericKubernetesResource> resource(String kind, String name) {
    Kinds.Watched<?> watched = Kinds.ALL.stream().filter(one -> one.type().getSimpleName().equals(kind)).findFirst().orElseThrow();
    return client().genericKubernetesResources(ResourceDefinitionContext.fromResourceType(watched.type())).inNamespace("default").withName(name);
  }

  private KubernetesClient client() {
    return Objects.requireNonNull(connected);
  }

  private static List<CustomResourceDefinitionContext> contexts() {
    return Kinds.ALL.stream().map(kind -> CustomResourceDefinitionContext.fromCustomResourceType(kind.type().asSubclass(RawResource.class))).toList();
  }
}
