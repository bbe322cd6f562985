package dev.exchequer.operator.kube;

import static dev.exchequer.operator.reconcile.PlayedGateway.balance;
import static dev.exchequer.operator.reconcile.PlayedGateway.budget;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.TestClock;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.operator.reconcile.KubernetesOperator.LeaseName;
import dev.exchequer.operator.reconcile.PlayedGateway;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Project.Disclose;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statuses, finalizers and events on a real API server, which knows who owns which field. Envoy's and the ledger's parts are played. */
final class StatusIT {
  private static final String NAMESPACE = "statuses";
  private static final String FINALIZER = "exchequer.dev/open-holds";

  private final RealApi api = RealApi.get();
  private final PlayedGateway gateway = new PlayedGateway();
  private final List<KubernetesOperator> operators = new ArrayList<>();

  @BeforeEach
  void world() throws IOException {
    api.namespace(NAMESPACE);
    create("TokenGateway", "exchequer", "{}");
    create("Project", "acme", "{owner: x}");
    create("Balance", "wallet", "{projectRef: {name: acme}, type: Credit, unit: CREDIT, routeClasses: [Direct]}");
    create("Budget", "cap", "{targetRef: {kind: Project, name: acme}, limits: [{unit: CREDIT, amount: \"10\"}], window: {type: Lifetime}}");
  }

  @AfterEach
  void remove() {
    operators.forEach(KubernetesOperator::close);
    api.patch(path("Balance", "wallet"), "{\"metadata\":{\"finalizers\":null}}");
    api.take(NAMESPACE);
  }

  @Test
  void eachManagerOwnsItsPartAndAPersonsIsOverruled() throws Exception {
    start(InstantSource.system(), "operator-0");
    awaitStatus("Balance", "wallet", status -> condition(status, "Ready").equals("True"));
    String seized = "{\"apiVersion\":\"exchequer.dev/v1alpha1\",\"kind\":\"Balance\",\"metadata\":{\"name\":\"wallet\"},\"status\":{\"posted\":\"999\"}}";
    RealApi.Answer person = api.send("PATCH", path("Balance", "wallet") + "/status?fieldManager=person&force=true", "application/apply-patch+yaml", seized);
    assertThat(person.code()).as(person.message()).isEqualTo(200);
    report();

    awaitStatus("Balance", "wallet", status -> status.path("available").asText().equals("48.5"));
    JsonNode wallet = read("Balance", "wallet");
    assertThat(wallet.at("/status/posted").asText()).as("overruled").isEqualTo("50");
    assertThat(condition(wallet.path("status"), "Low") + condition(wallet.path("status"), "Exhausted") + condition(wallet.path("status"), "Ready"))
        .isEqualTo("FalseFalseTrue");
    assertThat(owner(wallet, "f:available")).isEqualTo("exchequer-ledger");
    assertThat(owner(wallet, "f:observedGeneration")).isEqualTo("exchequer");
    assertThat(wallet.at("/metadata/generation").asLong()).as("nobody wrote its spec").isEqualTo(1);
    assertThat(api.kubectl("get", "bal", "wallet", "-n", NAMESPACE).lines().toList().getLast().split(" +"))
        .startsWith("wallet", "acme", "Credit", "CREDIT", "50", "1.5", "48.5", "True");
    awaitStatus("Budget", "cap", status -> status.path("remaining").asText().equals("6"));
    assertThat(api.kubectl("get", "xbud", "cap", "-n", NAMESPACE).lines().toList().getLast().split(" +")).startsWith("cap", "acme", "Target", "10", "4");

    // a person who edits the spec meets no conflict, and the status stays
    assertThat(api.patch(path("Balance", "wallet"), "{\"spec\":{\"order\":7}}").code()).isEqualTo(200);
    awaitStatus("Balance", "wallet", status -> status.path("observedGeneration").asLong() == 2);
    assertThat(read("Balance", "wallet").at("/status/posted").asText()).isEqualTo("50");
    assertThat(read("Balance", "wallet").at("/spec/order").asInt()).isEqualTo(7);
  }

