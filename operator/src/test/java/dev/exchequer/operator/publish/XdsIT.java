package dev.exchequer.operator.publish;

import static dev.exchequer.operator.translate.Plans.hop;
import static dev.exchequer.operator.translate.Plans.plain;
import static dev.exchequer.operator.translate.Plans.plan;
import static dev.exchequer.operator.translate.Plans.route;
import static dev.exchequer.operator.translate.Plans.secret;
import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.translate.EnvoyBootstrap;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The generated bootstrap and the resources in a real Envoy. */
class XdsIT {
  private Gateway gateway;
  private FakeProvider provider;

  @BeforeEach
  void start() throws Exception {
    gateway = new Gateway();
    provider = new FakeProvider(200);
  }

  @AfterEach
  void stop() throws Exception {
    provider.close();
    gateway.close();
  }

  @Test
  void clusterSecretAndRoutesArriveAndARequestGoesThroughBothLayers() throws Exception {
    gateway.publisher.stage(serving("c1", "Bearer first"));
    gateway.awaitServing();
    try (FakeService admit = gateway.admitTo("c1")) {
      HttpResponse<String> answer = gateway.post("{}", "x-exq-cluster", "forged", "x-envoy-attempt-count", "7", "x-request-id", "mine");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{\"ok\":true}");
      assertThat(answer.headers().map().keySet())
          .noneMatch(name -> name.startsWith("x-exq-") || name.startsWith("x-exchequer-") || name.startsWith("x-envoy-"))
          .doesNotContain("set-cookie", "openai-organization");
      FakeProvider.Request sent = provider.requests.take();
      assertThat(sent.path()).isEqualTo("/v9/chat/completions");
      assertThat(sent.headers()).containsEntry("authorization", "Bearer first").containsEntry("host", "127.0.0.1:" + provider.port());
      assertThat(sent.headers().keySet()).noneMatch(name -> name.startsWith("x-exq-") || name.startsWith("x-envoy-") || name.startsWith("x-forwarded-"));
    }
    gateway.await("the journal", () -> journal("hops.jsonl").contains("\"hold\":\"r1/1\"") && journal("requests.jsonl").contains("\"request\":\"r1\""));
    assertThat(journal("hops.jsonl")).contains("\"attempt\":1").contains("\"meter\":{").contains("\"kind\":\"DownstreamEnd\"").contains("\"v\":1");
  }

  @Test
  void aRotatedKeyAndANewClusterServeAsSoonAsStageReturns() throws Exception {
    gateway.publisher.stage(serving("c1", "Bearer first"));
    gateway.awaitServing();
    for (int round = 2; round < 12; round++) {
      assertThat(gateway.publisher.stage(serving("c" + round, "Bearer key" + round))).isEqualTo(new Outcome.Serving());
      try (FakeService admit = gateway.admitTo("c" + round)) {
        assertThat(gateway.post("{}").statusCode()).as("round %d", round).isEqualTo(200);
        assertThat(provider.requests.take().headers()).containsEntry("authorization", "Bearer key" + round);
      }
    }
    gateway.publisher.retire(List.of());
    gateway.await("the old clusters to go", () -> !gateway.envoy.admin().get("/clusters").contains("c10::"));
    assertThat(gateway.envoy.admin().get("/clusters")).contains("c11::");
  }

