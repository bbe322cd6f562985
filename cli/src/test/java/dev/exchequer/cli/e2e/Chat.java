package dev.exchequer.cli.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.HttpResponseFor;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One non-stream chat call by the official client, and what it got. */
record Chat(int status, @Nullable String receipt, @Nullable String charge, @Nullable String hop, @Nullable String code, String message, @Nullable String shouldRetry, @Nullable String retryAfter) {

  static Chat call(OpenAIClient client, String model) {
    return call(client, params(model).build());
  }

  static ChatCompletionCreateParams.Builder params(String model) {
    return ChatCompletionCreateParams.builder().model(model).maxCompletionTokens(100).addUserMessage("Say hello.");
  }

  static Chat call(OpenAIClient client, ChatCompletionCreateParams params) {
    try (HttpResponseFor<ChatCompletion> answer = client.chat().completions().withRawResponse().create(params)) {
      ChatCompletion completion = answer.parse();
      String text = completion.choices().isEmpty() ? "" : completion.choices().get(0).message().content().orElse("");
      return new Chat(
          answer.statusCode(), first(answer.headers().values("x-exchequer-receipt")), first(answer.headers().values("x-exchequer-charge")),
          first(answer.headers().values("x-exchequer-hop")), null, text, null, null);
    } catch (OpenAIServiceException e) {
      JsonNode body = java.util.Objects.requireNonNull(e.body().convert(JsonNode.class));
      JsonNode error = body.has("error") ? body.get("error") : body;
      String receipt = first(e.headers().values("x-exchequer-receipt"));
      return new Chat(
          e.statusCode(), receipt, first(e.headers().values("x-exchequer-charge")), null, e.code().orElse(null), error.path("message").asText(e.getMessage()),
          first(e.headers().values("x-should-retry")), first(e.headers().values("retry-after")));
    }
  }

  private static @Nullable String first(List<String> values) {
    return values.isEmpty() ? null : values.get(0);
  }

  String receiptId() {
    if (receipt == null) {
      throw new AssertionError("no receipt: " + this);
    }
    return receipt;
  }
}