  @Test
  void aDeletedBalanceWaitsForItsHoldsSaysSoAndGoes() throws IOException {
    start(InstantSource.system(), "operator-0");
    report();
    RealApi.await("the finalizer", () -> read("Balance", "wallet").at("/metadata/finalizers").toString().contains(FINALIZER));
    api.delete(path("Balance", "wallet"));
    RealApi.await("it takes no new holds", () -> Objects.requireNonNull(gateway.plan()).plan().balances().isEmpty());
    awaitStatus("Balance", "wallet", status -> condition(status, "DeletionWaits").equals("True"));
    RealApi.await("an event says so", () -> events("wallet").contains("Warning DeletionWaits"));
    gateway.report(PlayedGateway.report(false, System.currentTimeMillis(), List.of(balance("statuses/wallet", 4, "49", "0", 0)), List.of()));
    RealApi.await("it goes", () -> read("Balance", "wallet").path("code").asInt() == 404);
  }

  /** What the deletion of a namespace comes to where no gateway is left: every object is asked to go. */
  @Test
  void nothingHangsWhereNobodyReports() throws IOException {
    assertThat(api.patch(path("Balance", "wallet"), "{\"metadata\":{\"finalizers\":[\"" + FINALIZER + "\"]}}").code()).isEqualTo(200);
    TestClock clock = new TestClock();
    clock.pass(Duration.between(clock.instant(), Instant.now()));
    start(clock, "operator-0");
    awaitStatus("Balance", "wallet", status -> condition(status, "Ready").equals("True"));
    for (String plural : api.plurals().values()) {
      api.delete(RealApi.GROUP + "/namespaces/" + NAMESPACE + "/" + plural);
    }
    RealApi.await("all but what waits is gone", () -> read("Project", "acme").path("code").asInt() == 404);
    assertThat(read("Balance", "wallet").at("/metadata/deletionTimestamp").asText()).isNotEmpty();
    clock.passSeconds(300);
    RealApi.await("it goes", () -> read("Balance", "wallet").path("code").asInt() == 404);
  }

  @Test
  void aReplicaThatStopsLetsGoOfItsFinalizersAndItsEnvoys() throws IOException {
    gateway.envoys = Map.of("gateway-0", new Outcome.Serving());
    KubernetesOperator operator = start(InstantSource.system(), "operator-0");
    report();
    awaitStatus("TokenGateway", "exchequer", status -> status.at("/envoys/0/operator").asText().equals("operator-0"));
    awaitStatus("TokenGateway", "exchequer", status -> status.at("/ledger/openHolds").asLong() == 1);
    RealApi.await("the finalizer", () -> read("Balance", "wallet").at("/metadata/finalizers").toString().contains(FINALIZER));
    operator.close();
    assertThat(read("Balance", "wallet").at("/metadata/finalizers").size()).isZero();
    assertThat(read("TokenGateway", "exchequer").at("/status/envoys").size()).isZero();
    assertThat(read("TokenGateway", "exchequer").at("/status/ledger/openHolds").asLong()).as("what the ledger had is still to be read").isEqualTo(1);
  }

  /** Its node is gone with it, so nobody else says anything of it. */
  @Test
  void whatAReplicaLeftThatIsGoneIsTakenOut() {
    String left =
        "{\"apiVersion\":\"exchequer.dev/v1alpha1\",\"kind\":\"TokenGateway\",\"metadata\":{\"name\":\"exchequer\"},\"status\":{\"envoys\":[{\"node\":\"gateway-9\","
            + "\"operator\":\"operator-9\",\"state\":\"Refused\",\"seen\":\"2026-01-01T00:00:00Z\"}]}}";
    String path = path("TokenGateway", "exchequer") + "/status?fieldManager=exchequer-operator-9&force=true";
    assertThat(api.send("PATCH", path, "application/apply-patch+yaml", left).code()).isEqualTo(200);
    gateway.envoys = Map.of("gateway-0", new Outcome.Serving());
    start(InstantSource.system(), "operator-0");
    awaitStatus("TokenGateway", "exchequer", status -> status.path("envoys").findValuesAsText("node").equals(List.of("gateway-0")));
    awaitStatus("TokenGateway", "exchequer", status -> status.path("serving").asText().equals("1/1"));
  }

