package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A balance falls below its mark; the receiver is down at first and the service is killed in between. */
class AlertsIT {
  private static final String ALL = "exq-test-all-0123456789abcdef0123456789abcdef";
  private static final String SECRET = "a-signing-secret-that-is-nowhere-else-4711";
  private static final AtomicInteger FAILURES = new AtomicInteger(1);
  private static final List<Map<String, String>> RECEIVED = new CopyOnWriteArrayList<>();
  private static final HttpServer RECEIVER = receiver();

  @RegisterExtension
  static final Stack STACK =
      Stack.of("main")
          .with(
              "alerts.yaml",
              """
              apiVersion: exchequer.dev/v1alpha1
              kind: TokenGateway
              metadata: {name: gateway}
              spec:
                alertWebhook: {url: "http://127.0.0.1:%d/hook", secretRef: {name: alerts, key: secret}}
              ---
              apiVersion: v1
              kind: Secret
              metadata: {name: alerts}
              stringData: {secret: %s}
              ---
              apiVersion: exchequer.dev/v1alpha1
              kind: Budget
              metadata: {name: watched}
              spec:
                targetRef: {kind: ApiKey, name: all}
                limits: [{unit: CREDIT, amount: "0.000001"}]
                window: {type: Lifetime}
                mode: Audit
                alertsAtPercent: [50, 100]
              """
                  .formatted(RECEIVER.getAddress().getPort(), SECRET));

  private static HttpServer receiver() {
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/hook",
          call -> {
            Map<String, String> message = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            call.getRequestHeaders().forEach((name, values) -> message.put(name, values.getFirst()));
            message.put(":body", new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            boolean fails = FAILURES.getAndDecrement() > 0;
            message.put(":status", fails ? "500" : "204");
            RECEIVED.add(message);
            call.sendResponseHeaders(fails ? 500 : 204, -1);
            call.close();
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterAll
  static void noSecretWasPrinted() {
    RECEIVER.stop(0);
    assertThat(STACK.up().printed()).doesNotContain(SECRET);
  }

  @Test
  void anAlertIsDeliveredAlthoughTheReceiverFailsAndTheServiceIsKilled() throws Exception {
    OpenAIClient client = STACK.openai(ALL);
    assertThat(Chat.call(client, "usage-10-10").status()).isEqualTo(200);
    Await.until("the receiver was asked and failed", () -> !RECEIVED.isEmpty());
    STACK.up().kill9("service");
    STACK.up().awaitReady();
    Await.until("both marks were told", () -> delivered().count() >= 2);

    Map<String, String> refused = RECEIVED.getFirst();
    assertThat(delivered()).anySatisfy(again -> assertThat(again.get("webhook-id")).isEqualTo(refused.get("webhook-id")));
    assertThat(delivered().map(message -> Json.read(String.valueOf(message.get(":body"))).at("/data/percent").asInt())).contains(50, 100);
    assertThat(delivered()).allSatisfy(message -> assertThat(message.get("webhook-signature")).startsWith("v1,"));

    Await.until("the ledger knows", () -> alerts().stream().allMatch(alert -> alert.path("state").asText().equals("Delivered")));
    assertThat(alerts()).hasSize(2).allSatisfy(alert -> assertThat(alert.at("/data/budget").asText()).isEqualTo("default/watched"));
    assertThat(STACK.up().raw("GET", "/v1/exchequer/budgets", null, "authorization", "Bearer " + ALL).statusCode()).isEqualTo(200);
    assertThat(metrics()).contains("exchequer_alerts_pending 0.0", "exchequer_alert_deliveries_total{result=\"delivered\",}");

    assertThat(Chat.call(client, "usage-10-10").status()).isEqualTo(200);
    STACK.awaitNothingHeld();
    assertThat(alerts()).as("told once in this window").hasSize(2);
  }

  private static Stream<Map<String, String>> delivered() {
    return RECEIVED.stream().filter(message -> "204".equals(message.get(":status")));
  }

  private static List<JsonNode> alerts() {
    return Json.items(Json.read(STACK.up().admin("GET", "/api/v1/alerts", null).body()));
  }

  private static String metrics() {
    return STACK.up().admin("GET", "/metrics", null).body();
  }
}
