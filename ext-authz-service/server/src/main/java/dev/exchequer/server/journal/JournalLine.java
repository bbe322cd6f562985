package dev.exchequer.server.journal;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.policy.Provider;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.usage.OpenAiUsage;
import dev.exchequer.server.usage.ReportedUsage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One line of Envoy's access log as an event. It is evidence: any part may be missing, numbers may come as strings, "-" and null mean absent.
 *
 * <p>The client left: DC at the public layer; at the hop layer DR (http2.remote_reset), because the public layer resets the hop's stream.
 */
final class JournalLine {
  private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  /** Objects that a torn line may have begun before it broke off. */
  private static final int MOST_BEGUN = 16;

  private JournalLine() {}

  /** @throws IOException if it is not a JSON object */
  static JournalEvent read(byte[] line, boolean hops, Function<HoldId, Optional<Provider>> providers) throws IOException {
    JsonNode root = JSON.readTree(line);
    if (root == null || !root.isObject()) {
      throw new IOException("not an object");
    }
    return hops ? hop(root, providers) : request(root);
  }

  /**
   * The machine died inside a line, and Envoy began its next one where that one broke off: what follows the break is whole. Empty if there is no such thing in it.
   *
   * @param line that cannot be read
   */
  static Optional<JournalEvent> afterBreak(byte[] line, boolean hops, Function<HoldId, Optional<Provider>> providers) {
    int begun = 0;
    for (int at = 1; at + 1 < line.length && begun < MOST_BEGUN; at++) {
      if (line[at] == '{' && line[at + 1] == '"') {
        begun++;
        try {
          JsonNode whole = JSON.readTree(line, at, line.length - at);
          if (whole.hasNonNull("kind")) {
            return Optional.of(hops ? hop(whole, providers) : request(whole));
          }
        } catch (IOException | RuntimeException inside) {
          // it broke off in here, too
        }
      }
    }
    return Optional.empty();
  }

  private static JournalEvent request(JsonNode line) {
    String id = text(line, "request");
    if (id.isEmpty() || !text(line, "kind").endsWith("End")) {
      return new JournalEvent.Nothing();
    }
    return new JournalEvent.RequestEnd(id, (int) number(line, "status"), clientGone(line));
  }

  private static JournalEvent hop(JsonNode line, Function<HoldId, Optional<Provider>> providers) {
    HoldId id = hold(line);
    String kind = text(line, "kind");
    if (id == null || !(kind.endsWith("End") || kind.endsWith("Periodic"))) {
      return new JournalEvent.Nothing();
    }
    boolean cachedOutside = providers.apply(id).map(Provider::cachedOutsidePrompt).orElse(false);
    Evidence evidence = evidence(line, cachedOutside);
    return kind.endsWith("Periodic") ? new JournalEvent.HopProgress(id, evidence) : new JournalEvent.HopEnd(id, evidence);
  }

  private static @org.jspecify.annotations.Nullable HoldId hold(JsonNode line) {
    try {
      String hold = text(line, "hold");
      if (!hold.isEmpty()) {
        return HoldId.parse(hold);
      }
      String request = text(line, "request").isEmpty() ? text(line, "rq") : text(line, "request");
      long attempt = number(line, "attempt") == 0 ? number(line, "at") : number(line, "attempt");
      return request.isEmpty() || attempt < 1 || attempt > 99 ? null : new HoldId(request, (int) attempt);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Evidence evidence(JsonNode line, boolean cachedOutside) {
    JsonNode meter = line.path("meter");
    byte[] raw = text(meter, "usage").getBytes(StandardCharsets.UTF_8);
    ReportedUsage usage = OpenAiUsage.read(raw, cachedOutside, Usage.Source.JOURNAL);
    boolean upstream = !text(line, "upstream").isEmpty();
    int status = (int) number(line, "status");
    String local = text(meter, "local");
    if (local.isEmpty() && !upstream && status != 200) {
      local = text(line, "flags") + " " + text(line, "details");
    }
    String finish = text(meter, "finish_reason");
    boolean streamed = meter.path("streamed").asBoolean(false);
    boolean success = status >= 200 && status <= 299;
    boolean error = meter.path("error_seen").asBoolean(false);
    boolean whole = text(line, "flags").isEmpty() && success && !error;
    return new Evidence(
        Evidence.From.JOURNAL,
        status,
        local,
        text(meter, "content_encoding").toLowerCase(Locale.ROOT),
        usage.orNothing(),
        usage instanceof ReportedUsage.Rejected rejected ? rejected.reason() : null,
        text(meter, "model"),
        text(meter, "service_tier"),
        text(meter, "provider_request_id"),
        finish,
        error,
        streamed,
        meter.path("released").asBoolean(false) || (success && number(line, "bytes") > 0),
        streamed ? !finish.isEmpty() || raw.length > 0 : whole,
        clientGone(line),
        upstream,
        number(meter, "events"),
        number(meter, "text_bytes"),
        number(meter, "output_items"),
        number(meter, "first_byte_ms"),
        number(line, "ms"),
        null,
        -1);
  }

  private static boolean clientGone(JsonNode line) {
    String flags = "," + text(line, "flags") + ",";
    String details = text(line, "details");
    // upstream_reset_…{remote_reset} is the provider's doing.
    boolean reset = details.contains("remote_reset") && !details.startsWith("upstream_");
    return flags.contains(",DC,") || flags.contains(",DR,") || details.contains("downstream_remote_disconnect") || reset;
  }

  private static String text(JsonNode of, String name) {
    JsonNode value = of.path(name);
    String text = value.isValueNode() && !value.isNull() ? value.asText() : "";
    return text.equals("-") ? "" : text;
  }

  private static long number(JsonNode of, String name) {
    JsonNode value = of.path(name);
    if (value.isNumber()) {
      return Math.max(0, value.asLong());
    }
    try {
      return value.isTextual() ? Math.max(0, Long.parseLong(value.textValue())) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
