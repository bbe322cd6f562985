package dev.exchequer.server.authz;

/**
 * Tools, functions and the response format. They are shown to the model with their names, numbers and brackets, so all their bytes count and not only their
 * strings.
 */
final class ToolSchemas {
  private final JsonCursor json;
  private int count;
  private long extra;
  private boolean unmetered;
  private boolean searches;

  ToolSchemas(JsonCursor json) {
    this.json = json;
  }

  /** Tools and functions. */
  int count() {
    return count;
  }

  /** Bytes beside those of string values, which the cursor counts. */
  long extra() {
    return extra;
  }

  /** Whether there is a tool that is neither a function of the client's own nor a search: it is billed by the provider for itself, and nothing counts it. */
  boolean unmetered() {
    return unmetered;
  }

  /** Whether there is a search that the provider runs and counts. */
  boolean searches() {
    return searches;
  }

  void readTools() {
    counted(this::tools);
  }

  void readFunctions() {
    counted(this::functions);
  }

  void readFormat() {
    counted(() -> json.skip(2));
  }

  private void counted(Runnable read) {
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
      count++;
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
          boolean search = search();
          searches |= search;
          unmetered |= !search;
        }
      }
    }
  }

  /** OpenAI and Anthropic (who add a date), OpenRouter, xAI: those that some provider's usage counts, see ToolCounts. */
  private boolean search() {
    return json.lastIs("openrouter:web_search") || json.lastIs("x_search") || json.lastIs("live_search") || json.lastString().startsWith("web_search");
  }

  private void functions() {
    if (json.peek() != '[') {
      json.skip(2);
      return;
    }
    json.open('[');
    for (boolean first = true; json.more(']', first); first = false) {
      count++;
      json.skip(3);
    }
  }
}
