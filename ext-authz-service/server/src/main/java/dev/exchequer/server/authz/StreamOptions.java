package dev.exchequer.server.authz;

import dev.exchequer.server.authz.EditPlan.Edit;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked of its stream.
 *
 * @param edit makes include_usage true and keeps whatever else stands there, null = it is true
 */
record StreamOptions(boolean includeUsage, @Nullable Edit edit) {
  private static final String PARAM = "stream_options.include_usage";
  private static final String ASK = "\"include_usage\":true";

  /**
   * Where the client sent none.
   *
   * @param insertAt where a member can be inserted
   */
  static StreamOptions absent(int insertAt) {
    return new StreamOptions(false, new Edit(insertAt, "", "\"stream_options\":{" + ASK + "},"));
  }

  static StreamOptions read(JsonCursor json) {
    byte c = json.peek();
    int start = json.position();
    if (c == 'n') {
      json.literal("null");
      return new StreamOptions(false, new Edit(start, "null", "{" + ASK + "}"));
    }
    if (c != '{') {
      throw new BadBody("stream_options", "`stream_options` must be an object.");
    }
    json.open('{');
    int inside = json.position();
    StreamOptions found = null;
    boolean empty = true;
    for (boolean first = true; json.more('}', first); first = false) {
      empty = false;
      json.name();
      if (!json.lastIs("include_usage")) {
        json.skip(3);
        continue;
      }
      if (found != null) {
        throw new BadBody(PARAM, "`include_usage` is named twice.");
      }
      json.peek();
      int at = json.position();
      boolean asked = BodyFields.bool(json, PARAM);
      found = new StreamOptions(asked, asked ? null : new Edit(at, json.raw(at, json.position()), "true"));
    }
    return found != null ? found : new StreamOptions(false, new Edit(inside, "", empty ? ASK : ASK + ","));
  }
}