  @Test
  void aRefusedPlanIsReportedInEnvoysWordsAndTheOldOneGoesOn() throws Exception {
    gateway.publisher.stage(serving("c1", "Bearer first"));
    gateway.awaitServing();
    ClusterPlan bad =
        new ClusterPlan("bad", new ObjectName("default", "bad"), true, "127.0.0.1", 443, "localhost", 1000, "no certificate", null, "authorization", List.of());
    GatewayPlan good = serving("c2", "Bearer second");
    GatewayPlan mixed = plan(good.routes(), List.of(bad, good.clusters().getFirst()), good.secrets());

    Outcome outcome = gateway.publisher.stage(mixed);

    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    assertThat(((Outcome.Rejected) outcome).message()).startsWith("bad: ").containsIgnoringCase("trusted CA");
    try (FakeService admit = gateway.admitTo("c1")) {
      assertThat(gateway.post("{}").statusCode()).isEqualTo(200);
    }
    gateway.await("the refused plan to be taken back", () -> gateway.publisher.current() instanceof Outcome.Serving);
    assertThat(gateway.publisher.stage(good)).isEqualTo(new Outcome.Serving());
    try (FakeService admit = gateway.admitTo("c2")) {
      assertThat(gateway.post("{}").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void anEnvoyThatRestartsGetsEverythingAgain() throws Exception {
    gateway.publisher.stage(serving("c1", "Bearer first"));
    gateway.awaitServing();
    gateway.restartEnvoy();
    gateway.awaitServing();
    try (FakeService admit = gateway.admitTo("c1")) {
      assertThat(gateway.post("{}").statusCode()).isEqualTo(200);
      assertThat(provider.requests.take().headers()).containsEntry("authorization", "Bearer first");
    }
  }

  @Test
  void anOperatorThatRestartsSendsNothingThatEnvoyHas() throws Exception {
    GatewayPlan plan = serving("c1", "Bearer first");
    gateway.publisher.stage(plan);
    gateway.awaitServing();
    String before = updates();
    assertThat(before).contains("cluster_manager.cluster_added: 5", "http.public.rds.public.config_reload: 1", "http.hop.rds.hop.config_reload: 1");
    gateway.restartOperator();
    gateway.publisher.stage(plan);
    gateway.awaitServing();
    assertThat(updates()).isEqualTo(before);
    try (FakeService admit = gateway.admitTo("c1")) {
      assertThat(gateway.post("{}").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aProviderIsVerifiedByTheAuthorityAndTheNameOfItsCertificate() throws Exception {
    try (TlsProvider tls = new TlsProvider(gateway.folder, "localhost");
        FakeService admit = gateway.admit(request -> FakeService.ok(gateway.attempt))) {
      gateway.publisher.stage(
          plan(
              List.of(route("default/route", 1, hop("right", 0))),
              List.of(tls.cluster("other-authority", "localhost", TlsProvider.otherAuthority(gateway.folder)), tls.cluster("other-name", "example.test", tls.pem),
                  tls.cluster("right", "localhost", tls.pem)),
              List.of()));
      gateway.awaitServing();
      for (Map.Entry<String, Integer> wanted : Map.of("right", 200, "other-name", 503, "other-authority", 503).entrySet()) {
        gateway.attempt.put("x-exq-cluster", wanted.getKey());
        assertThat(gateway.post("{}").statusCode()).as(wanted.getKey()).isEqualTo(wanted.getValue());
      }
    }
    gateway.await("the journal", () -> journal("hops.jsonl").lines().count() == 3);
    assertThat(journal("hops.jsonl")).contains("CERTIFICATE_VERIFY_FAILED");
  }

  @Test
  void aClusterWaitsForItsCredential() throws Exception {
    gateway.publisher.stage(serving("c1", "Bearer first"));
    gateway.awaitServing();
    GatewayPlan whole = serving("c2", "Bearer second");
    GatewayPlan keyless =
        plan(whole.routes(), List.of(plain("c2", "127.0.0.1", provider.port(), "default/absent")), List.of(secret("default/key", "Bearer second")));
    assertThat(gateway.publisher.stage(keyless)).as("after the 3 s that Envoy waits for a secret").isEqualTo(new Outcome.Serving());
    try (FakeService admit = gateway.admitTo("c2")) {
      assertThat(gateway.post("{}").statusCode()).isEqualTo(401);
    }
    assertThat(provider.requests).as("never sent without").isEmpty();
    assertThat(gateway.publisher.stage(plan(whole.routes(), keyless.clusters(), List.of(secret("default/absent", "Bearer late"))))).isEqualTo(new Outcome.Serving());
    try (FakeService admit = gateway.admitTo("c2")) {
      assertThat(gateway.post("{}").statusCode()).isEqualTo(200);
    }
    assertThat(provider.requests.take().headers()).containsEntry("authorization", "Bearer late");
  }

  @Test
  void aFailedAttemptMovesOnToWhatHoldSays() throws Exception {
    ClusterPlan refusing = plain("refusing", "127.0.0.1", EnvoyProcess.freePort(), null);
    ClusterPlan good = plain("good", "127.0.0.1", provider.port(), null);
    gateway.publisher.stage(plan(List.of(route("default/route", 2, hop("refusing", 0), hop("good", 1500))), List.of(good, refusing), List.of()));
    gateway.awaitServing();
    Map<String, String> second = Map.of("x-exq-cluster", "good", "x-exq-hold", "r1/2", "x-exq-path", "/second", "x-exq-idle", "1500");
    try (FakeService admit = gateway.admitTo("refusing");
        FakeService hold = gateway.money(request -> FakeService.ok(second))) {
      String body = "x".repeat(Gateway.MAX_REQUEST_BYTES);
      assertThat(gateway.post(body).statusCode()).isEqualTo(200);
      FakeProvider.Request sent = provider.requests.take();
      assertThat(sent.path()).isEqualTo("/second");
      assertThat(sent.body()).as("the largest body that is admitted, on its second way").isEqualTo(body);
    }
    gateway.await("the journal", () -> journal("hops.jsonl").lines().count() == 2);
    assertThat(journal("hops.jsonl")).contains("\"local\":\"UF upstream_reset_before_response_started").contains("\"hold\":\"r1/2\"");
  }

  @Test
  void theProductsMeterRunsInTheGeneratedBootstrap() throws Exception {
    try (Gateway real = new Gateway(EnvoyBootstrap.meter())) {
      real.publisher.stage(serving("c1", "Bearer first"));
      real.awaitServing();
      try (FakeService admit = real.admitTo("c1")) {
        HttpResponse<String> answer = real.post("{}");
        assertThat(answer.statusCode()).as("whole, as nobody answers Settle").isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"ok\":true}");
      }
      assertThat(real.envoy.admin().get("/stats?filter=lua.*errors")).contains("errors: 0").doesNotContainPattern("errors: [1-9]");
    }
  }

  @Test
  void anEmptyGatewayAnswersAndItsSocketsAreForThisUserOnly() throws Exception {
    gateway.publisher.stage(GatewayPlan.EMPTY);
    gateway.awaitServing();
    try (FakeService admit = gateway.admitTo("c1")) {
      assertEnding(gateway.post("{}"), 404, "endpoint_not_supported");
    }
    for (Path socket : List.of(gateway.settings.xdsSocket(), gateway.settings.adminSocket())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket))).as(socket.toString()).isEqualTo("rw-------");
    }
    assertThat(gateway.envoy.admin().post("/reopen_logs")).isEqualTo("OK\n");
  }

  @Test
  void envoysOwnRepliesHaveTheFormOfTheApiAndTheServicesStayAsTheyAre() throws Exception {
    gateway.publisher.stage(serving("c1", "Bearer first"));
    gateway.awaitServing();
    assertEnding(gateway.post("{}"), 503, "accounting_unavailable");
    try (FakeService admit = gateway.admit(request -> FakeService.denied(StatusCode.ServiceUnavailable, "as I say"))) {
      HttpResponse<String> refused = gateway.post("{}");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).isEqualTo("as I say");
    }
    try (FakeService admit = gateway.admit(request -> FakeService.ok(Map.of("x-exq-route", "default/unknown")))) {
      assertEnding(gateway.post("{}"), 404, "endpoint_not_supported");
      assertEnding(gateway.post("x".repeat(Gateway.MAX_REQUEST_BYTES + 1)), 413, "request_too_large");
      assertEnding(gateway.post("{}", "x-large", "x".repeat(62_000)), 431, "request_headers_too_large");
    }
    try (FakeService admit = gateway.admit(request -> FakeService.ok(Map.of("x-exq-route", "default/route")))) {
      assertThat(gateway.post("{}").statusCode()).as("no x-exq-cluster").isEqualTo(503);
    }
  }

  private static void assertEnding(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.body()).startsWith("{\"error\":{\"message\":\"").contains("\"code\":\"" + code + "\",\"param\":null,\"receipt\":null}}");
  }

  private GatewayPlan serving(String cluster, String key) {
    return plan(
        List.of(route("default/route", 1, hop(cluster, 0))),
        List.of(plain(cluster, "127.0.0.1", provider.port(), "default/key")),
        List.of(secret("default/key", key)));
  }

  private String journal(String file) throws Exception {
    return Files.readString(gateway.folder.resolve(file));
  }

  /** How often Envoy took new clusters and routes. */
  private String updates() throws Exception {
    return gateway.envoy.admin().get("/stats?filter=(cluster_manager.cluster_(added%7Cmodified%7Cremoved)%7Crds.*config_reload)$");
  }
}
