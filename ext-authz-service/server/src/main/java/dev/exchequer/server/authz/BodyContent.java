package dev.exchequer.server.authz;

import dev.exchequer.policy.Endpoint;
import org.jspecify.annotations.Nullable;

/** The part of a body that becomes input tokens: messages, tools, prompts; and the fields whose price no meter covers. */
final class BodyContent {
  /** For each message and each tool: what a chat template puts around it. */
  private static final int FRAMING = 16;

  private final JsonCursor json;
  private long extra;
  private boolean nonText;
  private int prompts = 1;
  private @Nullable String unmetered;
  private boolean messagesSeen;
  private boolean inputSeen;

  BodyContent(JsonCursor json) {
    this.json = json;
  }

  /** Input tokens cannot be more. */
  long bound() {
    return json.textBytes() + extra;
  }

  boolean nonText() {
    return nonText;
  }

  int prompts() {
    return prompts;
  }

  @Nullable String unmetered() {
    return unmetered;
  }

  void require(Endpoint endpoint) {
    if (endpoint == Endpoint.CHAT_COMPLETIONS && !messagesSeen) {
      throw new BadBody("messages", "`messages` is required.");
    }
    if (endpoint == Endpoint.EMBEDDINGS && !inputSeen) {
      throw new BadBody("input", "`input` is required.");
    }
  }

  void member(String name, Endpoint endpoint) {
    switch (name) {
      case "messages" -> {
        if (endpoint == Endpoint.CHAT_COMPLETIONS) {
          messagesSeen = true;
          messages();
        } else {
          json.skip(2);
        }
      }
      case "prompt" -> {
        if (endpoint == Endpoint.COMPLETIONS) {
          prompts = Math.max(1, prompts("prompt", true));
        } else {
          json.skip(2);
        }
      }
      case "input" -> {
        if (endpoint == Endpoint.EMBEDDINGS) {
          inputSeen = true;
          prompts("input", false);
        } else {
          json.skip(2);
        }
      }
      case "tools" -> schema(this::tools);
      case "functions" -> schema(this::functions);
      case "response_format" -> schema(() -> json.skip(2));
      case "modalities" -> modalities();
      case "web_search_options", "prediction", "audio" -> {
        if (json.peek() != 'n') {
          unmetered(name);
        }
        json.skip(2);
      }
      default -> json.skip(2);
    }
  }

  private void messages() {
    if (json.peek() != '[') {
      throw new BadBody("messages", "`messages` must be a list.");
    }
    json.open('[');
    int i = 0;
    for (boolean first = true; json.more(']', first); first = false) {
      if (json.peek() != '{') {
        throw new BadBody("messages[" + i + "]", "A message must be an object.");
      }
      extra += FRAMING;
      json.open('{');
      for (boolean firstMember = true; json.more('}', firstMember); firstMember = false) {
        json.name();
        if (json.lastIs("content")) {
          content(i);
        } else {
          // A reference to audio that the provider kept.
          nonText |= json.lastIs("audio") && json.peek() != 'n';
          json.skip(4);
        }
      }
      i++;
    }
  }

  private void content(int message) {
    switch (json.peek()) {
      case '"' -> json.text();
      case 'n' -> json.literal("null");
      case '[' -> {
        json.open('[');
        for (boolean first = true; json.more(']', first); first = false) {
          part(message);
        }
      }
      default -> throw new BadBody("messages[" + message + "].content", "`content` must be a string or a list of parts.");
    }
  }

  private void part(int message) {
    if (json.peek() != '{') {
      throw new BadBody("messages[" + message + "].content", "A part of `content` must be an object.");
    }
    json.open('{');
    for (boolean first = true; json.more('}', first); first = false) {
      json.name();
      if (json.lastIs("type") && json.peek() == '"') {
        json.text();
        nonText |= !json.lastIs("text") && !json.lastIs("refusal");
      } else {
        nonText |= json.lastIs("image_url") || json.lastIs("input_audio") || json.lastIs("file") || json.lastIs("video_url");
        json.skip(6);
      }
    }
  }

  /**
   * Tools and schemas are shown to the model with their names, numbers and brackets, so all their bytes count and not only their strings.
   */
  private void schema(Runnable read) {
    int start = json.position();
    long before = json.textBytes();
    read.run();
    extra += json.position() - start - (json.textBytes() - before);
  }

  private void tools() {
    if (json.peek() != '[') {
      json.skip(2);
      return;
    }
    json.open('[');
    for (boolean first = true; json.more(']', first); first = false) {
      extra += FRAMING;
      if (json.peek() != '{') {
        json.skip(3);
        continue;
      }
      json.open('{');
      for (boolean firstMember = true; json.more('}', firstMember); firstMember = false) {
        json.name();
        boolean type = json.lastIs("type");
        boolean text = json.peek() == '"';
        json.skip(4);
        if (type && text && !json.lastIs("function")) {
          unmetered("tools");
        }
      }
    }
  }

  private void functions() {
    if (json.peek() != '[') {
      json.skip(2);
      return;
    }
    json.open('[');
    for (boolean first = true; json.more(']', first); first = false) {
      extra += FRAMING;
      json.skip(3);
    }
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
      if (!text || !json.lastIs("text")) {
        unmetered("modalities");
      }
    }
  }

  /** A string, strings, tokens, or lists of tokens. @return how many prompts that is, 0 = null */
  private int prompts(String param, boolean orNull) {
    switch (json.peek()) {
      case '"' -> {
        json.text();
        return 1;
      }
      case 'n' -> {
        if (orNull) {
          json.literal("null");
          return 0;
        }
        throw wrongPrompt(param);
      }
      case '[' -> json.open('[');
      default -> throw wrongPrompt(param);
    }
    int count = 0;
    char kind = 0;
    for (boolean first = true; json.more(']', first); first = false) {
      char now = (char) json.peek();
      now = now >= '0' && now <= '9' ? '0' : now;
      if (kind != 0 && kind != now) {
        throw wrongPrompt(param);
      }
      kind = now;
      switch (now) {
        case '"' -> json.text();
        case '0' -> token(param);
        case '[' -> {
          json.open('[');
          for (boolean firstToken = true; json.more(']', firstToken); firstToken = false) {
            token(param);
          }
        }
        default -> throw wrongPrompt(param);
      }
      count++;
    }
    if (count == 0) {
      throw wrongPrompt(param);
    }
    return kind == '0' ? 1 : count;
  }

  private void token(String param) {
    if (whole(json, param, 0, Integer.MAX_VALUE) < 0) {
      throw wrongPrompt(param);
    }
    extra++;
  }

  private static BadBody wrongPrompt(String param) {
    return new BadBody(param, "`" + param + "` must be a string, a list of strings, a list of tokens or a list of lists of tokens, and not empty.");
  }

  private void unmetered(String field) {
    if (unmetered == null) {
      unmetered = field;
    }
  }

  /** A whole number written as digits only; -1 for null. */
  static long whole(JsonCursor json, String param, long min, long max) {
    byte c = json.peek();
    if (c == 'n') {
      json.literal("null");
      return -1;
    }
    int start = json.position();
    if (c >= '0' && c <= '9') {
      json.skip(2);
      String digits = json.position() - start > 18 ? "" : json.raw(start, json.position());
      if (!digits.isEmpty() && digits.chars().allMatch(d -> d >= '0' && d <= '9')) {
        long value = Long.parseLong(digits);
        if (value >= min && value <= max) {
          return value;
        }
      }
    }
    throw new BadBody(param, "`" + param + "` must be a whole number from " + min + " to " + max + ".");
  }
}
