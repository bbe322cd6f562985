package dev.exchequer.server.authz;

import dev.exchequer.policy.Endpoint;
import dev.exchequer.pricing.Demand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's body once: what it asks for, the most that it can use, and where it must be edited. What only the provider understands is checked to
 * be JSON and left alone.
 */
final class BodyReader {
  private static final int MAX_MEMBERS = 256;
  private static final int MAX_MODEL_CHARS = 256;

  private final Endpoint endpoint;
  private final JsonCursor json;
  private final BodyContent content;
  private final List<EditPlan.Cap> caps = new ArrayList<>(2);
  private @Nullable String model;
  private EditPlan.Span modelSpan = new EditPlan.Span(0, "");
  private boolean stream;
  private boolean optionsSeen;
  private boolean includeUsage;
  private EditPlan.@Nullable Edit usage;
  private int n = 1;
  private int bestOf = 1;
  private String endUser = "";
  private String tier = "default";

  private BodyReader(Endpoint endpoint, JsonCursor json) {
    this.endpoint = endpoint;
    this.json = json;
    this.content = new BodyContent(json);
  }

  static BodyResult read(Endpoint endpoint, byte[] bytes, int from, int length) {
    try {
      return new BodyReader(endpoint, new JsonCursor(bytes, from, length)).object();
    } catch (BadBody bad) {
      return bad.asResult();
    }
  }

  private BodyResult object() {
    if (json.peek() != '{') {
      throw new BadBody(null, "The body must be a JSON object.");
    }
    json.open('{');
    int insertAt = json.position();
    Set<String> seen = new HashSet<>();
    boolean capBefore = false;
    for (boolean first = true; json.more('}', first); first = false) {
      if (capBefore) {
        caps.set(caps.size() - 1, caps.getLast().withComma(json.comma()));
      }
      int capsSoFar = caps.size();
      json.name();
      String name = json.lastString();
      if (!seen.add(name)) {
        throw new BadBody(name.length() > 128 ? null : name, "A member of the body is named twice.");
      }
      if (seen.size() > MAX_MEMBERS) {
        throw new BadBody(null, "The body has more than " + MAX_MEMBERS + " members.");
      }
      json.peek();
      member(name);
      capBefore = caps.size() > capsSoFar;
    }
    json.endOfText();
    return result(insertAt);
  }

  private BodyResult result(int insertAt) {
    if (model == null) {
      throw new BadBody("model", "`model` is required.");
    }
    content.require(endpoint);
    if (stream && !optionsSeen) {
      usage = new EditPlan.Edit(insertAt, "", "\"stream_options\":{\"include_usage\":true},");
    }
    long clientCap = 0;
    for (EditPlan.Cap cap : caps) {
      clientCap = cap.amount() > 0 && (clientCap == 0 || cap.amount() < clientCap) ? cap.amount() : clientCap;
    }
    int prompts = endpoint == Endpoint.COMPLETIONS ? content.prompts() : 1;
    Demand demand = new Demand(content.bound(), content.nonText(), clientCap, Math.max(n, bestOf), prompts, tier, content.unmetered());
    int finishes = (int) Math.min(Integer.MAX_VALUE, (long) n * prompts);
    EditPlan edits = new EditPlan(endpoint, insertAt, model, modelSpan, caps, stream, includeUsage, usage, finishes);
    return new BodyResult.ParsedBody(model, stream, includeUsage, n, endUser, demand, edits);
  }

