package dev.exchequer.cli.mock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenAI's JSON: answers, chunks, usage and errors. Everything follows from the request; nothing is random but the id. */
final class Bodies {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final long CREATED = 1_767_225_600;
  private static final List<String> WORDS = List.of("Hello", "from", "the", "mock", "provider,", "which", "costs", "nothing", "at", "all.");

  private final Asked asked;
  private final String id;
  private final Behaviour behaviour;

  Bodies(Asked asked, Behaviour behaviour, String id) {
    this.asked = asked;
    this.behaviour = behaviour;
    this.id = id;
  }

  static String errorMessage(int status) {
    return "the mock provider was asked for a " + status;
  }

  static ObjectNode error(int status, String message) {
    String type = status == 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
    ObjectNode root = JSON.createObjectNode();
    root.putObject("error").put("message", message).put("type", type).putNull("param").put("code", "mock_" + status);
    return root;
  }

  /** The answer's words, cut by the caller's cap as a provider would. */
  List<String> words() {
    return behaviour.kind() == Behaviour.Kind.EMPTY_ERROR ? List.of() : WORDS.subList(0, (int) Math.min(WORDS.size(), asked.cap()));
  }

  private String finish() {
    if (behaviour.kind() == Behaviour.Kind.EMPTY_ERROR) {
      return "error";
    }
    return asked.cap() < WORDS.size() && behaviour.usage() == null ? "length" : "stop";
  }

  /** An error, with what it was billed where the name says so. */
  ObjectNode refusal() {
    ObjectNode root = error(behaviour.status(), errorMessage(behaviour.status()));
    JsonNode usage = behaviour.usage() == null ? null : usage();
    if (usage != null) {
      root.set("usage", usage);
    }
    return root;
  }

  ObjectNode whole() {
    ObjectNode root = asked.endpoint() == Asked.Endpoint.EMBEDDINGS ? embeddings() : completion();
    JsonNode usage = usage();
    if (usage != null) {
      root.set("usage", usage);
    }
    return root;
  }

  private ObjectNode completion() {
    boolean chat = asked.endpoint() == Asked.Endpoint.CHAT;
    ObjectNode root = head(chat ? "chat.completion" : "text_completion");
    ArrayNode choices = root.putArray("choices");
    for (int i = 0; i < asked.n(); i++) {
      ObjectNode choice = choices.addObject().put("index", i);
      String text = String.join(" ", words());
      if (chat) {
        choice.putObject("message").put("role", "assistant").put("content", text).putNull("refusal");
      } else {
        choice.put("text", text);
      }
      choice.putNull("logprobs").put("finish_reason", finish());
    }
    return root;
  }

  private ObjectNode embeddings() {
    ObjectNode root = JSON.createObjectNode().put("object", "list").put("model", asked.model());
    ArrayNode data = root.putArray("data");
    for (int i = 0; i < asked.inputs(); i++) {
      data.addObject().put("object", "embedding").put("index", i).putArray("embedding").add(0.25).add(-0.5).add(0.125 * i);
    }
    return root;
  }

  /** The first chunk of a chat, which only says who speaks. */
  ObjectNode roleChunk(int choice) {
    ObjectNode root = chunk();
    choice(root, choice, null).putObject("delta").put("role", "assistant").put("content", "");
    return root;
  }

  ObjectNode textChunk(int choice, String text) {
    ObjectNode root = chunk();
    ObjectNode node = choice(root, choice, null);
    if (asked.endpoint() == Asked.Endpoint.CHAT) {
      node.putObject("delta").put("content", text);
    } else {
      node.put("text", text);
    }
    return root;
  }

  ObjectNode finishChunk(int choice) {
    ObjectNode root = chunk();
    ObjectNode node = choice(root, choice, finish());
    if (asked.endpoint() == Asked.Endpoint.CHAT) {
      node.putObject("delta");
    } else {
      node.put("text", "");
    }
    return root;
  }

  ObjectNode usageChunk(JsonNode usage) {
    ObjectNode root = chunk();
    root.putArray("choices");
    root.set("usage", usage);
    return root;
  }

  private ObjectNode chunk() {
    ObjectNode root = head(asked.endpoint() == Asked.Endpoint.CHAT ? "chat.completion.chunk" : "text_completion");
    if (asked.includeUsage()) {
      root.putNull("usage");
    }
    return root;
  }

  private static ObjectNode choice(ObjectNode root, int index, @Nullable String finish) {
    return root.putArray("choices").addObject().put("index", index).putNull("logprobs").put("finish_reason", finish);
  }

  private ObjectNode head(String object) {
    ObjectNode head = JSON.createObjectNode().put("id", id).put("object", object).put("created", CREATED).put("model", asked.model());
    return behaviour.tier() == null ? head : head.put("service_tier", behaviour.tier());
  }

  /** @return null where this provider does not tell */
  @Nullable JsonNode usage() {
    Behaviour.Tokens tokens = behaviour.usage() != null ? behaviour.usage() : new Behaviour.Tokens(asked.inputWords(), 0, (long) words().size() * asked.n());
    ObjectNode usage = JSON.createObjectNode();
    switch (behaviour.kind()) {
      case NO_USAGE -> {
        return null;
      }
      case BAD_USAGE_NEGATIVE -> usage.put("prompt_tokens", -5).put("completion_tokens", -7).put("total_tokens", -12);
      case BAD_USAGE_HUGE -> {
        BigInteger huge = BigInteger.TEN.pow(24);
        usage.put("prompt_tokens", huge).put("completion_tokens", huge).put("total_tokens", huge.add(huge));
      }
      case BAD_USAGE_STRING -> usage.put("prompt_tokens", "ten").put("completion_tokens", "seven").put("total_tokens", "seventeen");
      default -> {
        usage.put("prompt_tokens", tokens.input());
        if (asked.endpoint() == Asked.Endpoint.EMBEDDINGS) {
          usage.put("total_tokens", tokens.input());
        } else {
          usage.put("completion_tokens", tokens.output()).put("total_tokens", tokens.input() + tokens.output());
          usage.putObject("prompt_tokens_details").put("cached_tokens", tokens.cached());
        }
        if (tokens.toolCalls() != null) {
          usage.putObject("server_tool_use").put("web_search_requests", tokens.toolCalls());
        }
      }
    }
    return usage;
  }
}
