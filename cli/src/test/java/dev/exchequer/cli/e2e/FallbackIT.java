package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A request that moves from hop to hop is one answer for its client, one receipt, one charge, on the right balance. */
class FallbackIT {
  @RegisterExtension static final Stack STACK = Stack.of("main");

  @Test
  void aChainOfAShortBalanceA429ARefusedConnectionAndAnAnswer() {
    String before = STACK.balance("chain-wallet").get("posted").asText();
    Chat chat = Chat.call(STACK.openai("exq-test-chain-0123456789abcdef0123456789abcdef"), "chain");

    assertThat(chat.status()).as(chat.message()).isEqualTo(200);
    assertThat(chat.hop()).isEqualTo("4/4 good");
    JsonNode receipt = STACK.receipt(chat.receiptId());
    assertThat(receipt.get("status").asText()).isEqualTo("Succeeded");
    assertThat(receipt.get("retries").asInt()).isEqualTo(2);
    assertThat(receipt.get("finalHop").asInt()).isEqualTo(4);
    JsonNode hops = receipt.get("hops");
    assertThat(hops).hasSize(4);
    assertHop(hops.get(0), "official", "Skipped", "balance_insufficient");
    assertHop(hops.get(1), "limited", "ProviderStatus", null);
    assertThat(hops.get(1).get("httpStatus").asInt()).isEqualTo(429);
    assertHop(hops.get(2), "down", "ConnectFailure", null);
    assertHop(hops.get(3), "good", "Completed", null);

    // 60 uncached in at 2, 40 cached at 0.5, 10 out at 8 per million: 0.00012 + 0.00002 + 0.00008
    assertThat(chat.charge()).isEqualTo("0.000220000 CNY");
    assertThat(hops.get(3).get("charge").asText()).isEqualTo("0.000220000");
    assertThat(hops.get(3).get("balance").asText()).isEqualTo("default/chain-wallet");
    assertThat(hops.get(3).get("balanceBefore").asText()).isEqualTo(before);
    assertThat(hops.get(3).get("balanceAfter").asText()).isEqualTo("0.999780000");
    for (int skippedOrFailed = 0; skippedOrFailed < 3; skippedOrFailed++) {
      assertThat(hops.get(skippedOrFailed).path("charge").asText("0.000000000")).isIn("0.000000000", "null");
    }
    assertThat(receipt.get("totals").toString()).isEqualTo("[{\"unit\":\"CNY\",\"charge\":\"0.000220000\"}]");
    STACK.awaitNothingHeld();
    assertThat(STACK.balance("chain-credit").get("posted").asText()).isEqualTo("0.000000001");
    assertThat(STACK.balance("chain-wallet").get("posted").asText()).isEqualTo("0.999780000");
  }

  private static void assertHop(JsonNode hop, String name, String outcome, @org.jspecify.annotations.Nullable String skip) {
    assertThat(hop.get("name").asText()).isEqualTo(name);
    assertThat(hop.get("outcome").asText()).isEqualTo(outcome);
    assertThat(hop.path("skipReason").isNull() ? null : hop.get("skipReason").asText()).isEqualTo(skip);
    if (!outcome.equals("Completed")) {
      assertThat(hop.get("reason").asText()).isNotBlank();
    }
  }

  @Test
  void creditIsReleasedBeforeTheWalletIsHeld() {
    CompletableFuture<Chat> call = CompletableFuture.supplyAsync(() -> Chat.call(STACK.openai("exq-test-all-0123456789abcdef0123456789abcdef"), "premium"));
    Await.until("the wallet is held while the pool thinks", () -> {
      boolean walletHeld = !STACK.balance("wallet").get("held").asText().equals("0.000000000");
      if (walletHeld) {
        assertThat(STACK.balance("credit").get("held").asText()).isEqualTo("0.000000000");
      }
      return walletHeld || call.isDone();
    });
    Chat chat = call.join();
    assertThat(chat.status()).isEqualTo(200);
    JsonNode receipt = STACK.receipt(chat.receiptId());
    assertThat(receipt.at("/hops/0/hold").asText()).as("what the Credit hold was").isNotEqualTo("0.000000000");
    assertThat(receipt.at("/hops/0/balance").asText()).isEqualTo("default/credit");
    assertThat(receipt.at("/hops/0/charge").asText()).isEqualTo("0.000000000");
    assertThat(receipt.at("/hops/1/balance").asText()).isEqualTo("default/wallet");
    assertThat(receipt.at("/hops/1/routeClass").asText()).isEqualTo("Pool");
  }

  @Test
  void withoutConsentTheRefusalNamesTheHopThatWasNotTried() {
    int before = STACK.mock().received().size();
    Chat chat = Chat.call(STACK.openai("exq-test-all-0123456789abcdef0123456789abcdef"), "strict");
    assertThat(chat.status()).isEqualTo(429);
    assertThat(chat.code()).isEqualTo("provider_rate_limited");
    assertThat(chat.message()).contains("pool").contains("cross_balance_forbidden");
    assertThat(STACK.mock().received()).hasSize(before + 1);
    JsonNode receipt = STACK.receipt(chat.receiptId());
    assertThat(receipt.get("status").asText()).isEqualTo("Failed");
    assertThat(receipt.at("/hops/1/skipReason").asText()).isEqualTo("cross_balance_forbidden");
  }

  @Test
  void theExplanationIsWhatAFounderCanReadOut() {
    Chat chat = Chat.call(STACK.openai("exq-test-all-0123456789abcdef0123456789abcdef"), "premium");
    STACK.receipt(chat.receiptId());
    String text = STACK.up().admin("GET", "/api/v1/receipts/" + chat.receiptId() + "/explanation", null).body();
    assertThat(text).contains(chat.receiptId()).contains("official").contains("429").contains("pool").contains("paid by default/wallet").contains("Direct -> Pool");
  }
}
