package dev.exchequer.server.authz;

/** `plugins` of OpenRouter: a list of {"id": "web", …}. The search counts what it does; the others are billed by the page or not at all, and nothing counts them. */
final class Plugins {
  private final JsonCursor json;
  private boolean searches;
  private boolean unmetered;

  Plugins(JsonCursor json) {
    this.json = json;
  }

  boolean searches() {
    return searches;
  }

  /** Also where it is not a list of plugins as they are known. */
  boolean unmetered() {
    return unmetered;
  }

  void read() {
    if (json.peek() != '[') {
      unmetered = json.peek() != 'n';
      json.skip(2);
      return;
    }
    json.open('[');
    for (boolean first = true; json.more(']', first); first = false) {
      if (json.peek() == '{') {
        plugin();
      } else {
        unmetered = true;
        json.skip(3);
      }
    }
  }

  /** One that names a member twice is not known. */
  private void plugin() {
    int ids = 0;
    int switches = 0;
    boolean web = false;
    boolean off = false;
    json.open('{');
    for (boolean first = true; json.more('}', first); first = false) {
      json.name();
      boolean id = json.lastIs("id");
      boolean enabled = json.lastIs("enabled");
      byte value = json.peek();
      json.skip(4);
      ids += id ? 1 : 0;
      switches += enabled ? 1 : 0;
      web |= id && value == '"' && json.lastIs("web");
      off |= enabled && value == 'f';
    }
    if (!off || ids != 1 || switches != 1) {
      searches |= web;
      unmetered |= ids != 1 || !web;
    }
  }
}
