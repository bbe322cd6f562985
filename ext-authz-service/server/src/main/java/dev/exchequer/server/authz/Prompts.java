package dev.exchequer.server.authz;

/** `prompt` and `input`: a string, strings, tokens, or lists of tokens. */
final class Prompts {
  private final JsonCursor json;
  private final String param;
  private long tokens;

  Prompts(JsonCursor json, String param) {
    this.json = json;
    this.param = param;
  }

  /** How many were sent as numbers: no string counts them. */
  long tokens() {
    return tokens;
  }

  /** How many prompts there are; at least 1. */
  int read() {
    switch (json.peek()) {
      case '"' -> {
        json.text();
        return 1;
      }
      case '[' -> json.open('[');
      default -> throw wrong();
    }
    int count = 0;
    char kind = 0;
    for (boolean first = true; json.more(']', first); first = false) {
      char now = (char) json.peek();
      now = now >= '0' && now <= '9' ? '0' : now;
      if (kind != 0 && kind != now) {
        throw wrong();
      }
      kind = now;
      switch (now) {
        case '"' -> json.text();
        case '0' -> token();
        case '[' -> {
          json.open('[');
          for (boolean firstToken = true; json.more(']', firstToken); firstToken = false) {
            token();
          }
        }
        default -> throw wrong();
      }
      count++;
    }
    if (count == 0) {
      throw wrong();
    }
    return kind == '0' ? 1 : count;
  }

  private void token() {
    if (BodyFields.whole(json, param, 0, Integer.MAX_VALUE) < 0) {
      throw wrong();
    }
    tokens++;
  }

  private BadBody wrong() {
    return new BadBody(param, "`" + param + "` must be a string, a list of strings, a list of tokens or a list of lists of tokens, and not empty.");
  }
}