  private void member(String name) {
    boolean generates = endpoint != Endpoint.EMBEDDINGS;
    switch (name) {
      case "model" -> model();
      case "user" -> endUser = limited("user", 256);
      case "service_tier" -> {
        String asked = limited("service_tier", 64);
        tier = asked.isEmpty() || asked.equals("auto") ? "default" : asked;
      }
      case "stream" -> stream = generates ? bool("stream") : skipped();
      case "stream_options" -> {
        if (generates) {
          streamOptions();
        } else {
          json.skip(2);
        }
      }
      case "n" -> n = generates ? choices("n") : skippedOne();
      case "best_of" -> bestOf = endpoint == Endpoint.COMPLETIONS ? choices("best_of") : skippedOne();
      case EditPlan.MAX_TOKENS, EditPlan.MAX_COMPLETION_TOKENS -> {
        if (generates) {
          cap(name);
        } else {
          json.skip(2);
        }
      }
      default -> content.member(name, endpoint);
    }
  }

  private void model() {
    int start = json.position();
    if (json.peek() != '"') {
      throw new BadBody("model", "`model` must be a string.");
    }
    json.text();
    int stop = json.position();
    String text = stop - start > 6 * MAX_MODEL_CHARS ? "" : json.lastString();
    // It becomes a response header and a line of a receipt.
    if (text.isEmpty() || text.length() > MAX_MODEL_CHARS || !CallerAttributes.visibleAscii(text)) {
      throw new BadBody("model", "`model` must have 1 to " + MAX_MODEL_CHARS + " visible ASCII characters.");
    }
    model = text;
    modelSpan = new EditPlan.Span(start, json.raw(start, stop));
  }

  private void cap(String field) {
    EditPlan.Span name = new EditPlan.Span(json.nameStart(), json.raw(json.nameStart(), json.nameEnd()));
    int colon = json.colon();
    int before = json.comma();
    int start = json.position();
    long amount = BodyContent.whole(json, field, 1, 999_999_999_999_999_999L);
    caps.add(new EditPlan.Cap(field, name, colon, new EditPlan.Span(start, json.raw(start, json.position())), amount, before));
  }

  private void streamOptions() {
    optionsSeen = true;
    int start = json.position();
    byte c = json.peek();
    if (c == 'n') {
      json.literal("null");
      usage = new EditPlan.Edit(start, "null", "{\"include_usage\":true}");
      return;
    }
    if (c != '{') {
      throw new BadBody("stream_options", "`stream_options` must be an object.");
    }
    json.open('{');
    int inside = json.position();
    boolean seen = false;
    boolean empty = true;
    for (boolean first = true; json.more('}', first); first = false) {
      empty = false;
      json.name();
      if (!json.lastIs("include_usage")) {
        json.skip(3);
        continue;
      }
      if (seen) {
        throw new BadBody("stream_options.include_usage", "A member of `stream_options` is named twice.");
      }
      seen = true;
      json.peek();
      int at = json.position();
      includeUsage = bool("stream_options.include_usage");
      usage = includeUsage ? null : new EditPlan.Edit(at, json.raw(at, json.position()), "true");
    }
    if (!seen) {
      usage = new EditPlan.Edit(inside, "", empty ? "\"include_usage\":true" : "\"include_usage\":true,");
    }
  }

  private int choices(String field) {
    return (int) Math.max(1, BodyContent.whole(json, field, 1, 128));
  }

  private boolean bool(String param) {
    switch (json.peek()) {
      case 't' -> {
        json.literal("true");
        return true;
      }
      case 'f' -> json.literal("false");
      case 'n' -> json.literal("null");
      default -> throw new BadBody(param, "`" + param + "` must be true or false.");
    }
    return false;
  }

  /** A string, "" for null. */
  private String limited(String param, int max) {
    if (json.peek() == 'n') {
      json.literal("null");
      return "";
    }
    if (json.peek() != '"') {
      throw new BadBody(param, "`" + param + "` must be a string.");
    }
    json.text();
    String text = json.lastString();
    if (!CallerAttributes.printable(text, max)) {
      throw new BadBody(param, "`" + param + "` must have at most " + max + " printable characters.");
    }
    return text;
  }

  private boolean skipped() {
    json.skip(2);
    return false;
  }

  private int skippedOne() {
    json.skip(2);
    return 1;
  }
}
