package dev.exchequer.server.authz;

/** The messages of a chat: how many there are, and whether any holds what its text does not bound. */
final class ChatMessages {
  private final JsonCursor json;
  private boolean seen;
  private int count;
  private boolean nonText;

  ChatMessages(JsonCursor json) {
    this.json = json;
  }

  boolean seen() {
    return seen;
  }

  int count() {
    return count;
  }

  boolean nonText() {
    return nonText;
  }

  void read() {
    seen = true;
    if (json.peek() != '[') {
      throw new BadBody("messages", "`messages` must be a list.");
    }
    json.open('[');
    for (boolean first = true; json.more(']', first); first = false) {
      if (json.peek() != '{') {
        throw new BadBody("messages[" + count + "]", "A message must be an object.");
      }
      json.open('{');
      for (boolean firstMember = true; json.more('}', firstMember); firstMember = false) {
        json.name();
        if (json.lastIs("content")) {
          content(count);
        } else {
          // A reference to audio that the provider kept.
          nonText |= json.lastIs("audio") && json.peek() != 'n';
          json.skip(4);
        }
      }
      count++;
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
}