  /** Objects are followed while their definition grows. What is new in them the API server shows only to watches that begin after it. */
  @Test
  void aDefinitionMayChangeUnderARunningOperator() throws IOException {
    String definition = RealApi.DEFINITIONS + "/projects.exchequer.dev";
    String field = "\"path\":\"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/later\"";
    start(InstantSource.system(), "operator-0");
    awaitStatus("Project", "acme", status -> condition(status, "Ready").equals("True"));
    RealApi.Answer grown = api.send("PATCH", definition, "application/json-patch+json", "[{\"op\":\"add\"," + field + ",\"value\":{\"type\":\"string\"}}]");
    assertThat(grown.code()).as(grown.message()).isEqualTo(200);
    try {
      RealApi.await("a field that is new", () -> tried("newer", "{owner: x, later: soon}"));
      create("Project", "plain", "{owner: x}");
      awaitStatus("Project", "plain", status -> condition(status, "Ready").equals("True"));
    } finally {
      assertThat(api.send("PATCH", definition, "application/json-patch+json", "[{\"op\":\"remove\"," + field + "}]").code()).isEqualTo(200);
    }
  }

  /** An upgrade that brings the definition after the operator. Neither the object's version nor any event tells that it reads otherwise now. */
  @Test
  void whatADefinitionShowsAgainIsServed() throws Exception {
    String definition = RealApi.DEFINITIONS + "/projects.exchequer.dev";
    String schema = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/disclose";
    JsonNode field = api.read(definition).body().at(schema);
    String before = published();
    create("Project", "late", "{owner: x, disclose: None}");
    assertThat(api.send("PATCH", definition, "application/json-patch+json", "[{\"op\":\"remove\",\"path\":\"" + schema + "\"}]").code()).isEqualTo(200);
    try {
      RealApi.await("the API server leaves it out", () -> !read("Project", "late").path("spec").has("disclose"));
      RealApi.await("and says so a little later", () -> !published().equals(before));
      somebodyElseLeads(); // a status that is written would store the project as it reads now
      operators.add(operator(InstantSource.system(), "operator-0"));
      RealApi.await("it is served as it reads", () -> disclosed("late").equals(Optional.of(Disclose.CHARGE)));
    } finally {
      String back = "[{\"op\":\"add\",\"path\":\"" + schema + "\",\"value\":" + field + "}]";
      assertThat(api.send("PATCH", definition, "application/json-patch+json", back).code()).isEqualTo(200);
    }
    RealApi.await("the API server has kept it", () -> read("Project", "late").at("/spec/disclose").asText().equals("None"));
    RealApi.await("and the operator sees it again", () -> disclosed("late").equals(Optional.of(Disclose.NONE)));
  }

  private Optional<Disclose> disclosed(String project) {
    GatewayPipeline.Compiled compiled = gateway.plan();
    return compiled == null ? Optional.empty() : compiled.plan().projects().stream().filter(one -> one.name().name().equals(project)).map(Project::disclose).findFirst();
  }

  private String published() {
    return api.read("/openapi/v3").body().path("paths").path("apis/exchequer.dev/v1alpha1").path("serverRelativeURL").asText();
  }

  private void somebodyElseLeads() {
    String now = Instant.now().toString().substring(0, 19) + ".000000Z";
    String lease =
        "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":\"" + lease() + "\"},\"spec\":{\"holderIdentity\":\"nobody\",\"leaseDurationSeconds\":3600,"
            + "\"renewTime\":\"" + now + "\",\"acquireTime\":\"" + now + "\"}}";
    assertThat(api.send("POST", "/apis/coordination.k8s.io/v1/namespaces/" + NAMESPACE + "/leases", "application/json", lease).code()).isEqualTo(201);
  }

  /** A field that this operator does not know yet, as a newer definition stores it, and one that an older definition let be left out. */
  @Test
  void anObjectOfAnotherVersionTakesOutOnlyItself() throws IOException {
    String definition = RealApi.DEFINITIONS + "/projects.exchequer.dev";
    JsonNode before = api.read(definition).body();
    String schema = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
    String skew =
        "[{\"op\":\"add\",\"path\":\"" + schema + "/properties/later\",\"value\":{\"type\":\"string\"}},{\"op\":\"remove\",\"path\":\"" + schema + "/required\"}]";
    assertThat(before.at(schema + "/required").toString()).isEqualTo("[\"owner\"]");
    RealApi.Answer skewed = api.send("PATCH", definition, "application/json-patch+json", skew);
    assertThat(skewed.code()).as(skewed.message()).isEqualTo(200);
    try {
      RealApi.await("a field that is new", () -> tried("newer", "{owner: x, later: soon}"));
      RealApi.await("a field that may be left out", () -> tried("bare", "{}"));
      create("Project", "newer", "{owner: x, later: soon}");
      create("Project", "bare", "{}");
      start(InstantSource.system(), "operator-0");
      RealApi.await("the field is named", () -> read("Project", "newer").path("status").toString().contains("spec.later: unknown field"));
      RealApi.await("the missing one too", () -> read("Project", "bare").path("status").toString().contains("spec.owner: is required"));
    } finally {
      String back = "[{\"op\":\"replace\",\"path\":\"" + schema + "\",\"value\":" + before.at(schema) + "}]";
      assertThat(api.send("PATCH", definition, "application/json-patch+json", back).code()).isEqualTo(200);
    }
    RealApi.await("events", () -> events("newer").contains("Warning Rejected") && events("bare").contains("Warning Rejected"));
    awaitStatus("Project", "acme", status -> condition(status, "Ready").equals("True"));
    awaitStatus("Balance", "wallet", status -> condition(status, "Ready").equals("True"));
  }

