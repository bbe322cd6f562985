package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches that the provider runs, through a real Envoy: held by the hop's bound, charged as they were counted. A token costs 0.001 and a call 0.500000001, times 1.1. */
class ToolCallsIT {
  private static final String APP = "exq-test-tools-0123456789abcdef0123456789abcdef";
  private static final String POOR = "exq-test-poor-0123456789abcdef0123456789abcdef";
  /** 100 in, 10 out, 3 calls: 1.1 x 1.610000003, rounded up. */
  private static final String THREE_CALLS = "1.771000004";

  @RegisterExtension static final Stack STACK = Stack.of("tools");

  private static HttpResponse<String> call(String key, String model, String more) {
    String body = "{\"model\":\"" + model + "\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"What is new?\"}]" + more + "}";
    return STACK.up().raw("POST", "/v1/chat/completions", body, "authorization", "Bearer " + key, "content-type", "application/json");
  }

  private static JsonNode hop(HttpResponse<String> answer) {
    return STACK.receipt(id(answer)).at("/hops/0");
  }

  private static String id(HttpResponse<String> answer) {
    return answer.headers().firstValue("x-exchequer-receipt").orElseThrow();
  }

  private static BigDecimal posted(String balance) {
    return new BigDecimal(STACK.balance(balance).get("posted").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",\"stream\":true", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}", ",\"web_search_options\":{\"search_context_size\":\"low\"}"})
  void whatWasCountedIsALineOfTheReceiptAndLeavesTheBalance(String more) {
    BigDecimal before = posted("credit");
    HttpResponse<String> answer = call(APP, "searching", more);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode hop = hop(answer);
    assertThat(hop.at("/usage/meters/ToolCall").asLong()).isEqualTo(3);
    assertThat(hop.at("/lines/2/meter").asText()).isEqualTo("ToolCall");
    assertThat(hop.at("/lines/2/quantity").asLong()).isEqualTo(3);
    assertThat(new BigDecimal(hop.at("/lines/2/amount").asText())).isEqualByComparingTo("1.500000003");
    assertThat(hop.get("charge").asText()).isEqualTo(THREE_CALLS);
    assertThat(new BigDecimal(hop.get("hold").asText())).as("five calls and what the text can be").isGreaterThan(new BigDecimal("2.75"));
    assertThat(posted("credit")).isEqualByComparingTo(before.subtract(new BigDecimal(THREE_CALLS)));
    assertThat(hop.at("/houseCost/amount").asText()).as("the provider bills them as well").isEqualTo("0.085000000");
  }

  @Test
  void peopleReadThem() {
    String id = id(call(APP, "searching", ""));
    assertThat(STACK.up().admin("GET", "/api/v1/receipts/" + id + "/explanation", null).body()).contains("100 in 10 out, 3 tool calls", "ToolCall");
    JsonNode row = Json.items(Json.read(STACK.up().admin("GET", "/api/v1/usage?groupBy=model", null).body())).stream()
        .filter(item -> item.get("model").asText().equals("searching")).findAny().orElseThrow();
    assertThat(row.at("/meters/ToolCall").asLong()).isPositive().isEqualTo(3 * row.get("requests").asLong());
  }

  @Test
  void anExplicitZeroIsZero() {
    JsonNode hop = hop(call(APP, "idle", ",\"plugins\":[{\"id\":\"web\"}]"));
    assertThat(hop.get("charge").asText()).isEqualTo("0.121000000");
    assertThat(hop.get("lines")).hasSize(2);
  }

  @Test
  void withoutUsageAsManyAsWereHeldFor() {
    JsonNode hop = hop(call(APP, "silent", ""));
    assertThat(hop.at("/usage/source").asText()).isEqualTo("Estimated");
    assertThat(hop.at("/usage/meters/ToolCall").asLong()).isEqualTo(5);
    assertThat(new BigDecimal(hop.get("charge").asText())).isGreaterThan(new BigDecimal("2.75")).isLessThanOrEqualTo(new BigDecimal(hop.get("hold").asText()));
  }

  @Test
  void moreThanDeclaredIsDebt() {
    HttpResponse<String> answer = call(POOR, "eager", "");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(hop(answer).get("charge").asText()).isEqualTo("5.071000010");
    assertThat(posted("poor")).isEqualByComparingTo("-3.07100001");
    assertThat(Json.read(call(POOR, "eager", "").body()).at("/error/code").asText()).isEqualTo("balance_insufficient");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "unbounded | `` | maxToolCalls of the hop",
        "unbounded | ,\"web_search_options\":{} | maxToolCalls of the hop",
        "plain | ,\"web_search_options\":{} | a price of ToolCall in the rate",
        "plain | ,\"tools\":[{\"type\":\"web_search\"}] | a price of ToolCall in the rate",
        "searching | ,\"tools\":[{\"type\":\"code_interpreter\"}] | a request without it",
      })
  void whatCannotBePricedIsRefusedWithWhatToChange(String model, String more, String change) {
    HttpResponse<String> answer = call(APP, model, more);
    assertThat(answer.statusCode()).isEqualTo(402);
    JsonNode error = Json.read(answer.body()).get("error");
    assertThat(error.get("code").asText()).isEqualTo("price_missing");
    assertThat(error.get("message").asText()).contains("to change it: " + change);
    String id = error.get("receipt").asText();
    assertThat(STACK.up().admin("GET", "/api/v1/receipts/" + id + "/explanation", null).body()).contains("to change it: " + change);
    assertThat(STACK.receipt(id).get("status").asText()).isEqualTo("Denied");
  }

  @Test
  void aDryRunAsks() {
    String asks = "{\"apiKey\":\"default/app\",\"model\":\"%s\",\"toolCalls\":%s}";
    assertThat(STACK.up().admin("POST", "/api/v1/dry-run", asks.formatted("plain", "true")).body()).contains("Refused", "a price of ToolCall");
    assertThat(STACK.up().admin("POST", "/api/v1/dry-run", asks.formatted("plain", "false")).body()).contains("Held");
    JsonNode held = Json.read(STACK.up().admin("POST", "/api/v1/dry-run", asks.formatted("searching", "true")).body());
    assertThat(new BigDecimal(held.at("/hops/0/hold").asText())).as("1,000 in, 100 out, five calls, rounded up").isEqualByComparingTo("3.960000006");
  }
}
