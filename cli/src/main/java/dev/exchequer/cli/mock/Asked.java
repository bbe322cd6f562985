package dev.exchequer.cli.mock;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What a request body asks for.
 *
 * @param cap most output tokens per choice
 * @param inputWords words of the prompt, which this provider counts as tokens
 * @param inputs texts to embed
 */
record Asked(Endpoint endpoint, String model, boolean stream, boolean includeUsage, int n, long cap, long inputWords, int inputs) {
  enum Endpoint {
    CHAT, COMPLETIONS, EMBEDDINGS
  }

  private static final int MOST_CHOICES = 128;

  /** @return empty for a path that this provider does not serve */
  static Optional<Endpoint> endpoint(String path) {
    String plain = path.split("\\?", 2)[0];
    if (plain.endsWith("/chat/completions")) {
      return Optional.of(Endpoint.CHAT);
    }
    if (plain.endsWith("/completions")) {
      return Optional.of(Endpoint.COMPLETIONS);
    }
    return plain.endsWith("/embeddings") ? Optional.of(Endpoint.EMBEDDINGS) : Optional.empty();
  }

  /** @return empty where the body is no JSON object with a model */
  static Optional<Asked> read(Endpoint endpoint, String body) {
    JsonNode root;
    try {
      root = Bodies.JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    if (root == null || !root.path("model").isTextual()) {
      return Optional.empty();
    }
    JsonNode input = root.path("input");
    long cap = root.path("max_completion_tokens").asLong(root.path("max_tokens").asLong(Long.MAX_VALUE));
    return Optional.of(
        new Asked(
            endpoint,
            root.path("model").asText(),
            root.path("stream").asBoolean(),
            root.path("stream_options").path("include_usage").asBoolean(),
            Math.clamp(root.path("n").asInt(1), 1, MOST_CHOICES),
            Math.max(1, cap),
            words(root.path("messages")) + words(root.path("prompt")) + words(input),
            input.isArray() ? input.size() : 1));
  }

  private static long words(JsonNode node) {
    if (node.isTextual()) {
      return node.asText().isBlank() ? 0 : node.asText().strip().split("\\s+").length;
    }
    if (node.isObject()) {
      return words(node.path("content")) + words(node.path("text"));
    }
    long sum = 0;
    for (JsonNode child : node) {
      sum += words(child);
    }
    return sum;
  }
}
