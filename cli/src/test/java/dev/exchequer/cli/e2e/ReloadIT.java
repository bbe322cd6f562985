package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The configuration changes under a running gateway: good changes serve soon, bad ones take out only themselves, running requests finish as they began. */
class ReloadIT {
  private static final String ALL = "exq-test-all-0123456789abcdef0123456789abcdef";

  @RegisterExtension static final Stack STACK = Stack.of("main");

  private static String route(String upstreamModel, String extra) {
    return """
        apiVersion: exchequer.dev/v1alpha1
        kind: ModelRoute
        metadata: {name: moving}
        spec:
          models: [moving]
          priceSheetRefs: [{name: credit}]
          hops: [{name: only, providerRef: {name: mock}, upstreamModel: %s, routeClass: Direct%s}]
        """
        .formatted(upstreamModel, extra);
  }

  @Test
  void addChangeBreakAndRemove() throws Exception {
    assertThat(Chat.call(STACK.openai(ALL), "moving").code()).isEqualTo("model_not_found");

    STACK.configure("moving.yaml", route("slow-1500ms", ""));
    Await.until("the new route serves", () -> STACK.receipts("route=default/moving&status=Succeeded").size() > 0 || Chat.call(STACK.openai(ALL), "moving").status() == 200);
    CompletableFuture<Chat> running = CompletableFuture.supplyAsync(() -> Chat.call(STACK.openai(ALL), "moving"));

    STACK.configure("moving.yaml", route("usage-100-10", ""));
    Await.until("the changed route serves", () -> "0.000350000 CREDIT".equals(Chat.call(STACK.openai(ALL), "moving").charge()));
    Chat old = running.join();
    assertThat(old.status()).isEqualTo(200);
    JsonNode oldReceipt = STACK.receipt(old.receiptId());
    assertThat(oldReceipt.at("/hops/0/upstreamModel").asText()).as("a running request finishes on its plan").isEqualTo("slow-1500ms");

    STACK.configure("moving.yaml", route("usage-1-1", ", surprise: true"));
    Await.until("the mistake is told, with its place", () -> STACK.up().printed().contains("surprise") && STACK.up().printed().contains("moving.yaml"));
    assertThat(Chat.call(STACK.openai(ALL), "moving").charge()).as("its last good form keeps serving").isEqualTo("0.000350000 CREDIT");
    assertThat(Chat.call(STACK.openai(ALL), "usage-10-10").status()).as("its neighbours too").isEqualTo(200);

    java.nio.file.Files.delete(STACK.config().resolve("moving.yaml"));
    Await.until("the route is gone", () -> "model_not_found".equals(Chat.call(STACK.openai(ALL), "moving").code()));
  }

  @Test
  void aBalanceIsGrantedItsMoneyOnce() throws Exception {
    String yaml =
        """
        apiVersion: exchequer.dev/v1alpha1
        kind: Balance
        metadata: {name: extra}
        spec: {projectRef: {name: frozen}, type: Wallet, unit: CNY, routeClasses: [Pool], order: %d, initialGrants: [{id: opening, amount: "7"}]}
        """;
    STACK.configure("extra.yaml", yaml.formatted(1));
    Await.until("the balance is there", () -> STACK.up().admin("GET", "/api/v1/namespaces/default/balances/extra", null).statusCode() == 200);
    java.nio.file.Files.delete(STACK.config().resolve("extra.yaml"));
    STACK.configure("extra.yaml", yaml.formatted(2));
    STACK.configure("marker.yaml", route("ok", "").replace("moving", "marker"));
    Await.until("the later change serves", () -> Chat.call(STACK.openai(ALL), "marker").status() == 200);
    assertThat(STACK.balance("extra").get("posted").asText()).isEqualTo("7.000000000");
    assertThat(STACK.entries("extra")).hasSize(1);
  }
}
