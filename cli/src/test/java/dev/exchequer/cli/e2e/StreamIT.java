package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams: the charge is what the provider says was used, whether or not the client asked for it, and whoever hangs up first. */
class StreamIT {
  private static final String ALL = "exq-test-all-0123456789abcdef0123456789abcdef";

  @RegisterExtension static final Stack STACK = Stack.of("main");

  private static ChatCompletionCreateParams.Builder params(String model, String task) {
    return Chat.params(model).putAdditionalHeader("x-exchequer-task", task);
  }

  private static JsonNode onlyReceipt(String task) {
    return Await.value("the receipt of task " + task, () -> {
      List<JsonNode> receipts = STACK.receipts("task=" + task);
      return receipts.isEmpty() ? null : receipts.get(0);
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"usage-100-10", "slow-50ms"})
  void usageIsChargedWhetherAskedForOrNot(String model) {
    OpenAIClient client = STACK.openai(ALL);
    ChatCompletionCreateParams silent = params(model, "silent-" + model).build();
    ChatCompletionCreateParams asking = params(model, "asking-" + model).streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build()).build();

    List<ChatCompletionChunk> withoutUsage = read(client, silent);
    List<ChatCompletionChunk> withUsage = read(client, asking);

    assertThat(withoutUsage).noneMatch(chunk -> chunk.usage().isPresent());
    assertThat(withUsage).anyMatch(chunk -> chunk.usage().isPresent());
    assertThat(withUsage).hasSize(withoutUsage.size() + 1);
    JsonNode a = onlyReceipt("silent-" + model);
    JsonNode b = onlyReceipt("asking-" + model);
    assertThat(a.get("streamed").asBoolean()).isTrue();
    assertThat(a.at("/hops/0/usage/source").asText()).isEqualTo("Provider");
    assertThat(a.at("/hops/0/charge").asText()).isEqualTo(b.at("/hops/0/charge").asText()).isNotEqualTo("0.000000000");
  }

