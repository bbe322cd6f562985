package dev.exchequer.server.authz;

import dev.exchequer.policy.Endpoint;
import org.jspecify.annotations.Nullable;

/** The part of a body that becomes input tokens, the fields that ask the provider to run tools, and those whose price no meter covers. */
final class BodyContent {
  /** For each message and each tool: what a chat template puts around it. */
  private static final int FRAMING = 16;

  private final JsonCursor json;
  private final Endpoint endpoint;
  private final ChatMessages messages;
  private final ToolSchemas tools;
  private long tokens;
  private int prompts = 1;
  private @Nullable String unmetered;
  private @Nullable String toolCalls;
  private boolean inputSeen;

  BodyContent(JsonCursor json, Endpoint endpoint) {
    this.json = json;
    this.endpoint = endpoint;
    this.messages = new ChatMessages(json);
    this.tools = new ToolSchemas(json);
  }

  /** Input tokens cannot be more. */
  long bound() {
    return json.textBytes() + tools.extra() + tokens + (long) FRAMING * (messages.count() + tools.count());
  }

  boolean nonText() {
    return messages.nonText();
  }

  /** Each of them is answered n times. */
  int prompts() {
    return prompts;
  }

  @Nullable String unmetered() {
    return unmetered;
  }

  @Nullable String toolCalls() {
    return toolCalls;
  }

  void require() {
    if (endpoint == Endpoint.CHAT_COMPLETIONS && !messages.seen()) {
      throw new BadBody("messages", "`messages` is required.");
    }
    if (endpoint == Endpoint.EMBEDDINGS && !inputSeen) {
      throw new BadBody("input", "`input` is required.");
    }
  }

  void member(String name) {
    switch (name) {
      case "messages" -> only(Endpoint.CHAT_COMPLETIONS, messages::read);
      case "prompt" -> only(Endpoint.COMPLETIONS, this::prompt);
      case "input" -> only(Endpoint.EMBEDDINGS, this::input);
      case "tools" -> {
        tools.readTools();
        unmetered("tools", tools.unmetered());
        toolCalls("tools", tools.searches());
      }
      case "functions" -> tools.readFunctions();
      case "response_format" -> tools.readFormat();
      case "modalities" -> modalities();
      case "plugins" -> plugins();
      // speech, and predictions that are billed where they were wrong: OpenAI
      case "prediction", "audio" -> {
        unmetered(name, json.peek() != 'n');
        json.skip(2);
      }
      // searches at the provider: OpenAI and Perplexity; xAI; Alibaba
      case "web_search_options", "search_parameters", "enable_search" -> {
        toolCalls(name, json.peek() != 'n' && json.peek() != 'f');
        json.skip(2);
      }
      default -> json.skip(2);
    }
  }

  private void only(Endpoint where, Runnable read) {
    if (endpoint == where) {
      read.run();
    } else {
      json.skip(2);
    }
  }

  private void prompt() {
    if (json.peek() == 'n') {
      json.literal("null");
      return;
    }
    Prompts read = new Prompts(json, "prompt");
    prompts = read.read();
    tokens += read.tokens();
  }

  private void input() {
    inputSeen = true;
    Prompts read = new Prompts(json, "input");
    read.read();
    tokens += read.tokens();
  }

  private void modalities() {
    if (json.peek() != '[') {
      json.skip(2);
      return;
    }
    json.open('[');
    for (boolean first = true; json.more(']', first); first = false) {
      boolean text = json.peek() == '"';
      json.skip(3);
      unmetered("modalities", !text || !json.lastIs("text"));
    }
  }

  private void plugins() {
    Plugins read = new Plugins(json);
    read.read();
    unmetered("plugins", read.unmetered());
    toolCalls("plugins", read.searches());
  }

  private void toolCalls(String field, boolean found) {
    if (found && toolCalls == null) {
      toolCalls = field;
    }
  }

  private void unmetered(String field, boolean found) {
    if (found && unmetered == null) {
      unmetered = field;
    }
  }
}
