package dev.exchequer.server.authz;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Provider;
import dev.exchequer.server.engine.Admitted;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places of a client's body that may have to change for a hop. Byte-preserving on purpose: re-serialising JSON changes key order, which breaks
 * structured outputs and prompt caching. Keeps copies of those few bytes, never the body.
 *
 * @param insertAt right after the opening brace; the object is never empty, so what is inserted there ends with a comma
 * @param model where the model's value stands
 * @param caps output cap members, in the order of the body
 * @param usage makes `stream_options.include_usage` true, null = it is
 * @param finishes how many choices a stream must finish: n for each prompt
 */
public record EditPlan(
    Endpoint endpoint, int insertAt, String requestedModel, Span model, List<Cap> caps, boolean stream, boolean includeUsageAsked, @Nullable Edit usage, int finishes)
    implements Admitted.BodyEdits {
  static final String MAX_TOKENS = "max_tokens";
  static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";

  /** @param text the bytes as they stand, one character each (ISO 8859-1) */
  record Span(int at, String text) {}

  /** Puts text in place of the expected bytes (one character each); an insertion where nothing is expected. */
  record Edit(int at, String expect, String text) {
    int end() {
      return at + expect.length();
    }
  }

  /**
   * A member that caps the output.
   *
   * @param amount tokens, -1 = null
   * @param comma the one after it, or before it where it is the last member
   */
  record Cap(String field, Span name, int colon, Span value, long amount, int comma) {
    Cap withComma(int other) {
      return new Cap(field, name, colon, value, amount, other);
    }
  }

  public EditPlan {
    caps = List.copyOf(caps);
  }

  /** The value of x-exq-mode. */
  public String mode() {
    return (stream ? "stream" : "json") + "," + (includeUsageAsked ? "keep" : "strip") + "," + finishes;
  }

  @Override
  public String forHop(Provider provider, String upstreamModel, long outputCap) {
    List<Edit> edits = new ArrayList<>(4);
    if (stream && usage != null) {
      edits.add(usage);
    }
    if (outputCap > 0) {
      // The completions endpoint knows only the one name.
      cap(endpoint == Endpoint.COMPLETIONS ? MAX_TOKENS : provider.outputCapField(), outputCap, edits);
    }
    if (!upstreamModel.equals(requestedModel)) {
      edits.add(new Edit(model.at(), model.text(), quoted(upstreamModel)));
    }
    return edits.isEmpty() ? "" : written(edits);
  }

  /** Exactly one cap leaves: the wanted member takes the number, else the other one takes name and number, else one is inserted. */
  private void cap(String field, long amount, List<Edit> edits) {
    Cap kept = null;
    for (Cap cap : caps) {
      if (kept == null || cap.field.equals(field)) {
        kept = cap;
      }
    }
    if (kept == null) {
      edits.add(new Edit(insertAt, "", "\"" + field + "\":" + amount + ","));
      return;
    }
    if (!kept.field.equals(field)) {
      edits.add(new Edit(kept.name.at(), kept.name.text(), "\"" + field + "\""));
    }
    if (kept.amount != amount) {
      edits.add(new Edit(kept.value.at(), kept.value.text(), Long.toString(amount)));
    }
    for (Cap cap : caps) {
      if (!cap.field.equals(kept.field)) {
        // Token by token: white space between them stays, however much of it there is.
        edits.add(new Edit(cap.name.at(), cap.name.text(), ""));
        edits.add(new Edit(cap.colon, ":", ""));
        edits.add(new Edit(cap.value.at(), cap.value.text(), ""));
        edits.add(new Edit(cap.comma, ",", ""));
      }
    }
  }

  private static String quoted(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  /** In order of place; what touches is one edit, so that no two begin at the same byte. */
  private static String written(List<Edit> edits) {
    edits.sort(Comparator.comparingInt(Edit::at)); // stable: an insertion stays before the replacement at its place
    StringBuilder out = new StringBuilder(64);
    Edit last = edits.get(0);
    for (int i = 1; i < edits.size(); i++) {
      Edit edit = edits.get(i);
      if (last.end() == edit.at) {
        last = new Edit(last.at, last.expect + edit.expect, last.text + edit.text);
      } else {
        write(last, out).append(',');
        last = edit;
      }
    }
    return write(last, out).toString();
  }

  private static StringBuilder write(Edit edit, StringBuilder out) {
    HexFormat hex = HexFormat.of();
    out.append(edit.at).append(':').append(edit.expect.length()).append(':');
    hex.formatHex(out, edit.expect.getBytes(StandardCharsets.ISO_8859_1));
    out.append(':');
    hex.formatHex(out, edit.text.getBytes(StandardCharsets.UTF_8));
    return out;
  }
}
