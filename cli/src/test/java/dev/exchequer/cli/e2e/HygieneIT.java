package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.mock.MockProvider;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Headers that are ours mean nothing when they come from a client or a provider; secrets go only where they belong. */
class HygieneIT {
  private static final String ALL = "exq-test-all-0123456789abcdef0123456789abcdef";

  @RegisterExtension static final Stack STACK = Stack.of("main");

  @Test
  void aClientForgesInternalHeaders() {
    int before = STACK.mock().received().size();
    HttpResponse<String> answer =
        STACK.up().raw(
            "POST", "/v1/chat/completions", "{\"model\":\"usage-100-10\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "authorization", "Bearer " + ALL, "content-type", "application/json",
            "x-exq-cluster", "default/dead", "x-exq-hold", "someone/1", "x-exq-route", "default/pooled", "x-exq-request", "forged", "x-exq-edits", "0:1:7b:5b",
            "x-exq-path", "/elsewhere", "x-exq-timeout", "1", "x-exq-next", "1", "x-envoy-attempt-count", "7", "x-envoy-upstream-rq-timeout-ms", "1",
            "x-envoy-retry-on", "5xx", "x-request-id", "mine-1", "x-exchequer-receipt", "forged", "cookie", "a=b", "x-secret-header", "s3cret");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode receipt = STACK.receipt(answer.headers().firstValue("x-exchequer-receipt").orElseThrow());
    assertThat(receipt.get("route").asText()).isEqualTo("default/plain");
    assertThat(receipt.get("clientRequestId").asText()).isEqualTo("mine-1");
    assertThat(receipt.get("hops")).hasSize(1);
    List<MockProvider.Received> seen = STACK.mock().received();
    assertThat(seen).hasSize(before + 1);
    MockProvider.Received request = seen.get(before);
    assertThat(request.path()).isEqualTo("/v1/chat/completions");
    assertThat(request.headers().keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)))
        .isSubsetOf("accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent", "traceparent");
    assertThat(request.header("authorization")).isEqualTo("Bearer " + Stack.PROVIDER_SECRET);
  }

  @Test
  void aProviderForgesInternalHeaders() {
    int before = STACK.mock().received().size();
    HttpResponse<String> answer =
        STACK.up().raw(
            "POST", "/v1/chat/completions", "{\"model\":\"forged\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "authorization", "Bearer " + ALL, "content-type", "application/json");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(STACK.mock().received()).as("x-exq-next of a provider is not obeyed").hasSize(before + 1);
    assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("x-exq-") || name.startsWith("x-envoy-"));
    assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
    String id = answer.headers().firstValue("x-exchequer-receipt").orElseThrow();
    assertThat(STACK.receipt(id).get("id").asText()).isEqualTo(id);
    assertThat(STACK.receipt(id).get("hops")).hasSize(1);
  }

  @Test
  void theBodyArrivesUnchangedButForTheEdits() {
    String body = "{ \"messages\" : [ {\"role\":\"user\",\"content\":\"caf\\u00e9 ; \\\"model\\\":\\\"x\\\"\"} ],\n \"model\":\"chain\" , \"temperature\":0.70, \"max_tokens\" : 5 }";
    HttpResponse<String> answer =
        STACK.up().raw("POST", "/v1/chat/completions", body, "authorization", "Bearer exq-test-chain-0123456789abcdef0123456789abcdef", "content-type", "application/json");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    List<MockProvider.Received> seen = STACK.mock().received();
    assertThat(seen.get(seen.size() - 1).body()).isEqualTo(body.replace("\"chain\"", "\"usage-cached-100-40-10\""));
  }

  @Test
  void ownKeysSeeOnlyTheirOwnProject() {
    Chat theirs = Chat.call(STACK.openai("exq-test-chain-0123456789abcdef0123456789abcdef"), "chain");
    STACK.receipt(theirs.receiptId());
    assertThat(self("/v1/exchequer/receipts/" + theirs.receiptId(), ALL).statusCode()).isEqualTo(404);
    assertThat(self("/v1/exchequer/receipts/" + theirs.receiptId(), "exq-test-chain-0123456789abcdef0123456789abcdef").statusCode()).isEqualTo(200);
    assertThat(self("/v1/exchequer/receipts/" + theirs.receiptId() + "/explanation", "exq-test-chain-0123456789abcdef0123456789abcdef").body()).contains("good");
    HttpResponse<String> balances = self("/v1/exchequer/balances", ALL);
    assertThat(Json.items(Json.read(balances.body()))).extracting(b -> b.get("name").asText()).containsExactlyInAnyOrder("default/credit", "default/wallet");
    // acme discloses balances, chain only charges
    assertThat(Json.items(Json.read(balances.body())).get(0).get("posted").isNull()).isFalse();
    assertThat(Json.items(Json.read(self("/v1/exchequer/balances", "exq-test-chain-0123456789abcdef0123456789abcdef").body())).get(0).get("posted").isNull()).isTrue();
    assertThat(self("/v1/exchequer/balances", "exq-test-nobody-0123456789abcdef0123456789abcdef").statusCode()).isEqualTo(401);
    assertThat(self("/v1/models", ALL).body()).contains("\"chain\"").contains("\"premium\"");
    assertThat(self("/v1/exchequer/budgets", ALL).statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> self(String path, String key) {
    return STACK.up().raw("GET", path, null, "authorization", "Bearer " + key);
  }

  @Test
  void theAdminApiWantsItsToken() {
    assertThat(STACK.up().admin("GET", "/api/v1/receipts", null).statusCode()).isEqualTo(200);
    assertThat(STACK.up().adminWithToken("wrong", "/api/v1/receipts").statusCode()).isEqualTo(401);
  }
}