  @Test
  void theSecondReplicaWritesWhenTheFirstIsGone() throws IOException {
    KubernetesOperator first = start(InstantSource.system(), "operator-1");
    RealApi.await("the first leads", first::leads);
    KubernetesOperator second = start(InstantSource.system(), "operator-2");
    awaitStatus("Project", "acme", status -> condition(status, "Ready").equals("True"));
    assertThat(second.leads()).isFalse();
    first.close();
    RealApi.await("the second leads", second::leads);
    assertThat(api.patch(path("Project", "acme"), "{\"spec\":{\"disclose\":\"None\"}}").code()).isEqualTo(200);
    awaitStatus("Project", "acme", status -> status.path("observedGeneration").asLong() == 2);
  }

  private KubernetesOperator start(InstantSource clock, String replica) {
    KubernetesOperator operator = operator(clock, replica);
    operators.add(operator);
    if (operators.size() == 1) {
      RealApi.await("it leads", operator::leads);
    }
    return operator;
  }

  private KubernetesOperator operator(InstantSource clock, String replica) {
    return KubernetesOperator.start(
        api.client(), new KubernetesOperator.Settings(Set.of(NAMESPACE), new LeaseName(NAMESPACE, lease(), replica), true, GatewayIdentity.of(NAMESPACE), replica, clock), gateway);
  }

  private String lease() {
    return "operator-" + System.identityHashCode(this);
  }

  private void report() {
    gateway.report(
        PlayedGateway.report(
            true, System.currentTimeMillis(), List.of(balance("statuses/wallet", 3, "50", "1.5", 1)), List.of(budget("statuses/cap", "10", "4"))));
  }

  private void create(String kind, String name, String spec) throws IOException {
    RealApi.Answer answer = api.create(NAMESPACE, document(kind, name, spec));
    assertThat(answer.code()).as(() -> answer.body().toPrettyString()).isEqualTo(201);
  }

  private boolean tried(String name, String spec) {
    try {
      return api.check(NAMESPACE, document("Project", name, spec), "Strict").code() == 201;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String document(String kind, String name, String spec) {
    return "apiVersion: exchequer.dev/v1alpha1\nkind: " + kind + "\nmetadata: {name: " + name + "}\nspec: " + spec + "\n";
  }

  private String path(String kind, String name) {
    return api.path(NAMESPACE, kind, name);
  }

  private JsonNode read(String kind, String name) {
    return api.read(path(kind, name)).body();
  }

  private List<String> events(String about) {
    List<String> events = new ArrayList<>();
    for (JsonNode event : api.read("/apis/events.k8s.io/v1/namespaces/" + NAMESPACE + "/events").body().path("items")) {
      if (event.at("/regarding/name").asText().equals(about)) {
        events.add(event.path("type").asText() + " " + event.path("reason").asText());
      }
    }
    return events;
  }

  private static String owner(JsonNode object, String field) {
    for (JsonNode entry : object.at("/metadata/managedFields")) {
      if (entry.at("/fieldsV1/f:status").has(field)) {
        return entry.path("manager").asText();
      }
    }
    return "nobody";
  }

  private static String condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText();
      }
    }
    return "";
  }

  private void awaitStatus(String kind, String name, Predicate<JsonNode> holds) {
    RealApi.await(kind + " " + name, () -> holds.test(read(kind, name).path("status")));
  }
}
