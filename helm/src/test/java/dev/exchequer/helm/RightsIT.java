package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.helm.Cluster.Answer;
import dev.exchequer.helm.Cluster.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights of the chart's accounts, tried at a real API server with their own tokens: enough for the real operator, and for nothing else. */
class RightsIT {
  private static final String OWN = "ai-gateway";
  private static final String OTHER = "elsewhere";
  private static final String GROUP = "/apis/exchequer.dev/v1alpha1/namespaces/" + OWN;
  private static final String BALANCE = GROUP + "/balances/wallet";
  private static final String SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: %s}, stringData: {apiKey: x}}";

  private static final String TOKEN_GATEWAY = "{apiVersion: exchequer.dev/v1alpha1, kind: TokenGateway, metadata: {name: %s, namespace: %s}, spec: {namespaces: {from: Same}}}";

  @TempDir static Path folder;
  private static Cluster cluster;
  private static Caller admin;
  private static Caller operator;

  @BeforeAll
  static void install() throws Exception {
    cluster = Cluster.start();
    admin = cluster.admin();
    cluster.namespace(OWN, "");
    cluster.namespace(OTHER, "");
    Chart.helm().install().withName("exchequer").withNamespace(OWN).withKubeConfigContents(admin.kubeconfig()).call();
    operator = cluster.as(OWN, "exchequer-operator");
    apply(Files.readString(Chart.ROOT.resolve("examples/quickstart/quickstart.yaml")));
    admin.create(secrets(OTHER), SECRET.formatted("theirs")).good();
    admin.create(GROUP + "/tokengateways", TOKEN_GATEWAY.formatted("theirs", OWN)).good();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void theRealOperatorDoesItsWorkWithThem() throws Exception {
    String made = "{apiVersion: exchequer.dev/v1alpha1, kind: ApiKey, metadata: {name: made}, spec: {projectRef: {name: acme}, label: made, credentials: [{name: first, generate: {secretName: made-key}}]}}";
    admin.create(GROUP + "/apikeys", made).good();
    JsonNode deployment = admin.get("/apis/apps/v1/namespaces/" + OWN + "/deployments/exchequer-operator").good();
    JsonNode tls = admin.get(secrets(OWN) + "/exchequer-operator-tls").good();
    try (OperatorProcess running = OperatorProcess.start(deployment, tls, operator, folder)) {
      Cluster.await("it is elected", () -> alive(running) && lease().equals("exchequer-operator-0"));
      for (String kind : List.of("modelroutes", "modelproviders", "balances", "projects", "pricesheets", "apikeys")) {
        Cluster.await("conditions of " + kind, () -> alive(running) && items(kind).allMatch(RightsIT::isAccepted));
      }
      Cluster.await("its TokenGateway is made", () -> alive(running) && admin.get(GROUP + "/tokengateways/exchequer").code() == 200);
      Cluster.await("the key is made", () -> admin.get(secrets(OWN) + "/made-key").code() == 200);
      assertThat(admin.get(secrets(OWN) + "/made-key").good().at("/metadata/ownerReferences/0/name").asText()).isEqualTo("made");
      assertThat(running.log()).as("nothing was refused").doesNotContainIgnoringCase("forbidden").doesNotContain("403");
    }
  }

  @Test
  void theOperatorIsRefusedEverythingElse() {
    assertThat(operator.get(secrets(OWN) + "/demo-keys").code()).isEqualTo(200);
    refused(operator.get(secrets(OTHER) + "/theirs"));
    refused(operator.get("/api/v1/secrets"));
    refused(operator.create(secrets(OTHER), SECRET.formatted("mine")));
    refused(operator.patch(secrets(OWN) + "/demo-keys", "{\"data\":{}}"));
    refused(operator.delete(secrets(OWN) + "/demo-keys"));
    refused(operator.get("/api/v1/namespaces/" + OWN + "/configmaps"));
    refused(operator.get("/api/v1/namespaces/" + OWN + "/pods"));
    for (Map.Entry<String, String> object : Map.of("balances", "wallet", "projects", "acme", "tokengateways", "theirs", "apikeys", "demo").entrySet()) {
      String path = GROUP + "/" + object.getKey() + "/" + object.getValue();
      JsonNode live = operator.get(path).good();
      refused(operator.send("PUT", path, "application/json", live.toString()));
      refused(operator.delete(path));
      refused(operator.send("POST", GROUP + "/" + object.getKey(), "application/json", live.toString()));
      if (!object.getKey().equals("balances")) {
        refused(operator.patch(path, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"));
      }
    }
    refused(operator.delete("/apis/coordination.k8s.io/v1/namespaces/" + OWN + "/leases/exchequer-operator"));
    refused(operator.get("/apis/coordination.k8s.io/v1/namespaces/" + OTHER + "/leases"));
    assertThat(operator.create(secrets(OWN) + "?dryRun=All", SECRET.formatted("another")).code()).isEqualTo(201);
  }

  /** A role can name what server-side apply may make, and the operator makes one object. */
  @Test
  void theOperatorMakesTheTokenGatewayOfTheReleaseAndNoOther() {
    assertThat(apply(operator, OWN, "exchequer").code()).isIn(200, 201);
    refused(apply(operator, OWN, "another"));
    refused(apply(operator, OWN, "theirs"));
    refused(apply(operator, OTHER, "exchequer"));
    refused(operator.create(GROUP + "/tokengateways", TOKEN_GATEWAY.formatted("exchequer", OWN)));
  }

  private static Answer apply(Caller caller, String namespace, String name) {
    String path = "/apis/exchequer.dev/v1alpha1/namespaces/" + namespace + "/tokengateways/" + name + "?fieldManager=tried&force=true&dryRun=All";
    return caller.send("PATCH", path, "application/apply-patch+yaml", TOKEN_GATEWAY.formatted(name, namespace));
  }

  /** The role cannot tell a finalizer from an amount; the admission policy does. */
  @Test
  void theOperatorChangesFinalizersOfBalancesAndNothingElseOfThem() throws Exception {
    String amount = "{\"spec\":{\"overdraftLimit\":\"1000000\"}}";
    // a policy is in force some moments after it was made
    Cluster.await("the policy is in force", () -> operator.patch(BALANCE + "?dryRun=All", amount).code() != 200);
    Answer answer = operator.patch(BALANCE, amount);
    assertThat(answer.code()).isEqualTo(422);
    assertThat(answer.message()).contains("the operator may change the finalizers of a Balance, not its spec");
    assertThat(operator.patch(BALANCE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}").message()).contains("not its labels, annotations or owners");
    assertThat(admin.patch(BALANCE + "?dryRun=All", amount).code()).as("people may").isEqualTo(200);

    operator.patch(BALANCE, "{\"metadata\":{\"finalizers\":[\"exchequer.dev/open-holds\"]}}").good();
    operator.patch(BALANCE, "{\"metadata\":{\"finalizers\":null}}").good();
    assertThat(admin.get(BALANCE).good().at("/metadata").has("finalizers")).isFalse();
  }

  @Test
  void theGatewaysAccountMayNothing() {
    Caller gateway = cluster.as(OWN, "exchequer-gateway");

    refused(gateway.get(GROUP + "/balances"));
    refused(gateway.get(secrets(OWN)));
    refused(gateway.get("/api/v1/namespaces"));
    refused(gateway.create(secrets(OWN), SECRET.formatted("mine")));
  }

  private static void refused(Answer answer) {
    assertThat(answer.code()).as(answer.body().toString()).isEqualTo(403);
  }

  private static boolean alive(OperatorProcess running) throws IOException {
    if (!running.runs()) {
      throw new AssertionError("the operator has ended:\n" + running.log());
    }
    return true;
  }

  private static String lease() {
    return admin.get("/apis/coordination.k8s.io/v1/namespaces/" + OWN + "/leases/exchequer-operator").body().at("/spec/holderIdentity").asText();
  }

  private static Stream<JsonNode> items(String kind) {
    return Chart.each(admin.get(GROUP + "/" + kind).good().path("items"));
  }

  private static boolean isAccepted(JsonNode object) {
    return Chart.each(object.at("/status/conditions")).anyMatch(condition -> condition.path("type").asText().equals("Accepted") && condition.path("status").asText().equals("True"));
  }

  private static String secrets(String namespace) {
    return "/api/v1/namespaces/" + namespace + "/secrets";
  }

  private static void apply(String yaml) throws IOException {
    for (JsonNode object : Chart.documents(yaml)) {
      String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
      String plural = kind.equals("fallbackpolicy") ? "fallbackpolicies" : kind + "s";
      admin.send("POST", kind.equals("secret") ? secrets(OWN) : GROUP + "/" + plural, "application/json", object.toString()).good();
    }
  }
}
