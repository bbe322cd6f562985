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
  private @Nullable StreamOptions options;
  private int n = 1;
  private int bestOf = 1;
  private String endUser = "";
  private String tier = "default";

  private BodyReader(Endpoint endpoint, JsonCursor json) {
    this.endpoint = endpoint;
    this.json = json;
    this.content = new BodyContent(json, endpoint);
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
    content.require();
    StreamOptions asked = options == null ? StreamOptions.absent(insertAt) : options;
    long clientCap = 0;
    for (EditPlan.Cap cap : caps) {
      clientCap = cap.amount() > 0 && (clientCap == 0 || cap.amount() < clientCap) ? cap.amount() : clientCap;
    }
    int prompts = content.prompts();
    Demand demand = new Demand(content.bound(), content.nonText(), clientCap, Math.max(n, bestOf), prompts, tier, content.unmetered(), content.toolCalls());
    int finishes = (int) Math.min(Integer.MAX_VALUE, (long) n * prompts);
    EditPlan edits = new EditPlan(endpoint, insertAt, model, modelSpan, caps, stream, asked.includeUsage(), asked.edit(), finishes);
    return new BodyResult.ParsedBody(model, stream, asked.includeUsage(), n, endUser, demand, edits);
  }

  private void member(String name) {
    boolean generates = endpoint != Endpoint.EMBEDDINGS;
    switch (name) {
      case "model" -> model();
      case "user" -> endUser = BodyFields.limited(json, "user", 256);
      case "service_tier" -> {
        String asked = BodyFields.limited(json, "service_tier", 64);
        tier = asked.isEmpty() || asked.equals("auto") ? "default" : asked;
      }
      case "stream" -> stream = generates ? BodyFields.bool(json, "stream") : skipped();
      case "stream_options" -> {
        if (generates) {
          options = StreamOptions.read(json);
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
      default -> content.member(name);
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
    long amount = BodyFields.whole(json, field, 1, 999_999_999_999_999_999L);
    caps.add(new EditPlan.Cap(field, name, colon, new EditPlan.Span(start, json.raw(start, json.position())), amount, before));
  }

  private int choices(String field) {
    return (int) Math.max(1, BodyFields.whole(json, field, 1, 128));
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
