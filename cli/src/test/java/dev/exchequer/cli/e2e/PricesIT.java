package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Charging terms, service tiers and trust through a real Envoy: what the client reads, what the receipt says, what the balance paid. */
class PricesIT {
  private static final String KEY = "exq-test-prices-0123456789abcdef0123456789abcdef";

  @RegisterExtension static final Stack STACK = Stack.of("prices");

  private static Chat call(String model) {
    return Chat.call(STACK.openai(KEY), model);
  }

  private static JsonNode hop(Chat chat, int index) {
    return STACK.receipt(chat.receiptId()).at("/hops/" + index);
  }

  private static BigDecimal posted() {
    return new BigDecimal(STACK.balance("credit").get("posted").asText());
  }

  @Test
  void whatTheUpstreamBilledForItsFailureIsChargedAndSaid() {
    BigDecimal before = posted();
    Chat chat = call("failing");
    assertThat(chat.status()).isEqualTo(500);
    assertThat(chat.charge()).isEqualTo("0.110000000 CREDIT");
    JsonNode hop = hop(chat, 0);
    assertThat(hop.get("outcome").asText()).isEqualTo("ProviderStatus");
    assertThat(hop.get("charge").asText()).isEqualTo("0.110000000");
    assertThat(hop.get("entry").isNumber()).isTrue();
    assertThat(posted()).isEqualByComparingTo(before.subtract(new BigDecimal("0.11")));
  }

  @Test
  void bothHopsOfAFallbackAreChargedWhereBothWereBilled() {
    BigDecimal before = posted();
    Chat chat = call("falling");
    assertThat(chat.status()).isEqualTo(200);
    assertThat(chat.charge()).as("of all attempts").isEqualTo("0.140000000 CREDIT");
    assertThat(hop(chat, 0).get("charge").asText()).isEqualTo("0.110000000");
    assertThat(hop(chat, 1).get("charge").asText()).isEqualTo("0.030000000");
    assertThat(STACK.receipt(chat.receiptId()).at("/totals/0/charge").asText()).isEqualTo("0.140000000");
    assertThat(posted()).isEqualByComparingTo(before.subtract(new BigDecimal("0.14")));
  }

  @Test
  void byDefaultAFailureIsFreeWhateverWasBilled() {
    Chat chat = call("forgiven");
    assertThat(chat.charge()).isNull();
    JsonNode hop = hop(chat, 0);
    assertThat(hop.get("charge").asText()).isEqualTo("0.000000000");
    assertThat(hop.at("/usage/meters/Input").asLong()).as("noted").isEqualTo(100);
  }

  @Test
  void bothHopsOfAFallbackCostTheHouseAndCustomersAreNotTold() {
    Chat chat = call("falling");
    JsonNode first = hop(chat, 0).get("houseCost");
    assertThat(first.get("amount").asText()).isEqualTo("0.066000000");
    assertThat(first.get("unit").asText()).isEqualTo("CREDIT");
    assertThat(first.get("sheet").asText()).isEqualTo("default/house");
    assertThat(first.get("digest").asText()).hasSize(64);
    assertThat(hop(chat, 1).at("/houseCost/amount").asText()).isEqualTo("0.018000000");
    String own = STACK.up().raw("GET", "/v1/exchequer/receipts/" + chat.receiptId(), null, "authorization", "Bearer " + KEY).body();
    assertThat(own).contains(chat.receiptId()).doesNotContain("houseCost", "default/house", "0.066000000");
  }

  @Test
  void aFailureThatTheCustomerIsForgivenCostsTheHouse() {
    Chat chat = call("forgiven");
    assertThat(hop(chat, 0).get("charge").asText()).isEqualTo("0.000000000");
    assertThat(hop(chat, 0).at("/houseCost/amount").asText()).isEqualTo("0.066000000");
  }

  @Test
  void usageHasCostAndMarginAndTheMetricsTheAccount() {
    call("falling");
    JsonNode row = Json.items(Json.read(STACK.up().admin("GET", "/api/v1/usage?groupBy=provider", null).body())).stream()
        .filter(item -> item.get("provider").asText().equals("default/mock")).findAny().orElseThrow();
    BigDecimal charge = new BigDecimal(row.at("/charges/0/charge").asText());
    BigDecimal cost = new BigDecimal(row.at("/costs/0/cost").asText());
    assertThat(cost).isGreaterThanOrEqualTo(new BigDecimal("0.084"));
    assertThat(new BigDecimal(row.at("/margins/0/margin").asText())).isEqualByComparingTo(charge.subtract(cost));
    assertThat(row.get("costUnknown").asLong()).isZero();
    assertThat(STACK.up().admin("GET", "/metrics", null).body()).contains("exchequer_house_cost_units{provider=\"default/mock\",unit=\"CREDIT\",}");
  }

  @Test
  void aSmallChargeIsRaisedToTheMinimum() {
    Chat chat = call("small");
    assertThat(chat.charge()).isEqualTo("0.500000000 CREDIT");
    assertThat(hop(chat, 0).get("minimumCharge").asText()).isEqualTo("0.500000000");
    String text = STACK.up().admin("GET", "/api/v1/receipts/" + chat.receiptId() + "/explanation", null).body();
    assertThat(text).contains("raised to the minimum charge of 0.5");
  }

  @Test
  void theTierThatWasServedIsCharged() {
    ChatCompletionCreateParams params = Chat.params("downgraded").serviceTier(ChatCompletionCreateParams.ServiceTier.PRIORITY).build();
    Chat chat = Chat.call(STACK.openai(KEY), params);
    assertThat(chat.charge()).as("110 tokens at the default price").isEqualTo("1.100000000 CREDIT");
    JsonNode hop = hop(chat, 0);
    assertThat(hop.get("serviceTier").asText()).isEqualTo("priority");
    assertThat(hop.get("servedTier").asText()).isEqualTo("default");
    assertThat(hop.get("rate").asText()).isEqualTo("default");
    assertThat(new BigDecimal(hop.get("hold").asText())).as("held for priority: 100 out at 0.04 alone").isGreaterThan(new BigDecimal("4"));
  }

  @Test
  void aReportThatCannotBeIsBounded() {
    Chat chat = call("inflated");
    JsonNode hop = hop(chat, 0);
    assertThat(hop.get("charge").asText()).as("20 in, and 100 out, which is the cap").isEqualTo("0.120000000");
    assertThat(hop.at("/usage/trust").asText()).isEqualTo("Bounded");
    assertThat(hop.get("reason").asText()).contains("the provider reported {Input=20, Output=90000}");
  }
}
