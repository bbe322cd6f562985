package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.operator.reconcile.KubernetesOperator.LeaseName;
import dev.exchequer.wire.TestAuthority;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.TlsVersion;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The container: what it is told, and what it leaves. */
final class OperatorMainTest {
  @TempDir Path folder;

  @Test
  void withoutVariablesItWatchesEverythingAlone() {
    assertThat(OperatorMain.kubernetes(Map.of(), "gateway")).isEqualTo(new KubernetesOperator.Settings(Set.of(), null, true, "gateway"));
    assertThat(OperatorMain.envoy(Map.of()).port()).isEqualTo(8080);
    assertThat(OperatorMain.envoy(Map.of("HOSTNAME", "gateway-0")).nodeId()).isEqualTo("gateway-0");
  }

  @Test
  void variablesAreRead() {
    Map<String, String> told = Map.of("EXCHEQUER_NAMESPACES", "a, b,", "EXCHEQUER_LEADER_ELECTION", "true", "EXCHEQUER_NODE", "gateway-1");
    KubernetesOperator.Settings read = OperatorMain.kubernetes(told, "gateway");
    assertThat(read).isEqualTo(new KubernetesOperator.Settings(Set.of("a", "b"), new LeaseName("gateway", "exchequer-operator", "gateway-1"), true, "gateway"));
    assertThat(OperatorMain.kubernetes(Map.of("POD_NAMESPACE", "ai"), "gateway").gateway().namespace()).isEqualTo("ai");
    assertThat(OperatorMain.kubernetes(Map.of("EXCHEQUER_LEASE_NAMESPACE", "ai"), "gateway").gateway().namespace()).isEqualTo("ai");
    assertThat(OperatorMain.kubernetes(Map.of("EXCHEQUER_TOKEN_GATEWAY", "ours"), "gateway").gateway()).isEqualTo(new GatewayIdentity("gateway", "ours"));
    assertThat(OperatorMain.kubernetes(Map.of("EXCHEQUER_TOKEN_GATEWAY", "ours", "POD_NAMESPACE", "pods"), "gateway").gateway())
        .isEqualTo(new GatewayIdentity("pods", "ours"));
    Map<String, String> kept = Map.of("EXCHEQUER_TOKEN_GATEWAY", "ours", "EXCHEQUER_TOKEN_GATEWAY_SPEC", "{\"namespaces\":{\"from\":\"Same\"}}");
    assertThat(OperatorMain.kubernetes(kept, "gateway").tokenGateway()).hasToString("{\"namespaces\":{\"from\":\"Same\"}}");
    for (String wrong : List.of("[]", "{", "7")) {
      assertThatThrownBy(() -> OperatorMain.kubernetes(Map.of("EXCHEQUER_TOKEN_GATEWAY", "ours", "EXCHEQUER_TOKEN_GATEWAY_SPEC", wrong), "gateway"))
          .hasMessageContaining("EXCHEQUER_TOKEN_GATEWAY_SPEC must be a JSON object");
    }
    assertThatThrownBy(() -> OperatorMain.kubernetes(Map.of("EXCHEQUER_LEADER_ELECTION", "yes"), null)).hasMessageContaining("must be true or false");
    assertThatThrownBy(() -> OperatorMain.envoy(Map.of("EXCHEQUER_PORT", "http"))).hasMessage("EXCHEQUER_PORT must be a number");
  }

  @Test
  void withAPortAndNoFolderNobodyIsBesideIt() {
    assertThat(OperatorMain.beside(Map.of())).isNotNull();
    assertThat(OperatorMain.beside(Map.of("EXCHEQUER_GRPC_PORT", "18000"))).isNull();
    assertThat(OperatorMain.beside(Map.of("EXCHEQUER_GRPC_PORT", "18000", "EXCHEQUER_SOCKETS", "/run/x"))).isNotNull();
  }

