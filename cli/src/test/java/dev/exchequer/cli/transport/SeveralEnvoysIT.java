package dev.exchequer.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.mock.MockProvider;
import dev.exchequer.operator.kube.RealApi;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.wire.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two real Envoys at one replica of the operator, and what a real API server is told of them. Each has a service and a ledger of its own: no matter here. */
class SeveralEnvoysIT {
  private static final String NAMESPACE = "several";
  private static final List<String> WITHOUT_TLS = List.of("--disable-extensions", "envoy.transport_sockets.upstream/envoy.transport_sockets.tls");
  private static final String HALF = "{apiVersion: exchequer.dev/v1alpha1, kind: %s, metadata: {name: secure}, spec: %s}";

  @TempDir Path folder = Path.of("");
  private final RealApi api = RealApi.get();

  @AfterEach
  void take() {
    api.take(NAMESPACE);
  }

  @Test
  void aRefusalByOneIsToldAndTheOtherServesOn() throws Exception {
    TestAuthority authority = TestAuthority.in(folder);
    authority.issue(folder.resolve("operator"), Replica.NAME);
    authority.issue(folder.resolve("gateway"), "exchequer-gateway");
    api.namespace(NAMESPACE);
    GatewayIdentity identity = GatewayIdentity.of(NAMESPACE);
    try (MockProvider mock = MockProvider.start(0);
        Replica replica = new Replica(folder.resolve("operator"));
        Pod whole = new Pod("gateway-0", replica.port(), folder.resolve("gateway"))) {
      apply(world(mock.port()));
      KubernetesOperator.Settings settings = new KubernetesOperator.Settings(Set.of(NAMESPACE), null, true, identity, "operator-0", InstantSource.system());
      try (KubernetesOperator operator = KubernetesOperator.start(api.client(), settings, KubernetesOperator.by(replica.activation))) {
        assertThat(operator.healthy()).isTrue();
        // an Envoy that lacks what a plan may need, as one of another build would
        try (Pod lacking = new Pod("gateway-1", replica.port(), folder.resolve("gateway"), WITHOUT_TLS)) {
          aRefusalByOne(replica, whole, lacking);
        }
        // it leaves: who is not there is not waited for
        awaitEnvoys("one is left", Map.of("gateway-0", "Serving"), "1/1");
        awaitProgrammed("ModelRoute", "secure", "True");
        awaitProgrammed("ModelRoute", "plain", "True");
      }
    }
  }

  private void aRefusalByOne(Replica replica, Pod whole, Pod lacking) throws Exception {
    whole.awaitServing();
    lacking.awaitServing();
    awaitEnvoys("both serve", Map.of("gateway-0", "Serving", "gateway-1", "Serving"), "2/2");
    awaitProgrammed("ModelRoute", "plain", "True");

    // https needs what the second has not
    apply(HALF.formatted("ModelProvider", "{baseUrl: 'https://127.0.0.1:1/v1', dialect: OpenAI, auth: {type: None}}"));
    apply(HALF.formatted("ModelRoute", "{models: [secure], priceSheetRefs: [{name: credit}], hops: [{name: only, providerRef: {name: secure}, upstreamModel: ok, routeClass: Direct}]}"));
    awaitEnvoys("one refuses", Map.of("gateway-0", "Serving", "gateway-1", "Refused"), "1/2");
    JsonNode refused = awaitProgrammed("ModelRoute", "secure", "False");
    assertThat(refused.path("message").asText()).as("which, and in its words").contains("gateway-1: ").contains("envoy.transport_sockets.tls");
    assertThat(awaitProgrammed("TokenGateway", "exchequer", "False").path("message")).isEqualTo(refused.path("message"));
    assertThat(awaitProgrammed("ModelRoute", "plain", "True").path("message").asText()).as("what is as it was serves everywhere").isEqualTo("serves");
    assertThat(replica.holds("gateway-1")).as("the service beside it keeps the plan that its Envoy has").isNotEqualTo(replica.holds("gateway-0"));
    assertThat(whole.post("secure").statusCode()).as("the other has the route; nobody listens there").isEqualTo(502);
    assertThat(lacking.post("secure").statusCode()).as("and this one has not").isEqualTo(404);
    assertThat(List.of(whole.post("usage-100-10").statusCode(), lacking.post("usage-100-10").statusCode())).as("nothing else stops").containsOnly(200);
  }

  private static String world(int mockPort) throws IOException {
    String world = Files.readString(Path.of(System.getProperty("exchequer.root"), "cli/src/test/resources/e2e/main/world.yaml"));
    String gateway = "apiVersion: exchequer.dev/v1alpha1\nkind: TokenGateway\nmetadata: {name: exchequer}\nspec: {}\n---\n";
    return gateway + world.replace("@MOCK@", Integer.toString(mockPort)).replace("@DEAD@", "1").replace("@SECRET@", "secret");
  }

  private void apply(String yaml) throws IOException, InterruptedException {
    api.kubectl("apply", "-n", NAMESPACE, "-f", Files.writeString(Files.createTempFile(folder, "applied", ".yaml"), yaml).toString());
  }

  private void awaitEnvoys(String what, Map<String, String> states, String serving) {
    Await.until(
        what,
        () -> {
          Map<String, String> told = new TreeMap<>();
          JsonNode status = status("TokenGateway", "exchequer");
          status.path("envoys").forEach(envoy -> told.put(envoy.path("node").asText(), envoy.path("state").asText()));
          return told.equals(states) && status.path("serving").asText().equals(serving);
        },
        () -> status("TokenGateway", "exchequer").toPrettyString());
  }

  private JsonNode awaitProgrammed(String kind, String name, String is) {
    Await.until("Programmed of " + name + " is " + is, () -> programmed(kind, name).path("status").asText().equals(is), () -> status(kind, name).toPrettyString());
    return programmed(kind, name);
  }

  private JsonNode programmed(String kind, String name) {
    JsonNode status = status(kind, name);
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals("Programmed")) {
        return condition;
      }
    }
    return status.path("none");
  }

  private JsonNode status(String kind, String name) {
    return api.read(api.path(NAMESPACE, kind, name)).body().path("status");
  }
}