  private static List<ChatCompletionChunk> read(OpenAIClient client, ChatCompletionCreateParams params) {
    try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions().createStreaming(params)) {
      return stream.stream().toList();
    }
  }

  @Test
  void theReceiptNumberComesWithTheFirstByteAndTheReceiptWithTheLast() {
    HttpResponse<String> answer =
        STACK.up().raw(
            "POST", "/v1/chat/completions", "{\"model\":\"usage-100-10\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "authorization", "Bearer " + ALL, "content-type", "application/json");
    assertThat(answer.statusCode()).isEqualTo(200);
    String id = answer.headers().firstValue("x-exchequer-receipt").orElseThrow();
    assertThat(answer.headers().firstValue("x-exchequer-hop")).contains("1/1 only");
    assertThat(answer.headers().firstValue("x-exchequer-route-class")).contains("Direct");
    assertThat(answer.body()).endsWith("data: [DONE]\n\n");
    // The last event was held back until the settlement was durable.
    assertThat(STACK.up().admin("GET", "/api/v1/receipts/" + id, null).statusCode()).isEqualTo(200);
    assertThat(STACK.receipt(id).get("status").asText()).isEqualTo("Succeeded");
    // 100 in at 2.5, 10 out at 10 per million
    assertThat(STACK.receipt(id).at("/hops/0/charge").asText()).isEqualTo("0.000350000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"split-usage", "crlf", "zero-usage"})
  void waysToSendUsage(String model) {
    read(STACK.openai(ALL), params(model, "way-" + model).build());
    JsonNode hop = onlyReceipt("way-" + model).at("/hops/0");
    assertThat(hop.get("outcome").asText()).isEqualTo("Completed");
    assertThat(hop.at("/usage/source").asText()).isEqualTo("Provider");
    if (model.equals("zero-usage")) {
      assertThat(hop.get("charge").asText()).isEqualTo("0.000000000");
    }
  }

  @Test
  void aStreamWithoutUsageIsEstimated() {
    read(STACK.openai(ALL), params("no-usage", "no-usage").build());
    JsonNode hop = onlyReceipt("no-usage").at("/hops/0");
    assertThat(hop.at("/usage/source").asText()).isEqualTo("Estimated");
    assertThat(hop.get("charge").asText()).isNotEqualTo("0.000000000");
  }

  @Test
  void theProviderDiesMidStream() {
    assertThatThrownBy(() -> read(STACK.openai(ALL), params("die-mid-stream", "dies").build())).isInstanceOf(RuntimeException.class);
    JsonNode receipt = onlyReceipt("dies");
    assertThat(receipt.get("status").asText()).isEqualTo("Failed");
    assertThat(receipt.at("/hops/0/outcome").asText()).isEqualTo("StreamBroken");
    assertThat(receipt.at("/hops/0/usage/source").asText()).isEqualTo("Estimated");
    assertThat(receipt.at("/hops/0/charge").asText()).isNotEqualTo("0.000000000");
  }

  @Test
  void theClientLeavesMidStream() {
    try (StreamResponse<ChatCompletionChunk> stream = STACK.openai(ALL).chat().completions().createStreaming(params("slow-stream-200ms", "leaves").build())) {
      Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
      chunks.next();
      chunks.next();
    }
    JsonNode receipt = onlyReceipt("leaves");
    assertThat(receipt.get("clientGone").asBoolean()).isTrue();
    assertThat(receipt.get("status").asText()).isEqualTo("Succeeded");
    assertThat(receipt.at("/hops/0/outcome").asText()).isEqualTo("ClientGone");
    assertThat(receipt.at("/hops/0/usage/source").asText()).isEqualTo("Estimated");
    assertThat(receipt.at("/hops/0/charge").asText()).isNotEqualTo("0.000000000");
    STACK.awaitNothingHeld();
  }

  @Test
  void aStreamFallsBackBeforeItsFirstByte() {
    List<ChatCompletionChunk> chunks = read(STACK.openai(ALL), params("premium", "falls-back").build());
    assertThat(chunks).isNotEmpty();
    JsonNode receipt = onlyReceipt("falls-back");
    assertThat(receipt.at("/hops/0/httpStatus").asInt()).isEqualTo(429);
    assertThat(receipt.at("/hops/1/outcome").asText()).isEqualTo("Completed");
  }

  @Test
  void nonsenseUsageIsNeverBelieved() {
    for (String model : List.of("bad-usage-negative", "bad-usage-huge", "bad-usage-string")) {
      assertThat(Chat.call(STACK.openai(ALL), Chat.params(model).putAdditionalHeader("x-exchequer-task", model).build()).status()).isEqualTo(200);
      JsonNode hop = onlyReceipt(model).at("/hops/0");
      assertThat(hop.at("/usage/source").asText()).as(model).isEqualTo("Estimated");
      assertThat(hop.get("charge").asText()).as(model).doesNotStartWith("-").isNotEqualTo("0.000000000");
    }
  }

  @Test
  void embeddingsAndCompletions() {
    HttpResponse<String> embedding =
        STACK.up().raw("POST", "/v1/embeddings", "{\"model\":\"embed\",\"input\":[\"one\",\"two\"]}", "authorization", "Bearer " + ALL, "content-type", "application/json");
    assertThat(embedding.statusCode()).as(embedding.body()).isEqualTo(200);
    assertThat(embedding.headers().firstValue("x-exchequer-charge")).contains("0.000016000 CNY"); // 8 tokens at 2 per million
    HttpResponse<String> completion =
        STACK.up().raw("POST", "/v1/completions", "{\"model\":\"usage-100-10\",\"prompt\":\"once\"}", "authorization", "Bearer " + ALL, "content-type", "application/json");
    assertThat(completion.statusCode()).as(completion.body()).isEqualTo(200);
    assertThat(completion.headers().firstValue("x-exchequer-charge")).contains("0.000350000 CREDIT");
  }
}