  @Test
  void gatewaysElsewhereAreServedByMutualTlsOnly() throws Exception {
    TestAuthority.in(folder).issue(folder.resolve("tls"), "exchequer-operator");
    KubernetesMockServer server = new KubernetesMockServer(new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), true);
    server.init();
    Map<String, String> told = new HashMap<>(Map.of("EXCHEQUER_GRPC_PORT", "0", "EXCHEQUER_GRPC_LISTEN", "127.0.0.1", "EXCHEQUER_HEALTH_PORT", "0"));
    try (KubernetesClient client = server.createClient();
        HttpClient http = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> OperatorMain.start(told, client)).hasMessage("EXCHEQUER_GRPC_PORT needs EXCHEQUER_TLS: gateways are served by mTLS only");
      told.put("EXCHEQUER_TLS", folder.resolve("tls").toString());
      try (OperatorMain main = OperatorMain.start(told, client)) {
        assertThat(main.grpcPort()).isPositive();
        long end = System.nanoTime() + 20_000_000_000L;
        while (!ready(http, main.healthPort())) {
          assertThat(System.nanoTime()).as("there is a plan: gateways may come").isLessThan(end);
        }
      }
    } finally {
      server.destroy();
    }
  }

  private static boolean ready(HttpClient http, int port) throws IOException, InterruptedException {
    return get(http, port, "/readyz") == 200;
  }

  @Test
  void itServesAndStopsCleanly() throws IOException, InterruptedException {
    KubernetesMockServer server = new KubernetesMockServer(new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), true);
    server.init();
    Path sockets = folder.resolve("run");
    Map<String, String> told = Map.of("EXCHEQUER_SOCKETS", sockets.toString(), "EXCHEQUER_JOURNAL", folder.toString(), "EXCHEQUER_HEALTH_PORT", "0");
    try (KubernetesClient client = server.createClient();
        HttpClient http = HttpClient.newHttpClient()) {
      try (OperatorMain main = OperatorMain.start(told, client)) {
        assertThat(sockets.resolve("xds.sock")).exists();
        assertThat(sockets.resolve("feed.sock")).exists();
        assertThat(Files.readString(sockets.resolve("bootstrap.yaml"))).contains("xds.sock");
        assertThat(get(http, main.healthPort(), "/healthz")).isEqualTo(200);
        assertThat(get(http, main.healthPort(), "/readyz")).as("no Envoy, no service").isEqualTo(503);
      }
      assertThat(sockets.resolve("xds.sock")).doesNotExist();
      assertThat(sockets.resolve("feed.sock")).doesNotExist();
    } finally {
      server.destroy();
    }
  }

  @Test
  void anApiServerThatIsNotThereYetIsWaitedFor() throws Exception {
    int api = freePort();
    int health = freePort();
    Map<String, String> told =
        Map.of("EXCHEQUER_SOCKETS", folder.resolve("run").toString(), "EXCHEQUER_JOURNAL", folder.toString(), "EXCHEQUER_HEALTH_PORT", Integer.toString(health));
    Config config = new ConfigBuilder(Config.empty())
            .withMasterUrl("https://127.0.0.1:" + api)
            .withTrustCerts(true)
            .withTlsVersions(TlsVersion.TLS_1_2)
            .withRequestRetryBackoffLimit(0)
            .withHttp2Disable(true)
            .withNamespace("default")
            .build();
    KubernetesMockServer server = new KubernetesMockServer(new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), true);
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        HttpClient http = HttpClient.newHttpClient()) {
      CompletableFuture<OperatorMain> starting =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return OperatorMain.start(told, client);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              task -> Thread.ofPlatform().start(task)); // the common pool is the HTTP client's
      until("its health is told", () -> answers(http, health));
      assertThat(get(http, health, "/healthz")).as("nothing that a restart would help").isEqualTo(200);
      assertThat(get(http, health, "/readyz")).isEqualTo(503);
      assertThat(starting).isNotDone();
      server.init(InetAddress.getLoopbackAddress(), api);
      try (OperatorMain main = starting.get(60, TimeUnit.SECONDS)) {
        until("a plan was made", () -> text(http, main.healthPort(), "/metrics").contains("exchequer_operator_plan_info{digest="));
        assertThat(text(http, main.healthPort(), "/metrics"))
            .contains("exchequer_operator_rebuild_seconds_count", "exchequer_operator_plan_objects{kind=\"ModelRoute\",} 0.0")
            .contains("exchequer_operator_findings{severity=\"error\",} 0.0", "exchequer_operator_envoys{state=\"serving\",} 0.0")
            .contains("exchequer_operator_services{state=\"current\",} 0.0", "exchequer_operator_leader 1.0", "jvm_memory_bytes_used");
        until("its outcome is counted", () -> text(http, main.healthPort(), "/metrics").contains("exchequer_operator_plans_total{outcome=\"no_envoy\",} 1.0"));
      }
    } finally {
      server.destroy();
    }
  }

  @Test
  void whatWaitingDoesNotHelpEndsIt() {
    assertThat(PatientStart.isUnreachable(new RuntimeException(new ConnectException("refused")))).isTrue();
    assertThat(PatientStart.isUnreachable(new KubernetesClientException("forbidden", 403, null))).isFalse();
    assertThat(PatientStart.isUnreachable(new KubernetesClientException("not ready", 503, null))).isTrue();
    assertThat(PatientStart.isUnreachable(new IllegalStateException("a bug"))).isFalse();
    assertThatThrownBy(
            () ->
                PatientStart.of(
                    "https://127.0.0.1:1",
                    () -> {
                      throw new KubernetesClientException("forbidden", 403, null);
                    }))
        .hasMessage("forbidden");
  }

  private static void until(String what, BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean answers(HttpClient http, int port) {
    try {
      return get(http, port, "/healthz") > 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  private static String text(HttpClient http, int port, String path) {
    try {
      return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(), HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int get(HttpClient http, int port, String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }
}
