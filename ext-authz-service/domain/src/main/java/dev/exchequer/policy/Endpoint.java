package dev.exchequer.policy;

/** The metered endpoints; {@link #path} is the exact path that clients call and, after "/v1", what is appended to a provider's base path. */
public enum Endpoint {
  CHAT_COMPLETIONS("ChatCompletions", "/v1/chat/completions"),
  COMPLETIONS("Completions", "/v1/completions"),
  EMBEDDINGS("Embeddings", "/v1/embeddings");

  private final String text;
  private final String path;

  Endpoint(String text, String path) {
    this.text = text;
    this.path = path;
  }

  public String text() {
    return text;
  }

  public String path() {
    return path;
  }
}
